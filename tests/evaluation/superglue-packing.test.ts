/** @file Texts packed into rows, redone by hand. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { EncodedPair } from "../../src/evaluation/superglue-inputs.js";
import { packParts } from "../../src/evaluation/superglue-packing.js";

/** Texts of these lengths; every token of the first is 1, of the second 2, and so on. */
const texts = (...lengths: number[]): EncodedPair[] =>
  lengths.map((length, index) => ({
    id: `own_${index}`,
    label: 0,
    ids: Array.from({ length }, () => index + 1),
  }));
const idsOf = (pairs: readonly EncodedPair[]) => pairs.map(({ id }) => id);

test("the longest text comes first, each into the first row with room, one behind the other", () => {
  const [part, ...others] = packParts(texts(4, 60, 30, 34), 9);
  expect(others).toEqual([]);
  expect([part?.numRows, part?.lengthTokens]).toEqual([2, 64]);
  expect(idsOf(part?.pairs ?? [])).toEqual(["own_1", "own_0", "own_3", "own_2"]);
  expect(part?.places).toEqual([
    { begin: 0, end: 60 },
    { begin: 60, end: 64 },
    { begin: 64, end: 98 },
    { begin: 98, end: 128 },
  ]);
});

test("positions begin anew with every text, which is seen up to its end, and padding sees itself", () => {
  const [part] = packParts(texts(3, 2), 9);
  const first = (values: Int32Array | undefined) => [...(values ?? [])].slice(0, 7);
  expect(first(part?.inputIds)).toEqual([1, 1, 1, 2, 2, 9, 9]);
  expect(first(part?.positions)).toEqual([0, 1, 2, 0, 1, 0, 0]);
  expect(first(part?.visibleUntil)).toEqual([3, 3, 3, 5, 5, 6, 7]);
  expect(part?.inputIds.length).toBe(64);
});

test("places in a second row count from its beginning", () => {
  const [part] = packParts(texts(60, 10), 9);
  const second = (values: Int32Array | undefined) => [...(values ?? [])].slice(64, 76);
  expect(second(part?.visibleUntil)).toEqual([...Array.from({ length: 10 }, () => 10), 11, 12]);
  expect(second(part?.positions)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0]);
});

test("the length is the one that costs least: rows · T · (1 + T / 2048)", () => {
  expect(packParts(texts(40, 40, 40), 0)[0]?.lengthTokens).toBe(128); // 1 · 128 · 1.0625 < 3 · 64 · 1.03125
  expect(packParts(texts(60, 60), 0)[0]?.lengthTokens).toBe(64); // 2 · 64 · 1.03125 < 1 · 128 · 1.0625
  expect(packParts(texts(64), 0)[0]?.lengthTokens).toBe(64);
  expect(packParts(texts(65), 0)[0]?.lengthTokens).toBe(128);
  expect(packParts(texts(600, 5), 0)[0]?.lengthTokens).toBe(600); // longer than any: as long as the longest
});

test("a part holds at most 4,096 tokens: 64 rows of 64, and one row where it is longer", () => {
  const rows = packParts(texts(...Array.from({ length: 65 }, () => 64)), 0);
  expect(rows.map(({ numRows }) => numRows)).toEqual([64, 1]);
  const longest = packParts(texts(5_000, 5_000), 0);
  expect(longest.map(({ numRows, lengthTokens }) => [numRows, lengthTokens])).toEqual([
    [1, 5_000],
    [1, 5_000],
  ]);
});

test("every text is in exactly one place, and its tokens stand there", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 40 }), (lengths) => {
      const pairs = texts(...lengths);
      const parts = packParts(pairs, 0);
      expect(parts.flatMap((part) => idsOf(part.pairs)).sort()).toEqual(idsOf(pairs).sort());
      for (const { pairs, places, inputIds } of parts)
        pairs.forEach(({ ids }, index) => {
          const { begin = 0, end = 0 } = places[index] ?? {};
          expect([...inputIds.subarray(begin, end)]).toEqual(ids);
        });
    }),
  );
});
