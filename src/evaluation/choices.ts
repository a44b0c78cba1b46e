/**
 * @file Which candidate a model prefers and what a tie is worth, for every task with a correct first candidate
 * (docs/decisions.md#d18). Minimal pairs are scored in `minimal-pairs.ts`.
 */
import type { Rules } from "./rules.js";

/**
 * What a tie for the best score earns when the correct candidate takes part in it: `official` everything,
 * `halfCredit` its share (½ of two, ⅕ of five), `wrong` nothing.
 */
export const TIE_POLICIES = ["official", "halfCredit", "wrong"] as const;
export type TiePolicy = (typeof TIE_POLICIES)[number];

/** The preference among one item's candidates. */
export interface Choice {
  /** Index of the best score, the first one where several are equal. */
  readonly choice: number;
  /** True when two or more candidates share the best score. */
  readonly tie: boolean;
}

/** An item as the model saw it; no sentences, so that it may be published. */
export interface ScoredItem extends Choice {
  /** Name of the group the item is averaged in. */
  readonly uid: string;
  /** `<uid>_<index within the uid>`, as in the official prediction files. */
  readonly id: string;
  /** Sum of log-probabilities in nats per candidate; the first candidate is the correct one. */
  readonly scores: readonly number[];
}

/**
 * Scores as the ranking step of a year compares them: the rules of 2026 count NaN as −∞, so that it loses to every number.
 *
 * Source: babylm-eval at 3d57ddc, sentence_zero_shot/compute_results.py.
 */
export const rankedScores = (scores: readonly number[], rules: Rules): readonly number[] =>
  rules === 2025 ? scores : scores.map((score) => (Number.isNaN(score) ? -Infinity : score));

/**
 * Candidates that share the best score. The official code of 2026 draws one of them, all as likely, from a generator that nobody
 * seeds.
 *
 * @param scores log-probabilities as {@link rankedScores} gives them, without NaN
 */
export function tiedCandidates(scores: readonly number[]): number[] {
  const best = scores.reduce((highest, score) => Math.max(highest, score), -Infinity);
  return scores.flatMap((score, index) => (score === best ? [index] : []));
}

/**
 * The candidate with the highest score.
 *
 * @param scores log-probabilities of the candidates in nats; −∞ is allowed, NaN only under the rules of 2026
 * @param item name of the item, for the error message
 * @throws RangeError when there are fewer than two candidates, or a score is NaN under the rules of 2025
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot, `torch.max` over candidates; of 2026 for NaN.
 * Differs: NaN is an error in 2025; there it beats every number, so that a broken model scores 100 %. In 2026 the first of several
 * equal scores stands for all of them, and `tie` says so.
 */
export function chooseCandidate(scores: readonly number[], item: string, rules: Rules = 2025): Choice {
  // One pass: a benchmark asks this several times per item.
  let [choice, best, tie] = [0, -Infinity, false];
  let isBroken = scores.length < 2;
  for (const [index, score] of rankedScores(scores, rules).entries()) {
    isBroken ||= Number.isNaN(score);
    if (score > best) [choice, best, tie] = [index, score, false];
    else if (index > 0 && score === best) tie = true;
  }
  if (isBroken) {
    throw new RangeError(
      `chooseCandidate: ${item} must have at least two scores, none NaN, got [${scores.join(", ")}]. ` +
        "Check the model's weights for NaN.",
    );
  }
  return { choice, tie };
}

/**
 * What an item whose first candidate is correct adds to the number of right answers.
 *
 * @param scores log-probabilities of the candidates in nats, [at least 2]
 * @returns 0 to 1
 * @throws RangeError when the policy is unknown, or as `chooseCandidate`
 *
 * Differs: only `official` is the pipeline's rule; under it a model that scores everything alike is always right.
 */
export function creditForFirst(scores: readonly number[], tiePolicy: TiePolicy): number {
  const { choice, tie } = chooseCandidate(scores, "an item");
  switch (tiePolicy) {
    case "official":
      return choice === 0 ? 1 : 0;
    case "halfCredit":
      if (choice !== 0) return 0;
      return tie ? 1 / scores.filter((score) => score === scores[0]).length : 1;
    case "wrong":
      return choice === 0 && !tie ? 1 : 0;
    default:
      throw new RangeError(
        `creditForFirst: tiePolicy must be one of ${TIE_POLICIES.join(", ")}, got "${String(tiePolicy)}". ` +
          'Use "official" to compare with published numbers.',
      );
  }
}
