/** @file COMPS: of two things, which has a property (docs/paper.md#zero-shot-tasks)? Not among the paper's results. */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";

const text = z.string().min(1);
const line = z.object({
  prefix_acceptable: text,
  prefix_unacceptable: text,
  property_phrase: text,
});

/** Subsets by the names of their files. */
const SUBSETS: ReadonlyMap<string, string> = new Map([
  ["comps_base", "base"],
  ["comps_wugs", "wugs"],
  ["comps_wugs_dist-before", "wugs_dist_before"],
  ["comps_wugs_dist-in-between", "wugs_dist_in_between"],
]);

/**
 * Items from JSON lines with two beginnings and one end.
 *
 * @throws RangeError naming file and line when a line has other fields, or the file none of the four names
 *
 * Source: BabyLM evaluation pipeline 2025, sentence_zero_shot/read_files.py, decode_comps.
 * Differs: a file of another name is an error; there it counts as the last subset.
 */
export function readComps({ text, name, path = name }: BenchmarkFile): UnnumberedItem[] {
  const uid = SUBSETS.get(name);
  if (uid === undefined)
    throw new RangeError(
      `readComps: the name of ${path} must be one of ${[...SUBSETS.keys()].join(", ")}, got "${name}". Rename it, or take it out of the folder.`,
    );
  const rows = parseJsonLines(text, {
    name: path,
    schema: line,
    expected: "a JSON object with the texts prefix_acceptable, prefix_unacceptable and property_phrase",
  });
  return rows.map(({ prefix_acceptable, prefix_unacceptable, property_phrase }) => {
    // The phrase has no space of its own: the joining one goes with its first word, and that token counts.
    const prefixes = [prefix_acceptable, prefix_unacceptable];
    return {
      uid,
      candidates: prefixes.map((prefix) => ({ context: `${prefix} `, continuation: property_phrase })),
      predictions: prefixes.map((prefix) => `${prefix} ${property_phrase}`),
      groups: {},
    };
  });
}
