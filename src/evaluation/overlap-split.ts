/**
 * @file Accuracy on items that the training text holds, next to accuracy on those it does not. How much of an item it
 * holds is measured in `data/overlap/ngram-overlap.ts`.
 */
import { mean } from "../statistics/summary.js";

/** What one side of the split scored. */
export interface SplitSide {
  /** Proportion; null where the side has no items. */
  readonly accuracy: number | null;
  readonly n: number;
}

/** Items above the threshold, the others, and those whose overlap is not known. */
export interface OverlapSplit {
  readonly overlapping: SplitSide;
  readonly other: SplitSide;
  /** Too short to have an n-gram. */
  readonly tooShort: SplitSide;
}

/**
 * Accuracy on both sides of a threshold of overlap.
 *
 * @param items    each with its credit, 0 to 1, as `creditForFirst` in `choices.ts` gives it
 * @param overlaps share of each item's n-grams that the training text holds by the item's id, 0–1; null where the item
 *   is too short
 * @param threshold an item overlaps when its share is above: 0 asks for any overlap
 * @throws RangeError when an item's overlap is not there or no share, a credit is not from 0 to 1, or the threshold is
 *   not from 0 to below 1
 *
 * Source: Brown et al. 2020, section 4, "clean" and "dirty" subsets of a benchmark.
 */
export function splitByOverlap(
  items: readonly { readonly id: string; readonly credit: number }[],
  overlaps: ReadonlyMap<string, number | null>,
  threshold: number,
): OverlapSplit {
  if (!(threshold >= 0 && threshold < 1))
    throw new RangeError(
      `splitByOverlap: threshold must be from 0 to below 1, got ${threshold}. 0 asks for any overlap.`,
    );
  const credits = { overlapping: [] as number[], other: [] as number[], tooShort: [] as number[] };
  for (const { id, credit } of items) {
    const overlap = overlaps.get(id);
    if (overlap === undefined || !(overlap === null || (overlap >= 0 && overlap <= 1)))
      throw new RangeError(
        `splitByOverlap: every item must have an overlap from 0 to 1 or null, got ${overlap} for ${id}. ` +
          "Measure the overlap of the same task.",
      );
    if (!(credit >= 0 && credit <= 1))
      throw new RangeError(
        `splitByOverlap: a credit must be from 0 to 1, got ${credit} for ${id}. Pass what creditForFirst returns.`,
      );
    credits[overlap === null ? "tooShort" : overlap > threshold ? "overlapping" : "other"].push(credit);
  }
  const side = (of: readonly number[]): SplitSide => ({
    accuracy: of.length === 0 ? null : mean(of),
    n: of.length,
  });
  return {
    overlapping: side(credits.overlapping),
    other: side(credits.other),
    tooShort: side(credits.tooShort),
  };
}
