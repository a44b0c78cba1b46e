import { expect, test } from "vitest";
import {
  batchOf,
  chunks,
  countTrained,
  epochRandom,
  lazyBatches,
  requireCount,
  splitBatch,
} from "../../src/data/batches.js";

const whole = batchOf(
  [
    [{ ids: [5, 6, 7], trained: null }],
    [
      { ids: [8, 9], trained: [false, true] },
      { ids: [3, 4], trained: [false, false] },
    ],
    [{ ids: [1, 2], trained: null }],
  ],
  { lengthTokens: 3, padId: 0, isolated: true, words: 9 },
);

test("the parts of a batch hold its rows, layout and ids included, and the whole batch where they need not be cut", () => {
  const parts = splitBatch({ ...whole, rowIds: ["a", "b", "c"] }, 2);
  expect(parts.map(({ batchSize, rowIds }) => [batchSize, rowIds])).toEqual([
    [2, ["a", "b"]],
    [1, ["c"]],
  ]);
  for (const field of ["inputIds", "targetIds", "targetMask"] as const)
    expect(parts.flatMap((part) => [...part[field]])).toEqual([...whole[field]]);
  expect(parts.flatMap(({ layout }) => [...(layout?.visibleUntil ?? [])])).toEqual([
    ...(whole.layout?.visibleUntil ?? []),
  ]);
  expect(splitBatch(whole, 3)).toEqual([whole]);
  expect(splitBatch(whole, null)).toEqual([whole]);
});

test("only targets marked as trained are counted", () => {
  expect(countTrained(whole)).toBe(2 + 1 + 0 + 1);
});

test("by hand: a target is trained where the token itself is, and each text is shifted against itself", () => {
  expect([...whole.inputIds]).toEqual([5, 6, 0, 8, 3, 0, 1, 0, 0]);
  expect([...whole.targetIds]).toEqual([6, 7, 0, 9, 4, 0, 2, 0, 0]);
  expect([...whole.targetMask]).toEqual([1, 1, 0, 1, 0, 0, 1, 0, 0]);
  expect([...(whole.layout?.positions ?? [])]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0]);
  expect([...(whole.layout?.visibleUntil ?? [])]).toEqual([2, 2, 3, 1, 2, 3, 1, 2, 3]);
  expect([whole.batchSize, whole.lengthTokens, whole.words]).toEqual([3, 3, 9]);
});

test("texts that see each other have no layout, and padding holds what it is told to", () => {
  const seen = batchOf([[{ ids: [5, 6], trained: null }]], {
    ...{ lengthTokens: 2, padId: 9, isolated: false, words: 1 },
  });
  expect(seen.layout).toBeUndefined();
  expect([[...seen.inputIds], [...seen.targetIds]]).toEqual([
    [5, 9],
    [6, 9],
  ]);
  const [part] = splitBatch({ ...seen, batchSize: 1 }, 1);
  expect(part).not.toHaveProperty("layout");
});

test("the parts of a batch share its words by their rows, and add nothing that it lacks", () => {
  const [first, second] = splitBatch(whole, 2);
  expect([first?.words, second?.words]).toEqual([6, 3]);
  expect(second?.lengthTokens).toBe(3);
  expect([...(second?.layout?.positions ?? [])]).toEqual([0, 0, 0]);
  expect(first).not.toHaveProperty("rowIds");
});

test("groups hold all items in order, the last one what is left", () => {
  expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunks([1, 2], 2)).toEqual([[1, 2]]);
  expect(chunks([], 2)).toEqual([]);
});

test("batches are made when taken, by number or one after another; a number there is not is refused", () => {
  const made: string[] = [];
  const batches = lazyBatches(["a", "b"], (name) => {
    made.push(name);
    return { ...whole, rowIds: [name] };
  });
  expect([batches.count, made]).toEqual([2, []]);
  expect(batches.at(1).rowIds).toEqual(["b"]);
  expect([...batches].map(({ rowIds }) => rowIds)).toEqual([["a"], ["b"]]);
  expect(made).toEqual(["b", "a", "b"]);
  for (const index of [2, -1])
    expect(() => batches.at(index)).toThrow(`one of the 2 of its epoch, got number ${index}`);
});

test("the chance of an epoch is its own, and the same whenever it is asked for", () => {
  const drawn = (seed: number, epoch: number) => epochRandom(seed, epoch)();
  expect(drawn(1, 0)).toBe(drawn(1, 0));
  expect(new Set([drawn(1, 0), drawn(1, 1), drawn(2, 0)]).size).toBe(3);
});

test("a count is a whole number from 1", () => {
  requireCount("own", "rows", 1);
  for (const count of [0, -1, 1.5, Number.NaN])
    expect(() => requireCount("own", "rows", count)).toThrow(
      `own: rows must be a whole number of at least 1, got ${count}`,
    );
});
