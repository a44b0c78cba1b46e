import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fitBounded, type CurvePoint } from "../../src/statistics/bounded-least-squares.js";

interface Golden {
  readonly fits: readonly {
    readonly name: string;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly start: readonly number[];
    readonly lower: readonly number[];
    readonly upper: readonly number[];
    readonly parameters: readonly number[];
    readonly residualSumOfSquares: number;
    readonly atBound: readonly boolean[];
  }[];
}
// Made by tests/golden/make/curve_fit.py.
const { fits } = JSON.parse(
  readFileSync(new URL("../golden/curve-fit.json", import.meta.url), "utf8"),
) as Golden;

function sigmoid(x: number, [a = 0, b = 0, c = 0, d = 0]: readonly number[]): CurvePoint {
  const share = 1 / (1 + Math.exp(-b * (x - c)));
  const slope = a * share * (1 - share);
  return { value: a * share + d, gradient: [share, slope * (x - c), -slope * b, 1] };
}
const line = (x: number, [slope = 0, base = 0]: readonly number[]): CurvePoint => ({
  value: slope * x + base,
  gradient: [x, 1],
});

test.each(fits)("$name: the same minimum as scipy's curve_fit with bounds", (fit) => {
  const found = fitBounded({ ...fit, curve: sigmoid });
  expect(found.converged).toBe(true);
  // No worse than scipy, which stops a little short of a bound.
  expect(found.residualSumOfSquares).toBeLessThanOrEqual(fit.residualSumOfSquares * (1 + 1e-6) + 1e-12);
  const range = Math.max(...fit.y) - Math.min(...fit.y);
  for (const x of fit.x)
    expect(
      Math.abs(sigmoid(x, found.parameters).value - sigmoid(x, fit.parameters).value) / range,
    ).toBeLessThan(1e-4);
  // A flat curve has many descriptions.
  if (fit.atBound[0] !== true)
    found.parameters.forEach((value, p) => {
      const size = (fit.upper[p] ?? 0) - (fit.lower[p] ?? 0);
      expect(Math.abs(value - (fit.parameters[p] ?? 0)) / size).toBeLessThan(2e-4);
    });
});

test("a bound in the way is reached exactly, and the rest is the best that goes with it", () => {
  // y = 3x: with a slope of 2 at most, the best base is the mean of 3x − 2x = x.
  const x = [0, 1, 2, 3];
  const found = fitBounded({
    x,
    y: x.map((value) => 3 * value),
    curve: line,
    start: [1, 0],
    lower: [0, -10],
    upper: [2, 10],
  });
  expect(found.parameters[0]).toBe(2);
  expect(found.parameters[1]).toBeCloseTo(1.5, 9);
});

test("a start outside the bounds, and bounds that are not there, are no obstacle", () => {
  const open = [Infinity, Infinity];
  const found = fitBounded({
    x: [0, 1, 2],
    y: [1, 3, 5],
    curve: line,
    start: [50, 50],
    lower: [-Infinity, -Infinity],
    upper: open,
  });
  expect(found.parameters.map((value) => Number(value.toFixed(9)))).toEqual([2, 1]);
  const within = fitBounded({
    x: [0, 1, 2],
    y: [1, 3, 5],
    curve: line,
    start: [50, 50],
    lower: [0, 0],
    upper: [4, 4],
  });
  expect(within.parameters.map((value) => Number(value.toFixed(9)))).toEqual([2, 1]);
});

test("evaluations that run out are said to have", () => {
  const [, fit] = fits;
  if (!fit) throw new Error("no fit");
  const found = fitBounded({ ...fit, curve: sigmoid, maxEvaluations: 3 });
  expect(found).toMatchObject({ converged: false, evaluations: 3 });
});

test.each([
  ["as many finite x as y, and for each start", { y: [1] }],
  ["got 2 x, 2 y", { y: [1, Number.NaN] }],
  ["a lower bound below an upper one", { lower: [1, 0] }],
])("what cannot be fitted is an error: %s", (message, wrong) => {
  const fit = { x: [0, 1], y: [1, 2], curve: line, start: [0, 0], lower: [0, 0], upper: [1, 1] };
  expect(() => fitBounded({ ...fit, ...wrong })).toThrow(message);
});
