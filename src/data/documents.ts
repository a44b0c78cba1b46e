/**
 * @file Documents: what a model reads from start to end. A document of a file is known by its place there, so that a
 * corpus of any size can be listed, chosen from and read one text at a time. Which are chosen is decided in `corpora.ts`.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { z } from "zod";
import { parseJsonText } from "./json-file.js";
import { readLines, type Line } from "./lines.js";
import { decodeStrictly, normaliseText } from "./text-file.js";
import { countWords, firstWords, splitSentences } from "./words.js";

/** Where a text is in a file: bytes [start, end). */
export interface FilePlace {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** The bytes are a JSON object whose field `text` is the text. */
  readonly isJson?: true;
}

/** What such an object must be. */
export const JSON_TEXT = z.object({
  text: z.string().refine((text) => countWords(text) > 0, "must have a word"),
});

/** One text a model reads from start to end. */
export interface Document {
  readonly genre: string;
  readonly words: number;
  /** Its place, or the text itself where it was generated. */
  readonly source: FilePlace | string;
}

/** Longest document, in words: segments of the sample run to 10,000 and join unrelated passages. */
export const MAX_DOCUMENT_WORDS = 2000;

/** How articles of Simple Wikipedia begin. */
const HEADING = /^= = = .+ = = =$/;

/** Part of a line, with its place in the file. */
interface Piece {
  readonly words: number;
  readonly start: number;
  readonly end: number;
}

/**
 * The documents of one genre's file, in order. Segments end at empty lines; Simple Wikipedia is cut at its headings
 * "= = = Title = = =", which stay with their article; what is longer than {@link MAX_DOCUMENT_WORDS} is cut at line ends, at
 * sentence ends inside a line that is too long by itself, and inside a sentence only where one alone is longer.
 *
 * @param genre file name without its ending
 * @throws Error when the file is no UTF-8 text
 */
export async function* findDocuments(file: string, genre: string): AsyncGenerator<Document, void, void> {
  const asDocument = ({ words, start, end }: Piece): Document => ({
    genre,
    words,
    source: { file, start, end },
  });
  let open: Piece | null = null;
  for await (const line of readLines(file)) {
    const words = countWords(line.text);
    const isEmpty = words === 0;
    if (open && (isEmpty || (genre === "simple_wiki" && HEADING.test(line.text)))) {
      yield asDocument(open);
      open = null;
    }
    if (isEmpty) continue;
    const pieces: Piece[] =
      words <= MAX_DOCUMENT_WORDS ? [{ words, start: line.start, end: line.end }] : cutLine(line);
    for (const piece of pieces) {
      if (open && open.words + piece.words > MAX_DOCUMENT_WORDS) {
        yield asDocument(open);
        open = null;
      }
      open = open ? { start: open.start, end: piece.end, words: open.words + piece.words } : piece;
    }
  }
  if (open) yield asDocument(open);
}

/** Sentences of a long line, and the parts of a sentence that is longer than a document by itself. */
function cutLine({ text, start }: Line): Piece[] {
  const pieces: Piece[] = [];
  let at = 0; // in UTF-16 units
  let atByte = start;
  for (const sentence of splitSentences(text)) {
    for (const part of cutEvery(sentence, MAX_DOCUMENT_WORDS)) {
      const from = text.indexOf(part, at);
      const first = atByte + Buffer.byteLength(text.slice(at, from));
      at = from + part.length;
      atByte = first + Buffer.byteLength(part);
      pieces.push({ words: countWords(part), start: first, end: atByte });
    }
  }
  return pieces;
}

function cutEvery(sentence: string, limitWords: number): string[] {
  const pieces: string[] = [];
  let rest = sentence;
  while (rest.length > 0) {
    const piece = firstWords(rest, limitWords);
    pieces.push(piece);
    rest = rest.slice(piece.length).trimStart();
  }
  return pieces;
}

/**
 * The texts of some documents, in the order given, read one at a time; lines end with `\n` whatever the file has.
 *
 * @throws Error when a file is gone or shorter than when the documents were found
 */
export function* readTexts(documents: Iterable<Document>): Generator<string, void, void> {
  const open = new Map<string, number>();
  try {
    for (const { source } of documents) {
      if (typeof source === "string") {
        yield source;
        continue;
      }
      const descriptor = open.get(source.file) ?? openSync(source.file, "r");
      open.set(source.file, descriptor);
      yield textOf(source, readPlace(source, descriptor));
    }
  } finally {
    for (const descriptor of open.values()) closeSync(descriptor);
  }
}

/** The bytes of a place as text, `\r\n` included. */
function readPlace({ file, start, end }: FilePlace, descriptor: number): string {
  const bytes = Buffer.alloc(end - start);
  const got = readSync(descriptor, bytes, 0, bytes.length, start);
  if (got === bytes.length) return decodeStrictly(bytes, `${file}, from byte ${start}`);
  throw new Error(
    `readTexts: ${file} must have ${bytes.length} bytes from ${start} on, got ${got}. The file was changed; start again.`,
  );
}

function textOf({ file, start, isJson }: FilePlace, found: string): string {
  if (!isJson) return normaliseText(found);
  const json = parseJsonText(found, () => null);
  const row = JSON_TEXT.safeParse(json);
  if (row.success) return normaliseText(row.data.text);
  throw new Error(
    `readTexts: ${file} must have a JSON object with a text from byte ${start} on, got another line. The file was changed; start again.`,
  );
}

/**
 * A document cut behind a word; as it is where it has no more.
 *
 * @param limitWords at least 1
 */
export function cutDocument(document: Document, limitWords: number): Document {
  const { source, words } = document;
  if (words <= limitWords) return document;
  if (typeof source === "string" || source.isJson) {
    const [text = ""] = readTexts([document]);
    return { ...document, words: limitWords, source: firstWords(text, limitWords) };
  }
  const kept = firstWords(
    withFile(source.file, (descriptor) => readPlace(source, descriptor)),
    limitWords,
  );
  return {
    ...document,
    words: limitWords,
    source: { ...source, end: source.start + Buffer.byteLength(kept) },
  };
}

function withFile<T>(file: string, read: (descriptor: number) => T): T {
  const descriptor = openSync(file, "r");
  try {
    return read(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
