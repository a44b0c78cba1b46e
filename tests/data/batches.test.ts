import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exampleBatches, packedBatches, packRows, type Batch } from "../../src/data/batches.js";
import type { EncodedExample } from "../../src/data/chat-template.js";

const END = 2;
const rowOf = (batch: Batch, row: number, values: Int32Array | Float32Array): number[] => [
  ...values.slice(row * batch.lengthTokens, (row + 1) * batch.lengthTokens),
];

describe("packed rows", () => {
  test("documents are joined by the end token and cut with one token of overlap; the rest is dropped", () => {
    const documents = [[10, 11], [12], [13, 14, 15]];
    // stream: 10 11 END 12 END 13 14 15 END
    expect(
      packRows({ documents, rowLengthTokens: 3, endId: END, startId: null }).map((row) => [...row]),
    ).toEqual([
      [10, 11, END, 12],
      [12, END, 13, 14],
    ]);
  });

  test("a start token goes before every document where the tokenizer adds one", () => {
    const rows = packRows({ documents: [[10], [11]], rowLengthTokens: 5, endId: END, startId: 1 });
    expect(rows.map((row) => [...row])).toEqual([[1, 10, END, 1, 11, END]]);
  });

  test("every token but the first is a target exactly once, but for the dropped rest", () => {
    const documents = fc.array(fc.array(fc.integer({ min: 3, max: 99 }), { maxLength: 9 }), { minLength: 3 });
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 3 }), (texts, rowLengthTokens) => {
        const stream = texts.flatMap((ids) => [...ids, END]);
        fc.pre(stream.length > rowLengthTokens);
        const rows = packRows({ documents: texts, rowLengthTokens, endId: END, startId: null });
        const targets = rows.flatMap((row) => [...row.slice(1)]);
        expect(targets).toEqual(stream.slice(1, 1 + targets.length));
        expect(stream.length - 1 - targets.length).toBeLessThan(rowLengthTokens);
      }),
    );
  });

  test("text that fills no row is refused", () => {
    expect(() => packRows({ documents: [[5]], rowLengthTokens: 8, endId: END, startId: null })).toThrow(
      "packRows: documents must fill one row of 9 tokens, got 2",
    );
  });

  const rows = Array.from({ length: 7 }, (_, i) => Int32Array.of(10 * i, 10 * i + 1, 10 * i + 2));
  const batchesOf = (epoch: number, seed = 1): Batch[] => packedBatches({ rows, batchSize: 3, epoch, seed });

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
    expect([...starts].sort((a, b) => a - b)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  test("each epoch and each seed has its own order, and always the same one", () => {
    expect(batchesOf(1)).toEqual(batchesOf(1));
    expect(batchesOf(1)).not.toEqual(batchesOf(0));
    expect(batchesOf(0, 2)).not.toEqual(batchesOf(0));
  });

  test("rows of different lengths are refused", () => {
    const uneven = [Int32Array.of(1, 2), Int32Array.of(1, 2, 3)];
    expect(() => packedBatches({ rows: uneven, batchSize: 1, epoch: 0, seed: 1 })).toThrow(
      "must all have one length",
    );
  });
});

describe("example batches", () => {
  const example = (id: string, length: number): EncodedExample => ({
    id,
    ids: Array.from({ length }, (_, i) => 10 + i),
    trained: Array.from({ length }, (_, i) => i >= length - 2),
  });
  const settings = { batchSize: 2, epoch: 0, seed: 1, order: "asGiven", padId: 0 } as const;

  test("by hand: inputs, shifted targets and their mask, padded to a multiple of 32", () => {
    const [batch] = exampleBatches({ ...settings, examples: [example("a", 4), example("b", 3)] });
    if (batch === undefined) throw new Error("no batch");
    expect([batch.batchSize, batch.lengthTokens, batch.rowIds]).toEqual([2, 32, ["a", "b"]]);
    const padding = Array.from({ length: 29 }, () => 0);
    expect(rowOf(batch, 0, batch.inputIds)).toEqual([10, 11, 12, ...padding]);
    expect(rowOf(batch, 0, batch.targetIds)).toEqual([11, 12, 13, ...padding]);
    expect(rowOf(batch, 0, batch.targetMask)).toEqual([0, 1, 1, ...padding]);
    expect(rowOf(batch, 1, batch.targetMask)).toEqual([1, 1, 0, ...padding]);
  });

  test("33 tokens make 32 targets and need no further padding, 34 do", () => {
    const lengthOf = (length: number): number | undefined =>
      exampleBatches({ ...settings, examples: [example("a", length)] })[0]?.lengthTokens;
    expect([lengthOf(33), lengthOf(34)]).toEqual([32, 64]);
  });

  const many = Array.from({ length: 301 }, (_, i) => example(`e${i}`, 3 + ((i * 37) % 90)));
  const idsOf = (order: "groupedByLength" | "shuffled" | "asGiven", epoch = 0): string[] =>
    exampleBatches({ ...settings, examples: many, order, epoch }).flatMap(({ rowIds }) => rowIds ?? []);

  test.each(["groupedByLength", "shuffled", "asGiven"] as const)("%s takes each example once", (order) => {
    expect(idsOf(order).sort()).toEqual(many.map(({ id }) => id).sort());
  });

  test("only asGiven keeps the order, and only it repeats it in the next epoch", () => {
    expect(idsOf("asGiven")).toEqual(many.map(({ id }) => id));
    expect(idsOf("asGiven", 1)).toEqual(idsOf("asGiven"));
    expect(idsOf("groupedByLength", 1)).not.toEqual(idsOf("groupedByLength"));
    expect(idsOf("groupedByLength", 1)).toEqual(idsOf("groupedByLength", 1));
  });

  test("grouping by length leaves far less padding, without sorting the epoch", () => {
    const batchesIn = (order: "groupedByLength" | "shuffled"): Batch[] =>
      exampleBatches({ ...settings, batchSize: 8, examples: many, order });
    const size = (batches: Batch[]): number =>
      batches.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
    expect(size(batchesIn("groupedByLength"))).toBeLessThan(0.75 * size(batchesIn("shuffled")));
    const lengths = batchesIn("groupedByLength").map(({ lengthTokens }) => lengthTokens);
    expect(lengths).not.toEqual([...lengths].sort((a, b) => b - a));
  });

  test("an example without a trained target is refused by name; the first token is never a target", () => {
    const silent: EncodedExample = { id: "silent", ids: [5, 6], trained: [true, false] };
    expect(() => exampleBatches({ ...settings, examples: [many[0] ?? silent, silent] })).toThrow(
      "got none in silent",
    );
  });
});
