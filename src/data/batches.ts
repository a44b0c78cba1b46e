/**
 * @file Tokens in rows and rows in batches, as training takes them (D4, D5).
 * Which examples an epoch holds, and in which phase, is decided in `training/curriculum.ts`.
 */
import { deriveSeed, seeded, shuffled } from "../random.js";
import type { EncodedExample } from "./chat-template.js";

/** One step's tokens. Row-major arrays of B · T values. */
export interface Batch {
  /** [B, T] */
  readonly inputIds: Int32Array;
  /** The token that follows each input token. [B, T] */
  readonly targetIds: Int32Array;
  /** 1 where the target is trained, 0 where not and in padding. [B, T] */
  readonly targetMask: Float32Array;
  /** B */
  readonly batchSize: number;
  /** T */
  readonly lengthTokens: number;
  /** Ids of the examples; absent for packed text, whose rows belong to no example. */
  readonly rowIds?: readonly string[];
}

/** T of example batches is a multiple of this, so that there are few shapes to compile. */
export const LENGTH_MULTIPLE = 32;
/** Batches whose rows are sorted by length together; the more, the less padding and the less chance. */
const GROUP_BATCHES = 50;

/**
 * Documents joined by the end token and cut into rows. Each row has one token more than the model reads, because its
 * targets are its inputs shifted by one; the next row begins with that token, so every token but the first is a target
 * exactly once.
 *
 * @param options.documents       token ids without special tokens
 * @param options.rowLengthTokens tokens the model reads per row
 * @param options.startId         put in front of every document; null for tokenizers that add none
 * @returns rows of `rowLengthTokens + 1` tokens; what does not fill a row at the end is dropped
 * @throws RangeError when the text does not fill one row
 *
 * Source: paper.md D4, "documents": attention may cross documents.
 */
export function packRows(options: {
  readonly documents: readonly (readonly number[])[];
  readonly rowLengthTokens: number;
  readonly endId: number;
  readonly startId: number | null;
}): Int32Array[] {
  const { documents, rowLengthTokens, endId, startId } = options;
  requireCount("packRows", "rowLengthTokens", rowLengthTokens);
  const extra = startId === null ? 1 : 2;
  const stream = new Int32Array(documents.reduce((sum, ids) => sum + ids.length + extra, 0));
  let at = 0;
  for (const ids of documents) {
    if (startId !== null) stream[at++] = startId;
    stream.set(ids, at);
    at += ids.length;
    stream[at++] = endId;
  }
  const rows: Int32Array[] = [];
  for (let from = 0; from + rowLengthTokens < stream.length; from += rowLengthTokens) {
    rows.push(stream.slice(from, from + rowLengthTokens + 1));
  }
  if (rows.length === 0) {
    throw new RangeError(
      `packRows: documents must fill one row of ${rowLengthTokens + 1} tokens, got ${stream.length}. ` +
        "Use more text or shorter rows.",
    );
  }
  return rows;
}

/**
 * One epoch of packed rows in batches; every target is trained.
 *
 * @param options.rows  as {@link packRows} gives them
 * @param options.epoch counted from 0; each epoch has its own order
 * @returns each row once; the last batch is smaller when the rows do not divide evenly
 * @throws RangeError when there is no row, or rows differ in length
 */
export function packedBatches(options: {
  readonly rows: readonly Int32Array[];
  readonly batchSize: number;
  readonly epoch: number;
  readonly seed: number;
}): Batch[] {
  const { rows, batchSize, epoch, seed } = options;
  requireCount("packedBatches", "batchSize", batchSize);
  requireCount("packedBatches", "the number of rows", rows.length);
  const lengthTokens = (rows[0]?.length ?? 0) - 1;
  if (lengthTokens < 1 || rows.some((row) => row.length !== lengthTokens + 1)) {
    throw new RangeError(
      "packedBatches: rows must all have one length of at least 2 tokens, got others. Take them from packRows.",
    );
  }
  return chunks(shuffled(rows, epochRandom(seed, epoch)), batchSize).map((batch) =>
    toBatch(
      batch.map((ids) => ({ ids, trained: null })),
      lengthTokens,
      0,
    ),
  );
}

