/**
 * @file Pre-training rows (docs/decisions.md#d4): documents joined into one stream of tokens, which is cut into rows of the full length.
 */
import { shuffled } from "../random.js";
import {
  batchOf,
  chunks,
  countTrained,
  epochRandom,
  lazyBatches,
  requireCount,
  type EpochBatches,
  type RowText,
} from "./batches.js";
import type { TokenSource } from "./token-file.js";

/** Rows of a token stream, read when they are needed. */
export interface PackedRows {
  readonly count: number;
  /** Tokens the model reads per row. */
  readonly lengthTokens: number;
  /** One token more than the model reads: the targets are the inputs shifted by one. */
  readonly read: (row: number) => Int32Array;
  /** Of the whole text, over its tokens. */
  readonly wordsPerToken: number;
}

/**
 * The stream that documents make: each with the end token after it, and the start token before it where there is one.
 *
 * @param ids token ids of one document, without special tokens
 */
export const withEnds = (
  ids: readonly number[],
  { startId, endId }: { readonly startId: number | null; readonly endId: number },
): number[] => (startId === null ? [...ids, endId] : [startId, ...ids, endId]);

/**
 * A stream cut into rows. Each row begins with the last token of the one before, so every token but the first is a target
 * exactly once; what does not fill a row at the end is dropped.
 *
 * @param stream        documents as `withEnds` makes them
 * @param options.lengthTokens tokens the model reads per row
 * @param options.words        words of the whole text
 * @throws RangeError when the stream does not fill one row
 */
export function packRows(
  stream: TokenSource,
  { lengthTokens, words }: { readonly lengthTokens: number; readonly words: number },
): PackedRows {
  requireCount("packRows", "lengthTokens", lengthTokens);
  const count = Math.floor((stream.length - 1) / lengthTokens);
  if (count < 1)
    throw new RangeError(
      `packRows: the text must fill one row of ${lengthTokens + 1} tokens, got ${stream.length}. ` +
        "Use more text or shorter rows.",
    );
  return {
    count,
    lengthTokens,
    read: (row) => stream.read(row * lengthTokens, lengthTokens + 1),
    wordsPerToken: words / stream.length,
  };
}

/**
 * One epoch of packed rows in batches.
 *
 * @param options.epoch counted from 0; each epoch has its own order
 * @param options.isolatedBy the end token, where documents of a row must not see each other: each then has its own
 *   positions, and its first token is no target, as if it stood in a row of its own
 * @returns each row once; the last batch is smaller when the rows do not divide evenly
 *
 * Source: docs/decisions.md#d4, "documents" and "documentsIsolated".
 */
export function packedBatches(options: {
  readonly rows: PackedRows;
  readonly batchSize: number;
  readonly epoch: number;
  readonly seed: number;
  readonly isolatedBy?: number | null;
}): EpochBatches {
  const { rows, batchSize, epoch, seed, isolatedBy = null } = options;
  requireCount("packedBatches", "batchSize", batchSize);
  const order = shuffled(
    Array.from({ length: rows.count }, (_, row) => row),
    epochRandom(seed, epoch),
  );
  return lazyBatches(chunks(order, batchSize), (group) => {
    const batch = batchOf(
      group.map((row) => textsOf(rows.read(row), isolatedBy)),
      {
        lengthTokens: rows.lengthTokens,
        padId: isolatedBy ?? 0,
        isolated: isolatedBy !== null,
        words: group.length * rows.lengthTokens * rows.wordsPerToken,
      },
    );
    return { ...batch, textTokens: countTrained(batch), rowIds: group.map((row) => `text row ${row}`) };
  });
}

/**
 * A stretch of the stream as texts that do not see each other: its documents where `isolatedBy` is the end token, else the
 * whole.
 */
export const textsOf = (ids: Int32Array, isolatedBy: number | null): RowText[] =>
  (isolatedBy === null ? [ids] : splitAt(ids, isolatedBy)).map((part) => ({ ids: part, trained: null }));

/** The documents of a row, each with its end token; of one that began in an earlier row, the rest. */
function splitAt(ids: Int32Array, endId: number): Int32Array[] {
  const parts: Int32Array[] = [];
  for (let from = 0; from < ids.length;) {
    const end = ids.indexOf(endId, from);
    const to = end < 0 ? ids.length : end + 1;
    parts.push(ids.subarray(from, to));
    from = to;
  }
  return parts;
}
