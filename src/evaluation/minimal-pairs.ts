/**
 * @file BLiMP, its supplement, and any other pairs of a good and a bad sentence (paper.md sections 4.2 and 4.3).
 * The rule for ties is next door in `choices.ts`; the model stands behind `log-likelihood.ts`.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import { mean } from "../statistics/summary.js";
import { chooseCandidate, creditForFirst, type ScoredItem, type TiePolicy } from "./choices.js";
import type { LogLikelihood, ScoringRequest } from "./log-likelihood.js";

/** Two sentences that differ in what a speaker accepts. */
export interface MinimalPair {
  /** Name of the phenomenon, in BLiMP one of 67. */
  readonly uid: string;
  /** `<uid>_<index within the uid>`, as in the official prediction files. */
  readonly id: string;
  readonly good: string;
  readonly bad: string;
}

/** A scored pair: `choice` is 0 when the good sentence is preferred or tied. */
export interface ScoredPair extends ScoredItem {
  readonly scores: readonly [good: number, bad: number];
  readonly choice: 0 | 1;
}

/** Share of right choices within one phenomenon. */
export interface UidAccuracy {
  readonly uid: string;
  /** Proportion. */
  readonly accuracy: number;
  readonly n: number;
  readonly ties: number;
}

/** Accuracy over phenomena; counts are over all items. */
export interface AccuracySummary {
  /** Unweighted mean of the uids' accuracies, proportion. */
  readonly average: number;
  /** In order of first appearance. */
  readonly byUid: readonly UidAccuracy[];
  readonly n: number;
  readonly ties: number;
}

const pairLine = z.object({ sentence_good: z.string().min(1), sentence_bad: z.string().min(1) });

/**
 * Pairs from JSON lines with the fields `sentence_good` and `sentence_bad`; other fields are ignored.
 *
 * @param file.text contents, one object per line
 * @param file.uid  the file's name without extension; ids count within it
 * @throws RangeError naming uid and line (from 1) when a line is not such an object, or there is none
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/read_files.py.
 * Differs: the file name is always the UID; BLiMP's own field says the same, supplement files have none.
 */
export function readMinimalPairs(file: { readonly text: string; readonly uid: string }): MinimalPair[] {
  const { text, uid } = file;
  const rows = parseJsonLines(text, {
    name: uid,
    schema: pairLine,
    expected: "a JSON object with texts sentence_good and sentence_bad",
  });
  return rows.map(({ sentence_good, sentence_bad }, index) => ({
    uid,
    id: `${uid}_${index}`,
    good: sentence_good,
    bad: sentence_bad,
  }));
}

/**
 * Log-probability of both sentences of every pair, and the one preferred.
 *
 * @param logLikelihood asked once, with two requests per pair: the whole sentence after an empty context
 * @returns one entry per pair, in order
 * @throws RangeError naming the item when a score is NaN or a sentence has no scored token
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/compute_results.py.
 * Differs: NaN is an error (there it wins). A sentence of one token that nothing precedes has no probability and is an
 * error with a reason (there the run crashes). Ties keep index 0, as there, but are marked; `summarisePairs` decides
 * what they earn.
 */
export async function scoreMinimalPairs(
  pairs: readonly MinimalPair[],
  logLikelihood: LogLikelihood,
): Promise<ScoredPair[]> {
  const answers = await logLikelihood(
    pairs.flatMap(({ good, bad }) => [wholeSentence(good), wholeSentence(bad)]),
  );
  if (answers.length !== 2 * pairs.length) {
    throw new RangeError(
      `scoreMinimalPairs: logLikelihood must answer all ${2 * pairs.length} requests, got ${answers.length} answers. ` +
        "Return one answer per request, in order.",
    );
  }
  return pairs.map(({ uid, id }, index) => {
    const candidates = answers.slice(2 * index, 2 * index + 2);
    if (candidates.some(({ numTokens }) => numTokens === 0)) {
      throw new RangeError(
        `scoreMinimalPairs: both sentences of ${id} must have a scored token, ` +
          `got ${candidates.map(({ numTokens }) => numTokens).join(" and ")}. ` +
          "Remove the pair, or use a tokenizer that puts a start token in front.",
      );
    }
    const [good = Number.NaN, bad = Number.NaN] = candidates.map(({ logProb }) => logProb);
    const { choice, tie } = chooseCandidate([good, bad], id);
    return { uid, id, scores: [good, bad], choice: choice === 0 ? 0 : 1, tie };
  });
}

/**
 * Accuracy per phenomenon and their unweighted mean, for items of any number of candidates.
 *
 * @param items     at least one
 * @param tiePolicy what a tie earns (D18); "official" for the column set beside the paper
 * @throws RangeError when there are no items, the policy is unknown, or a score is NaN
 *
 * Source: BabyLM evaluation pipeline 2025: percent correct per UID, then the plain mean over UIDs.
 * Differs: proportions, not percent; `halfCredit` and `wrong` are ours, and NaN is an error under every policy.
 */
export function summarisePairs(
  items: readonly Pick<ScoredItem, "uid" | "scores" | "tie">[],
  tiePolicy: TiePolicy,
): AccuracySummary {
  if (items.length === 0) {
    throw new RangeError(
      "summarisePairs: there must be at least one item, got none. Score some pairs first.",
    );
  }
  const creditsOf = new Map<string, { credits: number[]; ties: number }>();
  for (const { uid, scores, tie } of items) {
    const entry = creditsOf.get(uid) ?? { credits: [], ties: 0 };
    entry.credits.push(creditForFirst(scores, tiePolicy));
    creditsOf.set(uid, { credits: entry.credits, ties: entry.ties + (tie ? 1 : 0) });
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

/** A request for the probability of a whole sentence. */
function wholeSentence(sentence: string): ScoringRequest {
  return { context: "", continuation: sentence, tokenization: "joined" };
}
