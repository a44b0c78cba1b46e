import { expect, test } from "vitest";
import type { Batch } from "../../src/data/batches.js";
import type { EncodedExample } from "../../src/data/instructions/chat-template.js";
import { exampleBatches, packedExampleBatches } from "../../src/data/example-batches.js";

const rowOf = (batch: Batch, row: number, values: Int32Array | Float32Array): number[] => [
  ...values.slice(row * batch.lengthTokens, (row + 1) * batch.lengthTokens),
];
const example = (id: string, length: number): EncodedExample => ({
  id,
  ids: Array.from({ length }, (_, i) => 10 + i),
  trained: Array.from({ length }, (_, i) => i >= length - 2),
  words: 5,
  bounds: [0, 0, length - 2],
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
    [...exampleBatches({ ...settings, examples: [example("a", length)] })][0]?.lengthTokens;
  expect([lengthOf(33), lengthOf(34)]).toEqual([32, 64]);
});

const many = Array.from({ length: 301 }, (_, i) => example(`e${i}`, 3 + ((i * 37) % 90)));
const idsOf = (order: "groupedByLength" | "shuffled" | "asGiven", epoch = 0): string[] =>
  [...exampleBatches({ ...settings, examples: many, order, epoch })].flatMap(({ rowIds }) => rowIds ?? []);

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
  const batchesIn = (order: "groupedByLength" | "shuffled"): Batch[] => [
    ...exampleBatches({ ...settings, batchSize: 8, examples: many, order }),
  ];
  const size = (batches: Batch[]): number => batches.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  expect(size(batchesIn("groupedByLength"))).toBeLessThan(0.75 * size(batchesIn("shuffled")));
  const lengths = batchesIn("groupedByLength").map(({ lengthTokens }) => lengthTokens);
  expect(lengths).not.toEqual([...lengths].sort((a, b) => b - a));
});

test("an example without a trained target is refused by name; the first token is never a target", () => {
  const silent: EncodedExample = {
    id: "silent",
    ids: [5, 6],
    trained: [true, false],
    words: 2,
    bounds: [0, 0, 0],
  };
  expect(() => exampleBatches({ ...settings, examples: [many[0] ?? silent, silent] })).toThrow(
    "got none in silent",
  );
});

test("packed: every example once, as many to a row as fit, the same rows in every epoch", () => {
  const packed = (epoch: number) =>
    packedExampleBatches({
      examples: many,
      batchSize: 4,
      epoch,
      seed: 1,
      padId: 0,
      rowLengthTokens: 200,
      order: "shuffled",
    });
  const idsOf = (epoch: number) => [...packed(epoch)].flatMap(({ rowIds }) => rowIds ?? []);
  expect(packed(0).count).toBe(packed(1).count);
  expect([...idsOf(0)].sort()).toEqual([...idsOf(1)].sort());
  expect(idsOf(0)).not.toEqual(idsOf(1));
  expect(
    idsOf(0)
      .flatMap((row) => row.split(" + "))
      .sort(),
  ).toEqual(many.map(({ id }) => id).sort());
  const tokens = many.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  const rows = idsOf(0).length;
  expect(rows * 200).toBeLessThan(1.4 * tokens);
  for (const { lengthTokens } of packed(0)) expect(lengthTokens).toBeLessThanOrEqual(224);
});

const oneRow = { batchSize: 1, epoch: 0, seed: 1, padId: 0, rowLengthTokens: 32, order: "shuffled" } as const;

test("packed by hand: positions begin anew, and an example is seen up to its own end", () => {
  const [batch] = [...packedExampleBatches({ ...oneRow, examples: [example("a", 4), example("b", 3)] })];
  const [first, second] = batch?.rowIds?.[0] === "a + b" ? [3, 2] : [2, 3];
  const positions = [...Array(first).keys(), ...Array(second).keys()];
  expect([...(batch?.layout?.positions.slice(0, 6) ?? [])]).toEqual([...positions, 0]);
  const until = [...Array<number>(first).fill(first), ...Array<number>(second).fill(first + second)];
  expect([...(batch?.layout?.visibleUntil.slice(0, 7) ?? [])]).toEqual([...until, 6, 7]);
});

test("packed: an example longer than a row is refused by name", () => {
  expect(() => packedExampleBatches({ ...oneRow, examples: [example("long", 40)] })).toThrow(
    "must fit into a row of 32 tokens, got 39 in long",
  );
});
