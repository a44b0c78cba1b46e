import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { completeRows, fitOls, pairwiseProducts, partialRSquared } from "../../src/statistics/regression.js";
import { golden } from "./golden.js";

/** Relative closeness, for numbers between 0.03 and 3 million. */
function expectRelativelyClose(got: readonly number[], wanted: readonly number[], tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((value, index) => {
    expect(Math.abs((got[index] ?? Number.NaN) / value - 1)).toBeLessThan(tolerance);
  });
}

describe("golden", () => {
  test("coefficients, errors, t and R² equal statsmodels'", () => {
    const { a, b, y, ...expected } = golden.ols;
    const fit = fitOls({ predictors: [a, b], response: y });
    expectRelativelyClose(fit.coefficients, expected.coefficients, 1e-10);
    expectRelativelyClose(fit.standardErrors, expected.standardErrors, 1e-10);
    expectRelativelyClose(fit.tValues, expected.tValues, 1e-10);
    expect(fit.rSquared).toBeCloseTo(expected.rSquared, 12);
    expectRelativelyClose([fit.residualSumOfSquares], [expected.residualSumOfSquares], 1e-10);
  });

  test("Longley's nearly collinear columns come out as NIST certifies them", () => {
    const { x, y, ...certified } = golden.longley;
    const fit = fitOls({ predictors: x, response: y });
    // 1e-9: normal equations in the raw columns keep about 6 digits here, in float32 none.
    expectRelativelyClose(fit.coefficients, certified.coefficients, 1e-9);
    expectRelativelyClose(fit.standardErrors, certified.standardErrors, 1e-9);
    expect(fit.rSquared).toBeCloseTo(certified.rSquared, 12);
    expectRelativelyClose([fit.residualSumOfSquares], [certified.residualSumOfSquares], 1e-9);
  });
});

describe("pencil", () => {
  test("a line through three points that almost lie on it", () => {
    // Slope Σxy/Σx² = 2/2 about the means; residuals ⅓, −⅔, ⅓.
    const fit = fitOls({ predictors: [[0, 1, 2]], response: [1, 1, 3] });
    expect(fit.coefficients[0]).toBeCloseTo(2 / 3, 14);
    expect(fit.coefficients[1]).toBeCloseTo(1, 14);
    expect(fit.residualSumOfSquares).toBeCloseTo(2 / 3, 14);
    expect(fit.rSquared).toBeCloseTo(1 - 2 / 3 / (8 / 3), 14);
    expect(fit.standardErrors[1]).toBeCloseTo(Math.sqrt(2 / 3 / 2), 14);
    expect(fit.n).toBe(3);
  });

  test("without predictors the intercept is the mean and nothing is explained", () => {
    const fit = fitOls({ predictors: [], response: [1, 2, 6] });
    expect(fit.coefficients).toEqual([3]);
    expect(fit.rSquared).toBe(0);
    expect(fit.standardErrors[0]).toBeCloseTo(Math.sqrt(7 / 3), 14);
  });

  test("a slope of nothing has a t of 0, whichever side its column begins on", () => {
    for (const sign of [1, -1]) {
      const { coefficients, tValues } = fitOls({
        predictors: [[2 * sign, -sign, -sign, 0]],
        response: [0, 1, -1, 0],
      });
      expect([coefficients[1], tValues[1]]).toEqual([expect.closeTo(0, 12), expect.closeTo(0, 12)]);
    }
  });

  test("a column of one deviation alone is fitted, whatever its sign: reflecting it cancels nothing", () => {
    // Centred and scaled, then rotated, the second column is all pivot.
    for (const sign of [1, -1]) {
      const { coefficients } = fitOls({
        predictors: [
          [1, -1, 0, 0],
          [sign, sign, -sign, -sign],
        ],
        response: [3, 1, 0, 0],
      });
      expect(coefficients[0]).toBeCloseTo(1, 12);
      expect(coefficients[1]).toBeCloseTo(1, 12);
      expect(coefficients[2]).toBeCloseTo(sign, 12);
    }
  });

  test("three columns have the products 0·1, 0·2, 1·2", () => {
    expect(pairwiseProducts([[2], [3], [5]])).toEqual([[6], [10], [15]]);
  });

  test("a row counts only when every column has a finite value", () => {
    expect(
      completeRows([
        [1, Number.NaN, 3, 4],
        [1, 2, 3, Infinity],
      ]),
    ).toEqual([0, 2]);
  });

  test("of the quarter left unexplained, half is explained by the rest", () => {
    expect(partialRSquared({ base: { rSquared: 0.75, n: 9 }, full: { rSquared: 0.875, n: 9 } })).toBe(0.5);
  });
});

