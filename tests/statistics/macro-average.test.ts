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
  expect(() => macroAverageInterval([{ proportion: 50, n: 16 }])).toThrow(/proportion from 0 to 1/);
  expect(() => macroAverageInterval([{ proportion: 0.5, n: 0 }])).toThrow(/at least one item/);
});
