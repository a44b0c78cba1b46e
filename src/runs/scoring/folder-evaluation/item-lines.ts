/**
 * @file The items of a task in a file of JSON lines that grows as they are scored, and takes its name when all are there. Whoever comes
 * back resumes after the last whole line, if nothing that decides the scores has changed.
 */
import { appendFileSync, existsSync, readFileSync, rmSync } from "node:fs";
import type { z } from "zod";
import { describeIssue } from "../../../config/config-schema.js";
import { writeFileAtomically } from "../../../disk/atomic-file.js";
import { explained } from "../../../disk/disk-fault.js";
import { parseJson } from "../../stages/read-json.js";

/** Lines are written so many at once. */
export const STEP_LINES = 512;

/** A file of items in progress. */
export interface ItemLines {
  /** Lines that are there already, as they were written. */
  readonly lines: readonly string[];
  append(lines: readonly string[]): void;
  /** Every line as its schema says. @throws Error naming file and line when one is not */
  parse<Row>(schema: z.ZodType<Row>): Row[];
  /** Gives the file its name. */
  complete(): void;
}

/**
 * Opens `<path>.part`, or starts it afresh where it belongs to something else.
 *
 * @param key hash of all that decides the scores. Lines are taken up in whole steps only: then the scores are those of a run that was
 *   never interrupted, bit for bit
 */
export function openItemLines(path: string, { key }: { readonly key: string }): ItemLines {
  const part = `${path}.part`;
  const [head, ...found] = existsSync(part) ? readFileSync(part, "utf8").split("\n") : [];
  const isOurs = head === key;
  const whole = isOurs ? found.slice(0, -1) : []; // what follows the last newline is half a line
  const kept = whole.slice(0, whole.length - (whole.length % STEP_LINES));
  writeFileAtomically(part, [key, ...kept].map((line) => `${line}\n`).join(""));
  const lines = [...kept];
  return {
    lines,
    append(added) {
      explained(part, () => appendFileSync(part, added.map((line) => `${line}\n`).join("")));
      lines.push(...added);
    },
    parse: (schema) =>
      lines.map((line, index) => {
        const row = schema.safeParse(parseJson(line));
        if (row.success) return row.data;
        throw new Error(
          `openItemLines: line ${index + 2} of ${part} must be a scored item, got ${describeIssue(row.error, "line")}. Delete the file to score them again.`,
        );
      }),
    complete() {
      writeFileAtomically(path, lines.map((line) => `${line}\n`).join(""));
      rmSync(part, { force: true });
    },
  };
}
