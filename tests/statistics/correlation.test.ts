import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { averageRanks, pearson, spearman } from "../../src/statistics/correlation.js";
import { golden } from "./golden.js";

describe("golden", () => {
  test.each(golden.spearman)("$name: r, ρ and ranks equal scipy's", ({ x, y, ...expected }) => {
    expect(averageRanks(x)).toEqual(expected.ranksX);
    expect(averageRanks(y)).toEqual(expected.ranksY);
    expect(spearman(x, y)).toBeCloseTo(expected.spearman, 12);
    expect(pearson(x, y)).toBeCloseTo(expected.pearson, 12);
  });
});

describe("pencil", () => {
  test("equal values share the mean of the ranks they occupy", () => {
    expect(averageRanks([30, 10, 30, 20])).toEqual([3.5, 1, 3.5, 2]);
  });

  test("ties make ρ differ from the short formula 1 − 6 Σd² / (n³ − n)", () => {
    // Ranks 1.5 1.5 3 against 1 2 3: Σd² = ½, so the short formula says 0.875; the correlation is √3/2.
    expect(spearman([1, 1, 2], [1, 2, 3])).toBeCloseTo(Math.sqrt(3) / 2, 14);
  });
});

describe("property", () => {
  const rows = fc.uniqueArray(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -99, max: 99 })), {
    minLength: 3,
    maxLength: 25,
    selector: ([x]) => x,
  });

  test("ρ depends on ranks alone: an increasing transformation does not change it", () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        fc.pre(new Set(y).size > 1);
        const stretched = x.map((value) => Math.exp(value / 3));
        expect(spearman(stretched, y)).toBeCloseTo(spearman(x, y), 10);
        expect(spearman(y, x)).toBeCloseTo(spearman(x, y), 10);
      }),
    );
  });

  test("r sees neither unit nor origin", () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        fc.pre(new Set(y).size > 1);
        const seconds = x.map((value) => 1000 * value - 7);
        expect(pearson(seconds, y)).toBeCloseTo(pearson(x, y), 10);
        expect(pearson(seconds, x)).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe("failure", () => {
  test("a constant column has no correlation", () => {
    expect(() => spearman([1, 1, 1], [1, 2, 3])).toThrow(/^spearman: x must vary, got 3 times 1/);
    expect(() => pearson([1, 2, 3], [0.1, 0.1, 0.1])).toThrow(/^pearson: y must vary/);
  });

  test("missing values and unequal lengths are refused, not ranked", () => {
    expect(() => spearman([1, Number.NaN, 3], [1, 2, 3])).toThrow(/x must be finite, got NaN at index 1/);
    expect(() => averageRanks([Number.NaN])).toThrow(
      /^averageRanks: values must be finite, got NaN at index 0/,
    );
    expect(() => pearson([1, 2], [1, 2, 3])).toThrow(/got 2 and 3/);
    expect(() => pearson([1], [1])).toThrow(/at least 2/);
  });
});
