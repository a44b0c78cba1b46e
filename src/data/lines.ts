/** @file Files read line by line in bounded memory, by the rules of `text-file.ts`; what is no UTF-8 text is an error with its place. */
import { createReadStream, statSync } from "node:fs";
import { START_BYTES } from "./foreign-file.js";
import { BYTE_ORDER_MARK, decodeStrictly, requireText } from "./text-file.js";

/** One line of a file, without its line end. */
export interface Line {
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  /** Place of its first byte in the file; a byte order mark is none of the text. */
  readonly start: number;
  /** Place behind its last byte, the line end left out. */
  readonly end: number;
}

const [NEWLINE, RETURN] = [10, 13];

/**
 * The lines of a UTF-8 file. A last line without a line end counts. A line ends with `\n` or `\r\n`; a lone `\r` stays.
 *
 * @param file  path of the file
 * @param range bytes to read; all without it
 * @throws RangeError naming file, line and column where the bytes are no UTF-8 text, or what the file is instead
 */
export async function* readLines(
  file: string,
  range: { readonly start: number; readonly end: number } | null = null,
): AsyncGenerator<Line, void, void> {
  if (range !== null && range.end <= range.start) return;
  const stream = createReadStream(file, {
    highWaterMark: Math.min(2 ** 20, statSync(file).size + 1), // a short file needs no megabyte
    ...(range !== null && { start: range.start, end: range.end - 1 }),
  });
  let number = 0;
  let start = range?.start ?? 0;
  const lineOf = (bytes: Buffer): Line => {
    number += 1;
    let length = bytes.length;
    while (length > 0 && bytes[length - 1] === RETURN) length--;
    return {
      text: decodeStrictly(bytes.subarray(0, length), file, number),
      number,
      start,
      end: start + length,
    };
  };
  const open: Buffer[] = []; // pieces of a line that goes on in the next chunk
  let isFirst = start === 0;
  const chunks: AsyncIterable<Buffer> = stream;
  for await (const chunk of chunks) {
    let from = 0;
    if (isFirst) {
      isFirst = false;
      requireText(chunk.subarray(0, START_BYTES), file);
      if (chunk.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK))
        start = from = BYTE_ORDER_MARK.length;
    }
    for (let at = chunk.indexOf(NEWLINE, from); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, at);
      const bytes = open.length === 0 ? piece : Buffer.concat([...open.splice(0), piece]);
      yield lineOf(bytes);
      start += bytes.length + 1;
      from = at + 1;
    }
    if (from < chunk.length) open.push(chunk.subarray(from));
  }
  if (open.length > 0) yield lineOf(Buffer.concat(open));
}
