/**
 * @file BLiMP, its supplement, and any other pairs of a good and a bad sentence (docs/paper.md#sentence-scoring, #zero-shot-tasks).
 * How items are scored is in `choice-items.ts`.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import type { BenchmarkFile, ChoiceItem, UnnumberedItem } from "./choice-items.js";

/** Two sentences that differ in what a speaker accepts. */
export interface MinimalPair {
  /** Name of the paradigm: in BLiMP one of 67, which belong to 12 phenomena. */
  readonly uid: string;
  /** `<uid>_<index within the uid>`, as in the official prediction files. */
  readonly id: string;
  readonly good: string;
  readonly bad: string;
}

const EXPECTED = "a JSON object with texts sentence_good and sentence_bad";
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
    expected: EXPECTED,
  });
  return rows.map(({ sentence_good, sentence_bad }, index) => ({
    uid,
    id: `${uid}_${index}`,
    good: sentence_good,
    bad: sentence_bad,
  }));
}

const officialLine = pairLine.extend({
  field: z.string().optional(),
  UID: z.string().optional(),
  linguistics_term: z.string().optional(),
});

/**
 * Pairs as items, whole sentences against each other, in the groups of the official report.
 *
 * @throws RangeError as {@link readMinimalPairs}
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/read_files.py, decode_blimp.
 */
export function readPairItems({ text, name, path = name }: BenchmarkFile): UnnumberedItem[] {
  const rows = parseJsonLines(text, { name: path, schema: officialLine, expected: EXPECTED });
  return rows.map(({ sentence_good, sentence_bad, field, UID, linguistics_term }) => ({
    uid: field === undefined ? name : (UID ?? name),
    candidates: [sentence_good, sentence_bad].map((continuation) => ({ context: "", continuation })),
    predictions: [sentence_good, sentence_bad],
    groups: {
      field: field === undefined ? "supplement" : field.replace("syntax_semantics", "syntax/semantics"),
      linguistics_term: field === undefined ? "supplement" : (linguistics_term ?? ""),
    },
  }));
}

/** A pair as an item, for pairs that no file holds. */
export const pairItem = ({ uid, id, good, bad }: MinimalPair): ChoiceItem => ({
  uid,
  id,
  candidates: [good, bad].map((continuation) => ({ context: "", continuation })),
  predictions: [good, bad],
  groups: {},
});