/**
 * One epoch of examples in batches, each padded to its longest example, rounded up to a multiple of 32.
 *
 * @param options.order `groupedByLength` shuffles, then sorts within groups of 50 batches, then shuffles the batches;
 *   `shuffled` leaves out the sorting; `asGiven` keeps the order of the examples
 * @param options.padId stands in the padding, where nothing is trained and nothing real attends; the end token will do
 *   where a tokenizer has no padding token
 * @param options.epoch counted from 0; each epoch has its own order
 * @returns each example once; the last batch in the making is smaller when they do not divide evenly
 * @throws Error that names an example without a trained token
 */
export function exampleBatches(options: {
  readonly examples: readonly EncodedExample[];
  readonly batchSize: number;
  readonly epoch: number;
  readonly seed: number;
  readonly order: "groupedByLength" | "shuffled" | "asGiven";
  readonly padId: number;
}): Batch[] {
  const { examples, batchSize, epoch, seed, order, padId } = options;
  requireCount("exampleBatches", "batchSize", batchSize);
  requireCount("exampleBatches", "the number of examples", examples.length);
  for (const { id, trained } of examples) {
    // The first token is never a target, so it cannot be the trained one.
    if (!trained.includes(true, 1)) {
      throw new Error(
        `exampleBatches: every example must have a trained token, got none in ${id}. Leave the example out.`,
      );
    }
  }
  const random = epochRandom(seed, epoch);
  const ordered = order === "asGiven" ? examples : shuffled(examples, random);
  const batches =
    order === "groupedByLength"
      ? shuffled(sortInGroups(ordered, batchSize), random)
      : chunks(ordered, batchSize);
  return batches.map((rows) => {
    const longest = Math.max(...rows.map(({ ids }) => ids.length - 1));
    const lengthTokens = Math.ceil(longest / LENGTH_MULTIPLE) * LENGTH_MULTIPLE;
    return { ...toBatch(rows, lengthTokens, padId), rowIds: rows.map(({ id }) => id) };
  });
}

function sortInGroups(examples: readonly EncodedExample[], batchSize: number): EncodedExample[][] {
  return chunks(examples, GROUP_BATCHES * batchSize).flatMap((group) =>
    chunks(
      [...group].sort((a, b) => b.ids.length - a.ids.length),
      batchSize,
    ),
  );
}

function toBatch(
  rows: readonly { readonly ids: ArrayLike<number>; readonly trained: readonly boolean[] | null }[],
  lengthTokens: number,
  padId: number,
): Batch {
  const size = rows.length * lengthTokens;
  const inputIds = new Int32Array(size).fill(padId);
  const targetIds = new Int32Array(size).fill(padId);
  const targetMask = new Float32Array(size);
  rows.forEach(({ ids, trained }, row) => {
    for (let t = 0; t + 1 < ids.length; t++) {
      const at = row * lengthTokens + t;
      inputIds[at] = ids[t] ?? padId;
      targetIds[at] = ids[t + 1] ?? padId;
      targetMask[at] = trained === null || trained[t + 1] === true ? 1 : 0;
    }
  });
  return { inputIds, targetIds, targetMask, batchSize: rows.length, lengthTokens };
}

function epochRandom(seed: number, epoch: number): () => number {
  return seeded(deriveSeed(seed, `epoch ${epoch}`));
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const out: T[][] = [];
  for (let from = 0; from < items.length; from += size) out.push(items.slice(from, from + size));
  return out;
}

function requireCount(caller: string, what: string, count: number): void {
  if (Number.isInteger(count) && count > 0) return;
  throw new RangeError(
    `${caller}: ${what} must be a whole number of at least 1, got ${count}. Correct the setting.`,
  );
}
