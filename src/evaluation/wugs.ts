/**
 * @file WUGs: new words and their forms, judged as people judge them (docs/paper.md#zero-shot-tasks). Neither form is right;
 * what counts is how a model's preference goes with the share of people who have it.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import { spearman } from "../statistics/correlation.js";
import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";

const line = z.object({
  sentences: z.string().regex(/^[^\t]+(\t[^\t]+)+$/, "at least two sentences separated by tabs"),
  // The official file writes the number as text. Coercion alone would read null and "" as nobody.
  ratio: z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\s*[\d.]+(e[-+]?\d+)?\s*$/i)
        .transform(Number),
    ])
    .pipe(z.number().min(0).max(1)),
});

/**
 * Items from JSON lines with sentences separated by tabs and the share of people who prefer the first.
 *
 * @param uid `wug_adj` or `wug_past`
 * @throws RangeError naming file and line when a line has other fields or the share is not from 0 to 1
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/read_files.py, decode_wug.
 */
export function readWugs({ text, name, path = name }: BenchmarkFile, uid: string): UnnumberedItem[] {
  const rows = parseJsonLines(text, {
    name: path,
    schema: line,
    expected: "a JSON object with sentences separated by a tab and a ratio from 0 to 1",
  });
  return rows.map(({ sentences, ratio }) => {
    const forms = sentences.split("\t");
    return {
      uid,
      candidates: forms.map((continuation) => ({ context: "", continuation })),
      predictions: forms,
      groups: {},
      humanShare: ratio,
    };
  });
}

/** A scored item as far as it is compared with people. */
export interface WugScore {
  /** Log-probabilities of the forms in nats. */
  readonly scores: readonly number[];
  readonly humanShare: number;
}

/**
 * Share of the first form in a softmax over the sentences' log-probabilities, in single precision as the pipeline computes it.
 *
 * @returns 0 to 1; equal for many items, because near 1 a float32 has steps of 6e-8
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/compute_results.py, rank_and_evaluate_wug.
 */
export function officialShare(scores: readonly number[]): number {
  const single = scores.map(Math.fround);
  const highest = Math.max(...single);
  const powers = single.map((score) => Math.fround(Math.exp(Math.fround(score - highest))));
  const sum = powers.reduce((total, power) => Math.fround(total + power), 0);
  return Math.fround((powers[0] ?? Number.NaN) / sum);
}

/**
 * Rank correlation of a model's preference with people's.
 *
 * @param scoringRule `official` ranks {@link officialShare}, ties and all; `corrected` the difference of the log-probabilities of the
 *   first two forms, which has the same order and no ties
 * @returns −1 to 1
 * @throws RangeError when all items are alike and no correlation is defined
 *
 * Source: BabyLM evaluation pipeline since August 2025, scipy.stats.spearmanr.
 */
export function correlateWithPeople(
  items: readonly WugScore[],
  scoringRule: "official" | "corrected",
): number {
  const preferences = items.map(({ scores }) => {
    const [first = Number.NaN, second = Number.NaN] = scores;
    return scoringRule === "official" ? officialShare(scores) : first - second;
  });
  return spearman(
    preferences,
    items.map(({ humanShare }) => humanShare),
  );
}
