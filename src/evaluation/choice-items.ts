/**
 * @file The shape all zero-shot benchmarks share: an item asks which of some continuations is the most probable, the correct one
 * first. What becomes an item is decided in a file for each benchmark; the model stands behind `log-likelihood.ts`.
 */
import { chooseCandidate, type ScoredItem } from "./choices.js";
import type { LogLikelihood } from "./log-likelihood.js";
import type { Rules } from "./rules.js";

/** A file of a benchmark. */
export interface BenchmarkFile {
  /** Contents, one JSON object a line. */
  readonly text: string;
  /** The file's name without extension: it is the uid of some benchmarks. */
  readonly name: string;
  /** What errors call the file; its name without it. */
  readonly path?: string;
}

/** Text before the scored part, possibly none, and the part that is scored. Joined they are what the model reads. */
export interface Candidate {
  readonly context: string;
  readonly continuation: string;
}

/** A question with its candidates. */
export interface ChoiceItem {
  /** Name of the group the item is averaged in. */
  readonly uid: string;
  /** `<uid>_<index within the uid>`, as in the official prediction files. */
  readonly id: string;
  /** At least two; the correct one first unless `label` says otherwise. */
  readonly candidates: readonly Candidate[];
  /** Index of the correct candidate; 0 where it is left out. */
  readonly label?: number;
  /** What the official prediction file holds where a candidate is chosen. */
  readonly predictions: readonly string[];
  /** The same in the files of 2026, where they differ. */
  readonly predictions2026?: readonly string[];
  /** The rules of 2026 leave the item out. */
  readonly isDropped2026?: true;
  /** The item's id before the filter of 2026, where that changes ids. */
  readonly id2025?: string;
  /** Further groups the official report counts, such as `context_type: direct`. */
  readonly groups: Readonly<Record<string, string>>;
  /** WUGs alone: share of people who prefer the first candidate, 0–1. */
  readonly humanShare?: number;
}

/** An item as its file has it, before it has a number. */
export type UnnumberedItem = Omit<ChoiceItem, "id" | "id2025">;

/** An item with its scores, and what each was summed over. */
export interface ScoredChoice extends ScoredItem {
  /** Scored tokens of each candidate. */
  readonly numTokens: readonly number[];
  /** Index of the correct candidate; 0 where it is left out. */
  readonly label?: number;
  /** First token of each candidate where it is part of the scored text and has no probability, else null. */
  readonly unscoredFirst?: readonly (number | null)[];
}

/**
 * Items with their official ids: counted from 0 within each uid, over all files in their order.
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/compute_results.py.
 */
export function numberItems<Item extends { readonly uid: string }>(
  items: readonly Item[],
): (Item & { readonly id: string })[] {
  const counts = new Map<string, number>();
  return items.map((item) => {
    const index = counts.get(item.uid) ?? 0;
    counts.set(item.uid, index + 1);
    return { ...item, id: `${item.uid}_${index}` };
  });
}

/** How items are scored, beyond the sum of log-probabilities. */
export interface ItemScoring {
  /** Whose rules say what NaN is worth; those of 2025 make it an error. */
  readonly rules?: Rules;
  /** Divides each sum by its number of tokens. */
  readonly scorePer?: "token";
}

/**
 * Log-probability of every candidate, and the one preferred.
 *
 * @param logLikelihood asked once, with one request a candidate
 * @returns one entry per item, in order
 * @throws RangeError naming the item when a candidate has no scored token, or under the rules of 2025 when a score is NaN
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/compute_results.py.
 * Differs: NaN is an error in 2025 (there it wins). A sentence of one token that nothing precedes has no probability and is an error
 * with a reason (there the run crashes). Ties keep the first index, but are marked; `accuracy.ts` decides what they earn.
 */
export async function scoreItems(
  items: readonly ChoiceItem[],
  logLikelihood: LogLikelihood,
  { rules = 2025, scorePer }: ItemScoring = {},
): Promise<ScoredChoice[]> {
  const requests = items.flatMap(({ candidates }) =>
    candidates.map((candidate) => ({ ...candidate, tokenization: "joined" as const })),
  );
  const answers = await logLikelihood(requests);
  if (answers.length !== requests.length) {
    throw new RangeError(
      `scoreItems: logLikelihood must answer all ${requests.length} requests, got ${answers.length} answers. ` +
        "Return one answer per request, in order.",
    );
  }
  let answered = 0;
  return items.map(({ uid, id, candidates, label }) => {
    const own = answers.slice(answered, (answered += candidates.length));
    const numTokens = own.map((answer) => answer.numTokens);
    if (numTokens.includes(0)) {
      throw new RangeError(
        `scoreItems: all candidates of ${id} must have a scored token, got ${numTokens.join(" and ")}. ` +
          "Remove the item, or use a tokenizer that puts a start token in front.",
      );
    }
    const scores = own.map((answer) => answer.logProb / (scorePer === "token" ? answer.numTokens : 1));
    const unscoredFirst = own.map((answer) => answer.unscoredFirst ?? null);
    const scored = { uid, id, scores, numTokens, unscoredFirst, ...chooseCandidate(scores, id, rules) };
    return label === undefined ? scored : { ...scored, label };
  });
}
