import fc from "fast-check";
import { expect, test } from "vitest";
import { batchOf, lazyBatches, type EpochBatches } from "../../src/data/batches.js";
import { interleave } from "../../src/data/interleave.js";

/** Batches of one row each, named a0, a1, … */
const source = (name: string, count: number): EpochBatches =>
  lazyBatches(
    Array.from({ length: count }, (_, index) => `${name}${index}`),
    (row) => ({
      ...batchOf([[{ ids: [1, 2], trained: null }]], {
        lengthTokens: 1,
        padId: 0,
        isolated: false,
        words: 1,
      }),
      rowIds: [row],
    }),
  );
const rowsOf = (batches: EpochBatches) => [...batches].flatMap(({ rowIds }) => rowIds ?? []);

test("by turns: as many of both follow each other, and a longer source is spread evenly", () => {
  expect(rowsOf(interleave(source("a", 3), source("b", 3), "alternating"))).toEqual([
    "a0",
    "b0",
    "a1",
    "b1",
    "a2",
    "b2",
  ]);
  expect(rowsOf(interleave(source("a", 4), source("b", 2), "alternating"))).toEqual([
    "a0",
    "b0",
    "a1",
    "a2",
    "b1",
    "a3",
  ]);
});

test("gradually: the share of the second source grows from a quarter of the first half to three quarters of the second", () => {
  const rows = rowsOf(interleave(source("a", 200), source("b", 200), "gradual"));
  const share = (part: string[]) => part.filter((row) => row.startsWith("b")).length / part.length;
  expect(share(rows.slice(0, 200))).toBeCloseTo(0.25, 1);
  expect(share(rows.slice(200))).toBeCloseTo(0.75, 1);
  expect(share(rows.slice(0, 40))).toBeLessThan(share(rows.slice(160, 240)));
  expect(share(rows.slice(360))).toBeGreaterThan(0.85);
});

test("every batch comes once, each source in its own order, by number as in a loop", () => {
  const sizes = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(sizes, sizes, fc.constantFrom("alternating" as const, "gradual" as const), (a, b, how) => {
      const batches = interleave(source("a", a), source("b", b), how);
      const rows = rowsOf(batches);
      for (const name of ["a", "b"])
        expect(rows.filter((row) => row.startsWith(name))).toEqual(
          rowsOf(source(name, name === "a" ? a : b)),
        );
      expect(Array.from({ length: batches.count }, (_, index) => batches.at(index).rowIds?.[0])).toEqual(
        rows,
      );
    }),
  );
});
