import { expect, test } from "vitest";
import { macroAverageInterval } from "../../src/statistics/macro-average.js";

test("one group of 8 in 16 has p̃ = ½ and a margin of 1.96 · √(¼ / 16)", () => {
  const [low, high] = macroAverageInterval([{ proportion: 0.5, n: 16 }]);
  expect(low).toBeCloseTo(0.5 - 1.959964 * 0.125, 5);
  expect(high).toBeCloseTo(0.5 + 1.959964 * 0.125, 5);
});

test("four groups halve the margin of one", () => {
  const group = { proportion: 0.5, n: 16 };
  const [low] = macroAverageInterval([group, group, group, group]);
  expect(low).toBeCloseTo(0.5 - (1.959964 * 0.125) / 2, 5);
});

test("a group of all successes is not certain, and the interval stays below 1", () => {
  const [low, high] = macroAverageInterval([{ proportion: 1, n: 16 }]);
  expect(low).toBeLessThan(0.95);
  expect(high).toBe(1);
});

test("percentages and empty groups are refused", () => {
  for (const proportion of [50, -0.5, Number.NaN])
    expect(() => macroAverageInterval([{ proportion, n: 16 }])).toThrow(/proportion from 0 to 1/);
  expect(() => macroAverageInterval([{ proportion: 0.5, n: 0 }])).toThrow(/at least one item/);
  expect(() => macroAverageInterval([])).toThrow(/at least 1 value/);
});

test("two groups of unlike size: (⅜ · ⅝ / 4 + ¾ · ¼ / 4) under the root, and the interval stays above 0", () => {
  // 1 of 4 smoothed is 3/8, 4 of 4 is 6/8.
  const groups = [
    { proportion: 0.25, n: 4 },
    { proportion: 1, n: 4 },
  ];
  const margin = (1.644854 * Math.sqrt(15 / 256 + 3 / 64)) / 2;
  const [low, high] = macroAverageInterval(groups, 0.9);
  expect([low, high]).toEqual([expect.closeTo(0.625 - margin, 6), expect.closeTo(0.625 + margin, 6)]);
  expect(macroAverageInterval([{ proportion: 0, n: 1 }])[0]).toBe(0);
});
