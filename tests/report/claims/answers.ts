/** @file Answer sheets made by hand, for tests of what is concluded from them. */
import type { PairedOutcome } from "../../../src/report/claims/paired-outcomes.js";

type ItemOutcome = Extract<PairedOutcome, { kind: "items" }>;

/** Answers of llama140M base to BLiMP items of one paradigm, seed 42, unless said otherwise. */
export function answers(credits: readonly number[], more: Partial<ItemOutcome> = {}): ItemOutcome {
  return {
    kind: "items",
    model: "llama140M",
    condition: "base",
    seed: 42,
    task: "BLiMP",
    ids: credits.map((_, item) => `item_${item}`),
    groups: credits.map(() => ""),
    credits,
    ...more,
  };
}

/** Two sheets of n items: 40 % both right, 9 % only the second, 6 % only the first; the second gains 3 points. */
export function threePointGain(n: number): { readonly base: number[]; readonly tuned: number[] } {
  const shareOf = (item: number): number => (item + 0.5) / n;
  return {
    base: Array.from({ length: n }, (_, item) => (shareOf(item) < 0.46 ? 1 : 0)),
    tuned: Array.from({ length: n }, (_, item) =>
      shareOf(item) < 0.4 || (shareOf(item) > 0.46 && shareOf(item) < 0.55) ? 1 : 0,
    ),
  };
}

/** Answers of base, and those of the same items after tuning. */
export const pair = (base: readonly number[], tuned: readonly number[], more: Partial<ItemOutcome> = {}) => [
  answers(base, more),
  answers(tuned, { ...more, condition: "merged" }),
];