describe("property", () => {
  const value = fc.integer({ min: -50, max: 50 });
  const rows = fc.array(fc.tuple(value, value, value), { minLength: 8, maxLength: 20 });

  test("residuals are orthogonal to every predictor, and one more predictor never lowers R²", () => {
    fc.assert(
      fc.property(rows, (table) => {
        const [x, z, y] = [table.map((r) => r[0]), table.map((r) => r[1]), table.map((r) => r[2])];
        const determined = table.map((r, index) => r[0] + 0.37 * index ** 2);
        fc.pre(new Set(y).size > 1 && new Set(x).size > 3 && new Set(z).size > 3);
        const base = fitOls({ predictors: [determined], response: y });
        const full = fitOls({ predictors: [determined, z], response: y });
        const [b0 = 0, b1 = 0, b2 = 0] = full.coefficients;
        const residuals = y.map((r, i) => r - b0 - b1 * (determined[i] ?? 0) - b2 * (z[i] ?? 0));
        for (const column of [y.map(() => 1), determined, z]) {
          expect(Math.abs(residuals.reduce((sum, r, i) => sum + r * (column[i] ?? 0), 0))).toBeLessThan(1e-6);
        }
        expect(full.rSquared).toBeGreaterThanOrEqual(base.rSquared - 1e-12);
      }),
    );
  });

  test("milliseconds or seconds, the fit is the same", () => {
    const { a, b, y } = golden.ols;
    const inSeconds = fitOls({ predictors: [a.map((v) => v / 1000), b], response: y });
    const { coefficients, tValues, rSquared } = fitOls({ predictors: [a, b], response: y });
    expect(inSeconds.coefficients[1]).toBeCloseTo(1000 * (coefficients[1] ?? 0), 8);
    expectRelativelyClose(inSeconds.tValues, tValues, 1e-10);
    expect(inSeconds.rSquared).toBeCloseTo(rSquared, 13);
  });
});

describe("failure", () => {
  const y = [1, 4, 2, 8, 5];

  test("as many rows as coefficients leave nothing to estimate with", () => {
    expect(() => fitOls({ predictors: [[1, 2]], response: [1, 2] })).toThrow(
      /rows must outnumber the 2 coefficients .* got 2 rows/,
    );
  });

  test("a column that is constant or follows from others is named", () => {
    expect(() =>
      fitOls({
        predictors: [
          [1, 2, 3, 4, 6],
          [0.1, 0.1, 0.1, 0.1, 0.1],
        ],
        response: y,
      }),
    ).toThrow(/predictor 1 must vary/);
    const [first, second] = [
      [1, 2, 3, 4, 6],
      [2, 1, 1, 0, 3],
    ];
    const sum = first.map((value, row) => 2 * value - (second[row] ?? 0) + 7);
    expect(() => fitOls({ predictors: [first, second, sum], response: y })).toThrow(
      /got predictor 2 as a combination/,
    );
    // Large, and constant but for its last digit; the same spread of a small column is one.
    const [large, step] = [1e6, 2 ** -33]; // the distance between numbers near a million
    const lastDigit = [large, large + step, large, large, large + step];
    expect(() => fitOls({ predictors: [lastDigit], response: y })).toThrow(/predictor 0 must vary/);
    const small = fitOls({ predictors: [lastDigit.map((value) => value - large)], response: y });
    expect((small.coefficients[1] ?? 0) * step).toBeCloseTo((4 + 5) / 2 - (1 + 2 + 8) / 3, 9);
    expect(() => fitOls({ predictors: [first], response: [3, 3, 3, 3, 3] })).toThrow(
      /the response must vary/,
    );
  });

  test("missing values and ragged columns are named", () => {
    expect(() => fitOls({ predictors: [[1, Number.NaN, 3, 4, 6]], response: y })).toThrow(
      /predictor 0 must be finite, got NaN in row 1/,
    );
    expect(() => fitOls({ predictors: [[1, 2, 3, 4, 6]], response: [Number.NaN, 4, 2, 8, 5] })).toThrow(
      /the response must be finite, got NaN in row 0/,
    );
    expect(() => completeRows([])).toThrow(/got lengths \[\]/);
    expect(pairwiseProducts([])).toEqual([]);
    expect(() => fitOls({ predictors: [[1, 2]], response: y })).toThrow(
      /got 2 for 5. Pass columns, not rows/,
    );
    expect(() => completeRows([[1], [1, 2]])).toThrow(/lengths \[1, 2\]/);
    expect(() => pairwiseProducts([[1], [1, 2]])).toThrow(RangeError);
  });

  test("R² of different rows cannot be compared", () => {
    expect(() => partialRSquared({ base: { rSquared: 0.5, n: 9 }, full: { rSquared: 0.6, n: 8 } })).toThrow(
      /n = 8 and 9/,
    );
    expect(() => partialRSquared({ base: { rSquared: 1, n: 9 }, full: { rSquared: 1, n: 9 } })).toThrow(
      RangeError,
    );
  });
});
