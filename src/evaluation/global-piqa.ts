/**
 * @file Global PIQA, English: which of some ways to do a thing works? Of 2026 alone: 103 items with four solutions (the parallel part,
 * translated into every language) and 100 with two.
 */
import { z } from "zod";
import { parseJsonLines } from "../data/json-lines.js";
import type { BenchmarkFile, UnnumberedItem } from "./choice-items.js";

const text = z.string().min(1);

const solutionNames = (solutions: 2 | 4): string[] =>
  Array.from({ length: solutions }, (_, index) => `solution${index}`);

/**
 * Where `class-it data --fetch` puts a part, and what of it the English items are.
 *
 * Source: babylm-org/babylm-eval, global_piqa/dl.py.
 */
export const globalPiqaSet = (part: "parallel" | "nonparallel") => ({
  collection: `global-piqa-${part}`,
  config: "eng_latn",
  columns: ["prompt", ...solutionNames(part === "parallel" ? 4 : 2), "label", "example_id"],
  numbers: ["label"],
});

/**
 * Items from JSON lines with a prompt, its solutions and the number of the right one, which is not always the first.
 *
 * @param solutions 4 in the parallel part, 2 in the other
 * @throws RangeError naming file and line when a line has other fields, a label beyond its solutions, or an example_id occurs twice
 *
 * Source: babylm-org/babylm-eval, sentence_zero_shot/read_files.py, _build_global_piqa_pair.
 * Differs: a repeated example_id is an error; there both items share one accuracy.
 */
export function readGlobalPiqa(
  { text: lines, name, path }: BenchmarkFile,
  solutions: 2 | 4,
): UnnumberedItem[] {
  const names = solutionNames(solutions);
  const rows = parseJsonLines(lines, {
    name: path ?? name,
    schema: z.looseObject({
      prompt: text,
      example_id: z.union([text, z.int().transform(String)]),
      label: z
        .int()
        .min(0)
        .max(solutions - 1),
      ...Object.fromEntries(names.map((solution) => [solution, text])),
    }),
    expected: `a JSON object with the texts prompt, example_id and ${names.join(", ")}, and a label from 0 to ${solutions - 1}`,
    idOf: (row) => row.example_id,
  });
  return rows.map(({ prompt, example_id: uid, label, ...rest }) => {
    const options = names.map((solution) => text.parse(rest[solution]));
    return {
      uid,
      candidates: options.map((option) => ({ context: prompt, continuation: ` ${option}` })),
      label,
      predictions: options.map((option) => ` ${option}`),
      groups: {},
    };
  });
}
