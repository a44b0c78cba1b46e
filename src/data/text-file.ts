/**
 * @file The one reader of text from outside. Corpora, JSON lines, tables and settings all pass through it: strict UTF-8, without a
 * byte order mark, lines ended by a line feed alone. Large files are read line by line in `lines.ts` by the same rules.
 */
import { readFileSync } from "node:fs";
import { recogniseForeign } from "./foreign-file.js";

/** The byte order mark of UTF-8. */
export const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Refuses a file with its name, what was found, and what to do. */
function refuse(name: string, found: string, remedy: string): never {
  throw new RangeError(`readText: ${name} must be UTF-8 text, got ${found}. ${remedy}`);
}

/**
 * Refuses what is certainly no text: a Git LFS pointer, files of macOS, archives, UTF-16.
 *
 * @param start the first bytes of the file
 * @throws RangeError that names the file and what it is
 */
export function requireText(start: Uint8Array, name: string): void {
  const foreign = recogniseForeign(start, name);
  if (foreign !== null) refuse(name, foreign.what, foreign.remedy);
}

/**
 * Text of some bytes, as they stand.
 *
 * @param firstLine number of the line the bytes begin with, for errors
 * @throws RangeError naming file, line and column (in characters, from 1) of the first byte that is not UTF-8, or of a NUL
 */
export function decodeStrictly(bytes: Uint8Array, name: string, firstLine = 1): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const before = decodableStart(bytes);
    const byte = bytes[Buffer.byteLength(before)] ?? 0;
    const found = `the byte 0x${byte.toString(16).toUpperCase()}`;
    return refuse(
      name,
      `${found} in ${describePlace(before, firstLine)}`,
      "Convert the file to UTF-8 from the encoding it was saved in.",
    );
  }
  const nul = text.indexOf("\0");
  if (nul < 0) return text;
  return refuse(
    name,
    `the character NUL in ${describePlace(text.slice(0, nul), firstLine)}`,
    "Binary data and UTF-16 have such characters: convert the file to UTF-8, or give another.",
  );
}

/**
 * A text without its byte order mark, and with `\n` for every `\r\n`. A lone `\r` stays: it ends no line.
 *
 * Differs: Python's text files keep the mark and end lines at a lone `\r` too.
 */
export const normaliseText = (text: string): string =>
  (text.startsWith("\u{feff}") ? text.slice(1) : text).replace(/\r+\n/g, "\n").replace(/\r+$/, "");

/**
 * Text of a whole file, normalised.
 *
 * @param name what errors call it: its path
 * @throws RangeError naming file, line and column where the bytes are no UTF-8 text, or what the file is instead
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  requireText(bytes, name);
  return normaliseText(decodeStrictly(bytes, name));
}

/**
 * {@link decodeText} of a file.
 *
 * @throws Error naming the path when there is no such file, or it cannot be read
 */
export const readTextFile = (path: string): string => decodeText(readBytes(path), path);

/**
 * Bytes of a file.
 *
 * @throws Error naming the path when there is no such file, or it cannot be read
 */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new Error(`readText: ${path} must be a readable file, got ${describe(cause)}. Correct the path.`, {
      cause,
    });
  }
}

const FAULTS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file"],
  ["EISDIR", "a folder"],
  ["ENOTDIR", "no such file"],
  ["EACCES", "a file that may not be read"],
]);
const describe = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return FAULTS.get(code) ?? String(cause);
};

/** All that can be decoded before the first fault; an incomplete character at the end is one. */
function decodableStart(bytes: Uint8Array): string {
  const decode = (length: number): string | null => {
    try {
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      return decoder.decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return null;
    }
  };
  let [low, high] = [0, bytes.length]; // `low` bytes can be decoded; so can no more than `high`
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (decode(middle) === null) high = middle - 1;
    else low = middle;
  }
  return decode(low) ?? "";
}

/**
 * Line and column behind some text, from 1.
 *
 * @param before all that comes before the place
 */
export function placeOf(before: string): { readonly line: number; readonly column: number } {
  const lines = before.split("\n");
  return { line: lines.length, column: [...(lines.at(-1) ?? "")].length + 1 };
}

function describePlace(before: string, firstLine: number): string {
  const { line, column } = placeOf(before);
  return `line ${firstLine + line - 1}, column ${column}`;
}
