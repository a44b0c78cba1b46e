/** @file What chosen turns come to: how often the true one is first, its rank, and how many others it beats one by one. */
import { mean, wilsonInterval, type Interval } from "../statistics/summary.js";
import { creditForFirst } from "./choices.js";
import { scoresBy, TURN_SCORES, type ScoredTurnChoice, type TurnScore } from "./turn-choice.js";

/**
 * Rank of the true turn among its candidates, which is the first of them.
 *
 * @param scores the highest is preferred, [at least 2]
 * @returns 1 for the best; those that tie share the mean of their ranks
 */
export function rankOfFirst([truth = Number.NaN, ...others]: readonly number[]): number {
  const [better, equal] = [
    others.filter((other) => other > truth),
    others.filter((other) => other === truth),
  ];
  return 1 + better.length + equal.length / 2;
}

/** Share of the other candidates that the true turn beats, 0–1; a tie is half. */
export const pairCredit = (scores: readonly number[]): number =>
  (scores.length - rankOfFirst(scores)) / (scores.length - 1);

/** What the items of a group come to under one score. */
export interface TurnFigures extends Interval {
  readonly uid: string;
  readonly score: TurnScore;
  /** Share of items whose true turn is preferred, 0–1; one of m that tie counts 1/m. `low` and `high` are of its 95 % interval. */
  readonly recallAt1: number;
  /** The same where a tie is wrong. */
  readonly strictRecallAt1: number;
  /** Of guessing: the mean of 1 over the number of candidates. */
  readonly chance: number;
  /** 1 is best. */
  readonly meanRank: number;
  /** Share of pairs of the true turn and another in which the true one scores higher, 0–1; the mean over items. */
  readonly pairAccuracy: number;
  readonly n: number;
  /** Items with a tie for the best score. */
  readonly ties: number;
  /** The items the training text does not hold; null where nobody looked. */
  readonly withoutOverlap: (Interval & { readonly recallAt1: number; readonly n: number }) | null;
}

/**
 * Figures of each group under each score, groups in order of first appearance.
 *
 * @throws RangeError when there are no items
 */
export function summariseTurns(scored: readonly ScoredTurnChoice[]): TurnFigures[] {
  if (scored.length === 0)
    throw new RangeError(
      "summariseTurns: there must be at least one item, got none. Score some items first.",
    );
  return [...new Set(scored.map(({ uid }) => uid))].flatMap((uid) => {
    const items = scored.filter((item) => item.uid === uid);
    return TURN_SCORES.map((score) => figuresOf(items, uid, score));
  });
}

function figuresOf(items: readonly ScoredTurnChoice[], uid: string, score: TurnScore): TurnFigures {
  const judged = items.map((item) => {
    const scores = scoresBy(item, score);
    return {
      credit: creditForFirst(scores, "halfCredit"),
      strict: creditForFirst(scores, "wrong"),
      rank: rankOfFirst(scores),
      pairs: pairCredit(scores),
      isTie: scores.filter((value) => value === Math.max(...scores)).length > 1,
      chance: 1 / scores.length,
      isInTraining: item.isInTraining,
    };
  });
  const fresh = judged.filter(({ isInTraining }) => isInTraining === false);
  return {
    uid,
    score,
    ...recallOf(judged),
    strictRecallAt1: mean(judged.map(({ strict }) => strict)),
    chance: mean(judged.map(({ chance }) => chance)),
    meanRank: mean(judged.map(({ rank }) => rank)),
    pairAccuracy: mean(judged.map(({ pairs }) => pairs)),
    n: judged.length,
    ties: judged.filter(({ isTie }) => isTie).length,
    withoutOverlap: fresh.length === 0 ? null : { ...recallOf(fresh), n: fresh.length },
  };
}

function recallOf(judged: readonly { readonly credit: number }[]): Interval & { recallAt1: number } {
  const successes = judged.reduce((sum, { credit }) => sum + credit, 0);
  return {
    recallAt1: successes / judged.length,
    ...wilsonInterval({ successes, n: judged.length, confidence: 0.95 }),
  };
}
