/** @file Files read line by line and file by file in bounded memory; what is no UTF-8 text is an error with its place. */
import { createReadStream, statSync } from "node:fs";

/** One line of a file, without its line end. */
export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  /** Place of its first byte in the file. */
  readonly start: number;
  /** Place behind its last byte, the line end left out. */
  readonly end: number;
}

const NEWLINE = 10;

/**
 * The lines of a UTF-8 file. A last line without a line end counts; `\r` stays, as Python's readers with newline="\n" leave it.
 *
 * @param file  path of the file
 * @param range bytes to read; all without it
 * @throws Error that names file and line where the bytes are no UTF-8
 */
export async function* readLines(
  file: string,
  range: { readonly start: number; readonly end: number } | null = null,
): AsyncGenerator<Line, void, void> {
  if (range !== null && range.end <= range.start) return;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const stream = createReadStream(file, {
    highWaterMark: Math.min(2 ** 20, statSync(file).size + 1), // a short file needs no megabyte
    ...(range !== null && { start: range.start, end: range.end - 1 }),
  });
  let number = 0;
  let start = range?.start ?? 0;
  const lineOf = (bytes: Buffer): Line => {
    number += 1;
    const end = start + bytes.length;
    try {
      return { text: decoder.decode(bytes), number, start, end };
    } catch (cause) {
      throw new Error(
        `readLines: ${file} must be UTF-8 text, got other bytes in line ${number}. Convert the file to UTF-8.`,
        { cause },
      );
    }
  };
  const open: Buffer[] = []; // pieces of a line that goes on in the next chunk
  const chunks: AsyncIterable<Buffer> = stream;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, at);
      const line = lineOf(open.length === 0 ? piece : Buffer.concat([...open.splice(0), piece]));
      yield line;
      start = line.end + 1;
      from = at + 1;
    }
    if (from < chunk.length) open.push(chunk.subarray(from));
  }
  if (open.length > 0) yield lineOf(Buffer.concat(open));
}
