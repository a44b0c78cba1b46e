import { expect, test } from "vitest";
import { batchOf, countTrained, splitBatch } from "../../src/data/batches.js";

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
