import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { shuffledCorrelation, testCorrelation } from "../../src/statistics/correlation-test.js";

interface Golden {
  readonly correlations: readonly {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly r: number;
    readonly p: number;
    readonly low: number;
    readonly high: number;
  }[];
}
// Made by tests/golden/make/curve_fit.py.
const { correlations } = JSON.parse(
  readFileSync(new URL("../golden/curve-fit.json", import.meta.url), "utf8"),
) as Golden;

test.each(correlations)("r = $r: p and interval as scipy has them", ({ x, y, r, p, low, high }) => {
  const found = testCorrelation(x, y);
  expect(found.n).toBe(x.length);
  expect(found.r).toBeCloseTo(r, 12);
  expect(Math.abs(found.p - p) / p).toBeLessThan(1e-9);
  expect(found.low).toBeCloseTo(low, 9);
  expect(found.high).toBeCloseTo(high, 9);
});

test("pairs on a line have p = 0 and no width", () => {
  expect(testCorrelation([1, 2, 3, 4], [-2, -4, -6, -8])).toEqual({ r: -1, p: 0, low: -1, high: -1, n: 4 });
});

test("two pairs are too few", () => {
  expect(() => testCorrelation([1, 2], [1, 2])).toThrow("at least three pairs, got 2");
});

test("a shuffled control has no correlation: p of related pairs is small, of unrelated ones not", () => {
  const x = Array.from({ length: 40 }, (_, index) => index);
  const related = shuffledCorrelation(
    x,
    x.map((value) => value + (value % 7)),
    { shuffles: 500, seed: 1 },
  );
  expect(related.p).toBe(1 / 501);
  expect(related.low).toBeLessThan(0);
  expect(related.high).toBeGreaterThan(0);
  // 1.96 / √39 = 0.31 for normal values.
  expect(related.high - related.low).toBeGreaterThan(0.5);
  expect(related.high - related.low).toBeLessThan(0.75);
  const unrelated = shuffledCorrelation(
    x,
    x.map((value) => (value * 17) % 40),
    { shuffles: 500, seed: 1 },
  );
  expect(unrelated.p).toBeGreaterThan(0.2);
});
