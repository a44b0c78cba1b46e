/**
 * @file Entity tracking: what is in a box after some operations (docs/paper.md#zero-shot-tasks)? Five options end the same text, so that
 * guessing gets one of five.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import { mean } from "../statistics/summary.js";
import type { AccuracySummary } from "./accuracy.js";
import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";

const line = z.object({
  numops: z.int().min(0),
  input_prefix: z.string().min(1),
  options: z.array(z.string().min(1)).min(2),
});

/**
 * Items from JSON lines with a text and its possible ends.
 *
 * @param file.name the split, such as `regular`; with the number of operations it makes the uid
 * @throws RangeError naming the file when it is of no split; file and line when a line has other fields, an empty option or
 *   fewer than two
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/read_files.py, decode_entity_tracking; of 2026 for
 * the items it drops: those with the letters "nothing" in any option.
 */
export function readEntityTracking({ text, name, path = name }: BenchmarkFile): UnnumberedItem[] {
  if (!ENTITY_SPLITS.some((split) => name.startsWith(split)))
    throw new RangeError(
      `readEntityTracking: the name of ${path} must begin with ${ENTITY_SPLITS.join(", ")}, got "${name}". Rename it, or take it out of the folder.`,
    );
  const rows = parseJsonLines(text, {
    name: path,
    schema: line,
    expected: "a JSON object with a number numops, a text input_prefix and at least two texts in options",
  });
  return rows.map(({ numops, input_prefix, options }) => ({
    uid: `${name}_${numops}_ops`,
    // The space at the end of the text goes with the first word of an option: that token counts.
    candidates: options.map((continuation) => ({ context: input_prefix, continuation })),
    predictions: options,
    groups: {},
    ...(options.some((option) => option.includes("nothing")) && { isDropped2026: true }),
  }));
}

/** The three kinds of story; the fast set has the first alone. */
export const ENTITY_SPLITS = ["regular", "ambiref", "move_contents"] as const;

/**
 * Mean over operations within each split, and mean of the splits.
 *
 * @param byUid accuracies of `<split>_<operations>_ops`
 * @throws RangeError when a uid belongs to no split
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/run.py, process_results.
 */
export function averageSplits(byUid: AccuracySummary["byUid"]): {
  readonly average: number;
  readonly splits: Readonly<Record<string, number>>;
} {
  const stray = byUid.find(({ uid }) => !ENTITY_SPLITS.some((split) => uid.startsWith(split)));
  if (stray)
    throw new RangeError(
      `averageSplits: items must belong to ${ENTITY_SPLITS.join(", ")}, got "${stray.uid}". Name the files as the official ones are.`,
    );
  const splits = ENTITY_SPLITS.flatMap((split) => {
    const own = byUid.filter(({ uid }) => uid.startsWith(split)).map(({ accuracy }) => accuracy);
    return own.length === 0 ? [] : [[split, mean(own)] as const];
  });
  return { average: mean(splits.map(([, accuracy]) => accuracy)), splits: Object.fromEntries(splits) };
}
