import fc from "fast-check";
import { expect, test } from "vitest";
import { splitByOverlap } from "../../src/evaluation/overlap-split.js";

const overlaps = new Map<string, number | null>([
  ["a", 0],
  ["b", 0.5],
  ["c", 1],
  ["d", null],
]);
const items = [
  { id: "a", credit: 1 },
  { id: "b", credit: 0 },
  { id: "c", credit: 0.5 },
  { id: "d", credit: 1 },
];

test("by hand: an item at the threshold is not above it, one without overlap stands apart", () => {
  expect(splitByOverlap(items, overlaps, 0)).toEqual({
    overlapping: { accuracy: 0.25, n: 2 },
    other: { accuracy: 1, n: 1 },
    tooShort: { accuracy: 1, n: 1 },
  });
  expect(splitByOverlap(items, overlaps, 0.5)).toMatchObject({
    overlapping: { accuracy: 0.5, n: 1 },
    other: { accuracy: 0.5, n: 2 },
  });
  expect(splitByOverlap([], overlaps, 0).other).toEqual({ accuracy: null, n: 0 });
});

test("the sides hold every item once, so their weighted accuracies are the accuracy of all", () => {
  const item = fc.record({
    overlap: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    credit: fc.constantFrom(0, 0.5, 1),
  });
  fc.assert(
    fc.property(fc.array(item), fc.double({ min: 0, max: 0.99, noNaN: true }), (drawn, threshold) => {
      const sides = splitByOverlap(
        drawn.map(({ credit }, at) => ({ id: String(at), credit })),
        new Map(drawn.map(({ overlap }, at) => [String(at), overlap])),
        threshold,
      );
      const all = Object.values(sides);
      expect(all.reduce((sum, { n }) => sum + n, 0)).toBe(drawn.length);
      expect(all.reduce((sum, { n, accuracy }) => sum + n * (accuracy ?? 0), 0)).toBeCloseTo(
        drawn.reduce((sum, { credit }) => sum + credit, 0),
        9,
      );
    }),
  );
});

test("an unknown item, a percentage and a credit of 2 are refused", () => {
  expect(() => splitByOverlap([{ id: "z", credit: 1 }], overlaps, 0)).toThrow("got undefined for z");
  expect(() => splitByOverlap(items, new Map([["a", 50]]), 0)).toThrow("got 50 for a");
  expect(() => splitByOverlap([{ id: "a", credit: 2 }], overlaps, 0)).toThrow("got 2 for a");
  for (const [overlap, credit] of [
    [-0.1, 1],
    [1.1, 1],
    [0.5, -1],
    [0.5, Number.NaN],
  ] as const)
    expect(() => splitByOverlap([{ id: "a", credit }], new Map([["a", overlap]]), 0)).toThrow(/ for a\. /);
  for (const threshold of [1, -0.1, Number.NaN])
    expect(() => splitByOverlap(items, overlaps, threshold)).toThrow(`got ${threshold}`);
});
