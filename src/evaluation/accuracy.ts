/**
 * @file Accuracy on items whose first candidate is the correct one: within each uid, and their mean. The rule for ties is next door
 * in `choices.ts`.
 */
import { mean } from "../statistics/summary.js";
import { creditForFirst, type ScoredItem, type TiePolicy } from "./choices.js";

/** Share of right choices within one uid. */
export interface UidAccuracy {
  readonly uid: string;
  /** Proportion. */
  readonly accuracy: number;
  readonly n: number;
  readonly ties: number;
}

/** Accuracy over uids; counts are over all items. */
export interface AccuracySummary {
  /** Unweighted mean of the uids' accuracies, proportion. */
  readonly average: number;
  /** In order of first appearance. */
  readonly byUid: readonly UidAccuracy[];
  readonly n: number;
  readonly ties: number;
}

/**
 * Accuracy per uid and their unweighted mean, for items of any number of candidates.
 *
 * @param items     at least one
 * @param tiePolicy what a tie earns (docs/decisions.md#d18); "official" for the column set next to the paper
 * @throws RangeError when there are no items, the policy is unknown, or a score is NaN
 *
 * Source: BabyLM evaluation pipeline 2025: percent correct per UID, then the plain mean over UIDs.
 * Differs: proportions, not percent; `halfCredit` and `wrong` are ours, and NaN is an error under every policy.
 */
export function summariseAccuracy(
  items: readonly Pick<ScoredItem, "uid" | "scores" | "tie">[],
  tiePolicy: TiePolicy,
): AccuracySummary {
  if (items.length === 0) {
    throw new RangeError(
      "summariseAccuracy: there must be at least one item, got none. Score some items first.",
    );
  }
  const creditsOf = new Map<string, { credits: number[]; ties: number }>();
  for (const { uid, scores, tie } of items) {
    let entry = creditsOf.get(uid);
    if (entry === undefined) creditsOf.set(uid, (entry = { credits: [], ties: 0 }));
    entry.credits.push(creditForFirst(scores, tiePolicy));
    if (tie) entry.ties++;
  }
  const byUid = [...creditsOf].map(([uid, { credits, ties }]) => {
    return { uid, accuracy: mean(credits), n: credits.length, ties };
  });
  return {
    average: mean(byUid.map(({ accuracy }) => accuracy)),
    byUid,
    n: items.length,
    ties: items.filter(({ tie }) => tie).length,
  };
}
