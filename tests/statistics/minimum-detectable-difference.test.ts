/** @file The smallest difference a set can show. */
import { expect, test } from "vitest";
import { minimumDetectableDifference } from "../../src/statistics/minimum-detectable-difference.js";

test("with half of 100 items discordant it is 2.8 standard errors of a difference", () => {
  // (1.959964 + 0.841621) · √(0.5 / 100)
  expect(minimumDetectableDifference({ items: 100, discordant: 0.5 })).toBeCloseTo(0.198102, 5);
});

test("four times the items halve it", () => {
  const few = minimumDetectableDifference({ items: 52 });
  expect(minimumDetectableDifference({ items: 208 })).toBeCloseTo(few / 2, 12);
});

test.each([
  ["WSC", 52, 15],
  ["RTE", 139, 9.2],
  ["MRPC", 204, 7.6],
  ["BoolQ", 1635, 2.7],
  ["MultiRC", 2424, 2.2],
  ["MNLI", 4908, 1.5],
  ["QQP", 20215, 0.8],
])("%s with %i items shows %d points when 15 %% of them are discordant", (_, items, points) => {
  const difference = 100 * minimumDetectableDifference({ items, discordant: 0.15 });
  expect(Number(difference.toFixed(points < 10 ? 1 : 0))).toBe(points);
});

test("no items and shares that are none are refused", () => {
  expect(() => minimumDetectableDifference({ items: 0, discordant: 0.1 })).toThrow(/got 0 and 0\.1/);
  expect(() => minimumDetectableDifference({ items: 1.5, discordant: 0.1 })).toThrow(/got 1.5 and 0.1/);
  expect(() => minimumDetectableDifference({ items: 9, discordant: 0 })).toThrow(/got 9 and 0/);
  expect(() => minimumDetectableDifference({ items: 9, discordant: 1.1 })).toThrow(/got 9 and 1.1/);
});

test("one item on which the models differ for certain; and other levels of significance and power", () => {
  expect(minimumDetectableDifference({ items: 1, discordant: 1 })).toBeCloseTo(2.801585, 5);
  // (2.575829 + 1.281552) · √(0.15 / 100)
  expect(minimumDetectableDifference({ items: 100, significance: 0.01, power: 0.9 })).toBeCloseTo(
    0.149396,
    5,
  );
});
