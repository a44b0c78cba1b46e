/** @file What people and a model prefer of two made-up forms, by hand; items and official output are tested elsewhere. */
import { expect, test } from "vitest";
import { correlateWithPeople, officialShare } from "../../src/evaluation/wugs.js";

test("the share of the first form is that of a softmax", () => {
  expect(officialShare([-10, -10])).toBe(0.5);
  expect(officialShare([Math.log(3), 0])).toBeCloseTo(0.75, 6);
  expect(officialShare([-2000, -2000 + Math.log(4)])).toBeCloseTo(0.2, 4); // far below what exp can hold
  expect(officialShare([0, 0, 0])).toBeCloseTo(1 / 3, 6);
});

test("near 1 the official share ties where the difference does not, and ranks follow", () => {
  // The first two differ by 20 and 30 nats: a float32 share of 1 for both.
  const items = [
    { scores: [0, -20], humanShare: 0.5 },
    { scores: [0, -30], humanShare: 0.9 },
    { scores: [0, 1], humanShare: 0.1 },
  ];
  expect(correlateWithPeople(items, "corrected")).toBeCloseTo(1, 12);
  // Ranks 2½, 2½, 1 against 2, 3, 1: √3 / 2.
  expect(correlateWithPeople(items, "official")).toBeCloseTo(Math.sqrt(3) / 2, 12);
  const opposite = items.map(({ scores, humanShare }) => ({ scores, humanShare: 1 - humanShare }));
  expect(correlateWithPeople(opposite, "corrected")).toBeCloseTo(-1, 12);
});
