import fc from "fast-check";
import { expect, test } from "vitest";
import type { Batch } from "../../src/data/batches.js";
import { packedBatches, packRows, withEnds } from "../../src/data/packed-text.js";
import { tokensInMemory } from "../../src/data/token-file.js";

const END = 2;
const rowOf = (batch: Batch, row: number, values: Int32Array | Float32Array): number[] => [
  ...values.slice(row * batch.lengthTokens, (row + 1) * batch.lengthTokens),
];

/** Rows of documents, read at once. */
function rowsOf(
  documents: readonly number[][],
  lengthTokens: number,
  startId: number | null = null,
): number[][] {
  const stream = documents.flatMap((ids) => withEnds(ids, { startId, endId: END }));
  const { count, read } = packRows(tokensInMemory(Int32Array.from(stream)), { lengthTokens, words: 1 });
  return Array.from({ length: count }, (_, row) => [...read(row)]);
}

test("documents are joined by the end token and cut with one token of overlap; the rest is dropped", () => {
  const documents = [[10, 11], [12], [13, 14, 15]];
  // stream: 10 11 END 12 END 13 14 15 END
  expect(rowsOf(documents, 3)).toEqual([
    [10, 11, END, 12],
    [12, END, 13, 14],
  ]);
});

test("a start token goes before every document where the tokenizer adds one", () => {
  expect(rowsOf([[10], [11]], 5, 1)).toEqual([[1, 10, END, 1, 11, END]]);
});

test("every token but the first is a target exactly once, but for the dropped rest", () => {
  const documents = fc.array(fc.array(fc.integer({ min: 3, max: 99 }), { maxLength: 9 }), { minLength: 3 });
  fc.assert(
    fc.property(documents, fc.integer({ min: 1, max: 3 }), (texts, rowLengthTokens) => {
      const stream = texts.flatMap((ids) => [...ids, END]);
      fc.pre(stream.length > rowLengthTokens);
      const targets = rowsOf(texts, rowLengthTokens).flatMap((row) => row.slice(1));
      expect(targets).toEqual(stream.slice(1, 1 + targets.length));
      expect(stream.length - 1 - targets.length).toBeLessThan(rowLengthTokens);
    }),
  );
});

test("text that fills no row is refused", () => {
  expect(() => rowsOf([[5]], 8)).toThrow("packRows: the text must fill one row of 9 tokens, got 2");
});

/** 7 rows of 2 tokens: 0 1 2, 2 3 4, … */
const rows = packRows(tokensInMemory(Int32Array.from({ length: 15 }, (_, token) => token)), {
  lengthTokens: 2,
  words: 30,
});
const batchesOf = (epoch: number, seed = 1): Batch[] => [
  ...packedBatches({ rows, batchSize: 3, epoch, seed }),
];

test("targets are the inputs shifted by one, all trained, each row once an epoch", () => {
  const batches = batchesOf(0);
  expect(batches.map(({ batchSize }) => batchSize)).toEqual([3, 3, 1]);
  const starts = batches.flatMap((batch) => {
    expect(batch.targetMask.every((trained) => trained === 1)).toBe(true);
    return Array.from({ length: batch.batchSize }, (_, row) => {
      const [first = -1, second] = rowOf(batch, row, batch.inputIds);
      expect(rowOf(batch, row, batch.targetIds)).toEqual([first + 1, first + 2]);
      expect(second).toBe(first + 1);
      return first;
    });
  });
  expect([...starts].sort((a, b) => a - b)).toEqual([0, 2, 4, 6, 8, 10, 12]);
});

test("each epoch and each seed has its own order, and always the same one", () => {
  expect(batchesOf(1)).toEqual(batchesOf(1));
  expect(batchesOf(1)).not.toEqual(batchesOf(0));
  expect(batchesOf(0, 2)).not.toEqual(batchesOf(0));
});

test("isolated documents lie side by side, each with its own positions, and none predicts the next", () => {
  const stream = tokensInMemory(Int32Array.from([10, 11, END, 12, END, 13, 14, 15]));
  const [batch] = packedBatches({
    rows: packRows(stream, { lengthTokens: 7, words: 1 }),
    batchSize: 1,
    epoch: 0,
    seed: 1,
    isolatedBy: END,
  });
  if (batch === undefined) throw new Error("no batch");
  expect([...batch.inputIds]).toEqual([10, 11, 12, 13, 14, END, END]); // and two places left over
  expect([...batch.targetIds]).toEqual([11, END, END, 14, 15, END, END]);
  expect([...batch.targetMask]).toEqual([1, 1, 1, 1, 1, 0, 0]);
  expect([...(batch.layout?.positions ?? [])]).toEqual([0, 1, 0, 0, 1, 0, 0]);
  expect([...(batch.layout?.visibleUntil ?? [])]).toEqual([2, 2, 3, 5, 5, 6, 7]);
});
