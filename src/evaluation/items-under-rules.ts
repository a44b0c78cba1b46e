/**
 * @file The items of a benchmark as a year's rules have them: which there are, which candidates are compared, under which ids. The
 * same holds for items that have been scored, so that a year's figures follow from what another year's scoring kept.
 */
import { benchmarkOf, type BenchmarkName } from "./benchmarks.js";
import type { StoredItem } from "./benchmark-summary.js";
import { numberItems, type ChoiceItem, type UnnumberedItem } from "./choice-items.js";
import { chooseCandidate } from "./choices.js";
import { RULES, type Rules } from "./rules.js";

/** The years that have a benchmark, ascending. */
export const yearsOf = (name: BenchmarkName): readonly [Rules, ...Rules[]] =>
  benchmarkOf(name).rules ?? RULES;

/** Whether years differ in the items of a benchmark or in the candidates they compare, and not in ties alone. */
export const asksOtherItems = (name: BenchmarkName): boolean =>
  name === "entity_tracking" || benchmarkOf(name).contrasts !== undefined;

function requireYear(name: BenchmarkName, rules: Rules): void {
  if (yearsOf(name).includes(rules)) return;
  throw new RangeError(
    `itemsUnder: ${name} is a task of ${yearsOf(name).join(" and ")} alone, got the rules of ${rules}. Leave the task out, or score it under its own rules.`,
  );
}

/**
 * Items as a year asks them, with that year's candidates, predictions and ids.
 *
 * @param items as the benchmark's reader gives them, in the order of the files
 * @returns in order; `id2025` is there where the year renumbers
 * @throws RangeError when the year has no such task
 */
export function itemsUnder(
  name: BenchmarkName,
  items: readonly UnnumberedItem[],
  rules: Rules,
): ChoiceItem[] {
  requireYear(name, rules);
  const compared = benchmarkOf(name).contrasts?.[rules];
  const kept = keepOfYear(numberItems(items), rules);
  return kept.map(({ predictions2026, ...item }) => {
    const predictions = rules === 2026 && predictions2026 ? predictions2026 : item.predictions;
    return {
      ...item,
      candidates: pick(item.candidates, compared),
      predictions: pick(predictions, compared),
    };
  });
}

/**
 * Scored items as a year counts them.
 *
 * @param stored items with the scores of all candidates that any year compares, ids of 2025
 * @throws RangeError when the year has no such task, or a candidate that it compares was not scored
 */
export function storedUnder(name: BenchmarkName, stored: readonly StoredItem[], rules: Rules): StoredItem[] {
  requireYear(name, rules);
  const compared = benchmarkOf(name).contrasts?.[rules];
  const kept = keepOfYear(stored, rules);
  if (!compared) return kept;
  return kept.map(({ unscoredFirst, ...item }) => {
    if (compared.some((index) => item.scores[index] === undefined))
      throw new RangeError(
        `storedUnder: ${item.id} must have ${Math.max(...compared) + 1} scores for the rules of ${rules}, got ${item.scores.length}. Score the items again.`,
      );
    const scores = pick(item.scores, compared);
    return {
      ...item,
      scores,
      numTokens: pick(item.numTokens, compared),
      ...(unscoredFirst && { unscoredFirst: pick(unscoredFirst, compared) }),
      ...chooseCandidate(scores, item.id, rules),
    };
  });
}

/** Without the items a year drops; the others are numbered again within their uid. */
function keepOfYear<
  Item extends { readonly uid: string; readonly id: string; readonly isDropped2026?: true },
>(items: readonly Item[], rules: Rules): (Item & { readonly id2025?: string })[] {
  if (rules === 2025 || !items.some(({ isDropped2026 }) => isDropped2026)) return [...items];
  const kept = items.filter(({ isDropped2026 }) => isDropped2026 !== true);
  return numberItems(kept.map((item) => ({ ...item, id2025: item.id })));
}

const pick = <Value>(values: readonly Value[], indices: readonly number[] | undefined): readonly Value[] =>
  indices === undefined ? values : values.filter((_, index) => indices.includes(index));
