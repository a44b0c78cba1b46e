/**
 * @file JSON-lines text, read strictly: one JSON object a line, each as its schema says. A fault names file and line and
 * says what was expected; nothing is skipped.
 */
import type { z } from "zod";
import { readLines } from "./lines.js";
import { findLoneSurrogate } from "./lone-surrogate.js";
import { normaliseText } from "./text-file.js";

/** What the lines of a file must be. */
export interface JsonLinesOptions<Row> {
  /** What errors call the file; by default its path. */
  readonly name: string;
  /** Checks a line; other fields than those named are ignored where it is a plain `z.object`. */
  readonly schema: z.ZodType<Row>;
  /** What a line must be, in words: "a JSON object with the text sentence_good". */
  readonly expected: string;
  /** Names a row where names must not repeat. */
  readonly idOf?: (row: Row) => string;
}

/**
 * The rows of a text at hand. A byte order mark is dropped, and lines may end with `\r\n`, as in {@link readJsonLines}.
 *
 * @throws RangeError naming file and line (from 1) when a line is not as expected, an id occurs twice, or there is no line; with the
 *   column where a text has half of a surrogate pair
 */
export function parseJsonLines<Row>(text: string, options: JsonLinesOptions<Row>): Row[] {
  const check = lineCheck(options);
  const body = normaliseText(text).replace(/\n$/, "");
  // Only the newline separates lines: texts may hold U+2028, which `splitlines` elsewhere would cut at.
  const lines = body === "" ? [] : body.split("\n");
  const rows = lines.map((line, index) => check(line, index + 1));
  requireRows(rows.length, options.name);
  return rows;
}

/** A row and where its line is in the file: bytes [start, end). */
export interface PlacedRow<Row> {
  readonly row: Row;
  readonly start: number;
  readonly end: number;
}

/**
 * The rows of a file, in bounded memory.
 *
 * @throws RangeError as {@link parseJsonLines}; Error naming file and line where the bytes are no UTF-8 text
 */
export async function* readJsonLines<Row>(
  file: string,
  options: Omit<JsonLinesOptions<Row>, "name"> & { readonly name?: string },
): AsyncGenerator<PlacedRow<Row>, void, void> {
  const name = options.name ?? file;
  const check = lineCheck({ ...options, name });
  let rows = 0;
  for await (const { text, number, start, end } of readLines(file)) {
    yield { row: check(text, number), start, end };
    rows++;
  }
  requireRows(rows, name);
}

/** Checks one line after the other. */
function lineCheck<Row>({ name, schema, expected, idOf }: JsonLinesOptions<Row>) {
  const lineOfId = new Map<string, number>();
  return (line: string, number: number): Row => {
    const refuse = (got: string): never => {
      throw new RangeError(
        `readJsonLines: ${name}, line ${number} must be ${expected}, got ${got}. Repair or remove the line.`,
      );
    };
    const parsed = schema.safeParse(parseLine(line, refuse));
    if (!parsed.success) {
      return refuse(
        parsed.error.issues.map(({ path, message }) => `${path.join(".") || "line"}: ${message}`).join("; "),
      );
    }
    if (idOf !== undefined) {
      const id = idOf(parsed.data);
      const before = lineOfId.get(id);
      if (before !== undefined) {
        throw new RangeError(
          `readJsonLines: ids of ${name} must not repeat, got "${id}" in lines ${before} and ${number}. Remove one of them.`,
        );
      }
      lineOfId.set(id, number);
    }
    return parsed.data;
  };
}

function parseLine(line: string, refuse: (got: string) => never): unknown {
  if (line.trim() === "") return refuse("an empty line");
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    if (line.startsWith("\u{feff}")) return refuse("a byte order mark in the middle of the file");
    if (/^\s*<(!doctype|html|\?xml)/i.test(line)) return refuse("a page of the web");
    return refuse(cause instanceof SyntaxError ? cause.message : String(cause));
  }
  const half = findLoneSurrogate(line);
  if (half === null) return parsed;
  return refuse(`half of a surrogate pair, which is no character, in column ${half.column}`);
}

function requireRows(rows: number, name: string): void {
  if (rows > 0) return;
  throw new RangeError(
    `readJsonLines: ${name} must have at least one line, got an empty file. Restore the file, or fetch it again.`,
  );
}
