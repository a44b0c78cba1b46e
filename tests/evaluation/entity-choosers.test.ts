/** @file Choosers that follow no story, on items made by hand. */
import { expect, test } from "vitest";
import type { ChoiceItem } from "../../src/evaluation/choice-items.js";
import { scoreChoosers } from "../../src/evaluation/entity-choosers.js";

const item = (story: string, options: readonly string[], index = 0): ChoiceItem => ({
  uid: "regular_0_ops",
  id: `regular_0_ops_${index}`,
  candidates: options.map((continuation) => ({ context: story, continuation })),
  predictions: options,
  groups: {},
});
const accuracyOf = (items: readonly ChoiceItem[], chooser: string): number | undefined =>
  scoreChoosers(items).find((score) => score.chooser.startsWith(chooser))?.accuracy;

test("by pencil: length, copying and the first mention, ties shared", () => {
  const story = "Box 0 has the cup and the pen, Box 1 has the hat. Box 0 has ";
  const items = [
    item(story, ["the cup and the pen.", "the hat.", "the car."]),
    item(story, ["the hat.", "the cup and the pen.", "the cup and the car."], 1),
  ];
  expect(accuracyOf(items, "guessing")).toBeCloseTo(1 / 3, 12);
  expect(accuracyOf(items, "fewest words")).toBeCloseTo((0 + 1) / 2, 12);
  expect(accuracyOf(items, "only copies")).toBeCloseTo((1 / 2 + 1 / 2) / 2, 12);
  expect(accuracyOf(items, "first mention")).toBeCloseTo((1 + 0) / 2, 12);
});

test("a taste for words finds the correct option less often than guessing when wrong ones exchange a part of it", () => {
  const exchanged = item("", ["a b.", "a c.", "a d.", "e b.", "f b."]);
  // The correct one wins when b beats c and d, and a beats e and f: one in three, twice.
  const taste = scoreChoosers([exchanged]).at(-1);
  expect(taste?.accuracy).toBeGreaterThan(0.04);
  expect(taste?.accuracy).toBeLessThan(0.18);
  expect([taste?.lowest, taste?.highest]).toEqual([0, 1]);
  const unrelated = item("", ["a.", "b.", "c.", "d.", "e."]);
  expect(Math.abs((accuracyOf([unrelated], "taste") ?? NaN) - 0.2)).toBeLessThan(0.1);
});
