/** @file Reading the files of results/paper: every cell checked, every fault named by file, row and column. */

import { readFileSync } from "node:fs";
import { z } from "zod";
import { CONDITIONS, MODELS } from "../../config/config.js";
import { parseCsv } from "../render/csv.js";
import { fromProjectRoot } from "../render/from-project-root.js";

const CONFIDENCES = ["primary", "secondary", "derived", "unknown"] as const;

/** Whether a number is the authors' own statement, a third party's, our measurement of a figure, or not known. */
export type Confidence = (typeof CONFIDENCES)[number];

const text = z.string().min(1, { error: "must not be empty" });

/** The kinds of cells in the files. */
export const cell = {
  text,
  number: text.transform((value, context) => {
    const parsed = Number(value);
    if (Number.isFinite(parsed)) return parsed;
    context.addIssue({ code: "custom", message: `must be a number, got "${value}"` });
    return z.NEVER;
  }),
  model: z.enum(MODELS),
  condition: z.enum(CONDITIONS),
  confidence: z.enum(CONFIDENCES),
} as const;

/** An empty cell is null. */
export function orNull<T>(schema: z.ZodType<T, string>) {
  return z.union([z.literal("").transform(() => null), schema]);
}

/**
 * The rows of a file of results/paper.
 *
 * @param file name with ending
 * @param row  schema of one row; it receives the cells as text by column name
 * @throws TypeError when a row does not satisfy the schema
 */
export function readPublished<T>(file: string, row: z.ZodType<T>): readonly T[] {
  const content = readFileSync(fromProjectRoot(`results/paper/${file}`), "utf8");
  return parseCsv(content).map((cells, index) => {
    const checked = row.safeParse(cells);
    if (checked.success) return checked.data;
    const issue = checked.error.issues[0];
    throw new TypeError(
      `readPublished: results/paper/${file} must be as committed, got in row ${index + 1}, column ` +
        `"${issue?.path.join(".") ?? ""}": ${issue?.message ?? "an invalid row"}. Restore it with git checkout.`,
    );
  });
}
