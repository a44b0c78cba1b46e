/**
 * @file Choosing a turn: which of some candidates comes next in a conversation, or answers a question. The true one is first. Three
 * scores are asked of a model at once; what they come to over many items is in `turn-figures.ts`.
 */
import type { LogLikelihood, ScoringRequest } from "./log-likelihood.js";

/**
 * What a candidate can be preferred by: `sum` is its log-probability after the context, `perToken` that divided by its number of
 * tokens, and `pmi` what the context adds to it, log p(candidate | context) − log p(candidate).
 */
export const TURN_SCORES = ["sum", "perToken", "pmi"] as const;
/** Name of one. */
export type TurnScore = (typeof TURN_SCORES)[number];

/** Candidates after a context, in text as the model reads it. */
export interface TurnChoice {
  /** Name of the group the item is counted in. */
  readonly uid: string;
  readonly id: string;
  /** All text before a candidate: earlier turns, and the label of the speaker with the white space that follows it. */
  readonly context: string;
  /** What of `context` is left when a candidate is scored without it: the label, so that the candidate's first word has one too. */
  readonly neutral: string;
  /** At least two, the true one first; no two are the same text. */
  readonly candidates: readonly string[];
  /** `sum` and `perToken` cover the context too, and no start token is put in front of any text. */
  readonly wholeText?: true;
  /** Whether the training text holds the true turn right after the context; left out where nobody looked. */
  readonly isInTraining?: boolean;
}

/** A choice as a model scored it: ids and numbers, so that it may be published. */
export interface ScoredTurnChoice {
  readonly uid: string;
  readonly id: string;
  /** Log-probability of each candidate in nats. */
  readonly sum: readonly number[];
  /** Tokens that it is the sum of. */
  readonly numTokens: readonly number[];
  /** Nats that the context adds to each candidate's log-probability. */
  readonly pmi: readonly number[];
  readonly isInTraining?: boolean;
}

const DECIMALS = 6;
/** Half a millionth of a nat: what adding in another order makes of equal numbers is a tie again. */
const rounded = (nats: number): number => Number(nats.toFixed(DECIMALS)) + 0;

/**
 * Asks a model for every candidate, after its context and without it.
 *
 * @param logLikelihood asked once, so that equal beginnings are computed once
 * @returns one entry per item, in order
 * @throws RangeError naming the item when a candidate has no scored token, or a score is NaN
 *
 * Source of `wholeText`: Padovani et al. 2025, the sum over `prompt + " " + reply`, first token free, no start token.
 */
export async function scoreTurnChoices(
  items: readonly TurnChoice[],
  logLikelihood: LogLikelihood,
): Promise<ScoredTurnChoice[]> {
  const answers = await logLikelihood(items.flatMap(requestsOf));
  let answered = 0;
  return items.map((item) => {
    const scored = item.candidates.map(() => {
      const own = answers.slice(answered, (answered += item.wholeText ? 3 : 2));
      const [after, alone, whole = after] = own;
      const isAnswered = [after, alone, whole].every(
        (answer) => answer !== undefined && answer.numTokens > 0 && !Number.isNaN(answer.logProb),
      );
      if (!after || !alone || !whole || !isAnswered)
        throw new RangeError(
          `scoreTurnChoices: every candidate of ${item.id} must have tokens and a log-probability, got ${JSON.stringify(own)}. ` +
            "Remove the item, or check the model's weights for NaN.",
        );
      return {
        sum: rounded(whole.logProb),
        numTokens: whole.numTokens,
        pmi: rounded(after.logProb - alone.logProb),
      };
    });
    return {
      uid: item.uid,
      id: item.id,
      sum: scored.map(({ sum }) => sum),
      numTokens: scored.map(({ numTokens }) => numTokens),
      pmi: scored.map(({ pmi }) => pmi),
      ...(item.isInTraining !== undefined && { isInTraining: item.isInTraining }),
    };
  });
}

/** For each candidate: after its context, without it, and where it counts the whole text. */
function requestsOf({ context, neutral, candidates, wholeText }: TurnChoice): ScoringRequest[] {
  const request = (before: string, continuation: string): ScoringRequest => ({
    context: before,
    continuation,
    tokenization: "joined",
    ...(wholeText && { withoutStart: true }),
  });
  return candidates.flatMap((candidate) => [
    request(context, candidate),
    request(neutral, candidate),
    ...(wholeText ? [request("", context + candidate)] : []),
  ]);
}

/** A choice's candidates by one of the three scores; the highest is preferred. */
export function scoresBy({ sum, numTokens, pmi }: ScoredTurnChoice, score: TurnScore): readonly number[] {
  switch (score) {
    case "sum":
      return sum;
    case "perToken":
      return sum.map((logProb, candidate) => logProb / (numTokens[candidate] ?? Number.NaN));
    case "pmi":
      return pmi;
  }
}
