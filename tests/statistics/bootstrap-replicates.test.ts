/** @file Replicates of every bootstrap: the rows they are drawn from, and the intervals and p read from them. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { integerBelow, seeded } from "../../src/random.js";
import { bcaInterval, bootstrapP, percentileInterval } from "../../src/statistics/bootstrap-interval.js";
import { bootstrapClusters } from "../../src/statistics/cluster-bootstrap.js";
import { indexDrawer, resampleMeans } from "../../src/statistics/resample.js";
import { mean } from "../../src/statistics/summary.js";
import { differencesOf, OPTIONS } from "./drawn-differences.js";

describe("drawing", () => {
  test("many numbers at a time are those of the plain generator one by one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.nat(), (limit, seed) => {
        const drawn = new Int32Array(20);
        indexDrawer(seed)(drawn, limit);
        const random = seeded(seed);
        expect([...drawn]).toEqual(Array.from({ length: 20 }, () => integerBelow(limit, random)));
      }),
    );
  });

  test("columns are drawn over the same rows, so that equal columns stay equal and sums add up", () => {
    const [a, b] = [differencesOf(50, 1), differencesOf(50, 2)];
    const sum = a.map((value, row) => value + (b[row] ?? 0));
    const [drawnA, drawnB, drawnSum] = resampleMeans([a, b, sum], { replicates: 40, seed: 3 });
    drawnSum?.forEach((value, at) => {
      expect(value).toBeCloseTo((drawnA?.[at] ?? 0) + (drawnB?.[at] ?? 0), 12);
    });
  });

  test("one number is drawn after the other: two calls go on where one would", () => {
    const whole = new Int32Array(8);
    indexDrawer(5)(whole, 100);
    const draw = indexDrawer(5);
    const [first, second] = [new Int32Array(3), new Int32Array(5)];
    draw(first, 100);
    draw(second, 100);
    expect([...first, ...second]).toEqual([...whole]);
  });

  test("a replicate is the mean of the drawn rows, whatever their number", () => {
    for (const size of [1, 3, 4, 7, 9]) {
      const column = Array.from({ length: size }, (_, row) => 2 ** row);
      const [drawn] = resampleMeans([column], { replicates: 3, seed: 11 });
      const draw = indexDrawer(11);
      for (let replicate = 0; replicate < 3; replicate++) {
        const rows = new Int32Array(size);
        draw(rows, size);
        expect(drawn?.[replicate]).toBeCloseTo(mean([...rows].map((row) => column[row] ?? Number.NaN)), 12);
      }
    }
  });

  test("a group is drawn from itself: constant groups leave no spread", () => {
    const [drawn] = resampleMeans([[1, 1, 1, 0, 0]], {
      replicates: 20,
      seed: 3,
      groups: ["a", "a", "a", "b", "b"],
    });
    expect(new Set(drawn)).toEqual(new Set([0.5]));
  });

  test("clusters are drawn whole, within their group: the numbers of the cluster bootstrap", () => {
    const values = [1, 0, 1, 1, 0, 0, 1, 0, 1];
    const clusters = ["a", "a", "a", "b", "b", "c", "c", "d", "d"];
    const [drawn] = resampleMeans([values], { replicates: 50, seed: 3, clusters });
    const kept = bootstrapClusters(
      { differences: values, clusters },
      { replicates: 50, seed: 3, within: "kept" },
    );
    expect(drawn?.map((value) => Number(value.toFixed(12)))).toEqual(
      kept.replicates.map((value) => Number(value.toFixed(12))),
    );
    const groups = clusters.map((name) => (name < "c" ? "first" : "second"));
    const [apart] = resampleMeans([clusters.map((name) => (name < "c" ? 1 : 0))], {
      replicates: 20,
      seed: 3,
      clusters,
      groups,
    });
    expect(new Set(apart)).toEqual(new Set([0.5]));
  });

  test("rows that do not pair, or were not scored, are refused", () => {
    expect(() => resampleMeans([[1], [1, 2]], OPTIONS)).toThrow(/same number of rows.*got 1, 2 rows/);
    expect(() => resampleMeans([[Number.NaN]], OPTIONS)).toThrow(/must be finite, got NaN in row 0/);
    for (const replicates of [0, 1.5, -1])
      expect(() => resampleMeans([[1]], { replicates, seed: 1 })).toThrow(
        /^resampleMeans: replicates must be/,
      );
    expect(() => resampleMeans([[]], OPTIONS)).toThrow(/at least one, got 0 rows/);
    expect(() => resampleMeans([], OPTIONS)).toThrow(/at least one/);
    expect(() => resampleMeans([[1, 2]], { ...OPTIONS, groups: ["a"] })).toThrow(/got 2, 1 rows/);
    expect(() => resampleMeans([[1, 2]], { ...OPTIONS, clusters: ["a"] })).toThrow(/got 2, 1 rows/);
  });
});

describe("intervals and p by hand", () => {
  const sampleOf = (...replicates: number[]) => ({ replicates: Float64Array.from(replicates) });

  test("the middle half of 1 … 5 reaches from 2 to 4, the middle 60 % between the numbers", () => {
    expect(percentileInterval(sampleOf(5, 3, 1, 4, 2), 0.5)).toEqual({ low: 2, high: 4 });
    const { low, high } = percentileInterval(sampleOf(5, 3, 1, 4, 2), 0.6);
    expect([low, high]).toEqual([expect.closeTo(1.8, 12), expect.closeTo(4.2, 12)]);
  });

  test("p counts the smaller side and the zeros twice, one more on top, and never exceeds 1", () => {
    expect(bootstrapP(sampleOf(-1, 1, 1, 1, 1, 1, 1, 1, 1))).toBe((2 * 2) / 10);
    expect(bootstrapP(sampleOf(-1, -1, -1, 1, -1, -1, -1, -1, 0))).toBe((2 * 3) / 10);
    expect(bootstrapP(sampleOf(1, 1, 1, 1, 1, 1, 1, 1, 1))).toBe(2 / 10);
    expect(bootstrapP(sampleOf(1, -1))).toBe(1);
    expect(bootstrapP(sampleOf(1e-13, 1, 1, 1))).toBe((2 * 2) / 5); // rounding, not a difference
  });

  test("BCa without bias and acceleration is the percentile interval, with the estimate's equals halved", () => {
    const unbiased = { estimate: 3, acceleration: 0, ...sampleOf(1, 2, 3, 4, 5) };
    const { low, high } = percentileInterval(unbiased, 0.8);
    expect(bcaInterval(unbiased, 0.8)).toEqual({
      low: expect.closeTo(low, 9),
      high: expect.closeTo(high, 9),
    });
    const skewed = bcaInterval({ ...unbiased, acceleration: 0.1 }, 0.8);
    expect(skewed.low).toBeGreaterThan(low);
    expect(skewed.high).toBeGreaterThan(high);
  });

  test("BCa moves towards the side on which the estimate lies among its replicates", () => {
    // 1 below, 3 above: the bias is the normal point of ¼; the median's end is that of twice it, ranks from 0 to 3.
    const sample = { estimate: 1.5, acceleration: 0, ...sampleOf(1, 2, 3, 4) };
    const narrow = bcaInterval(sample, 1e-9);
    const share = 0.0886717; // Φ(2 · Φ⁻¹(¼))
    expect(narrow.low).toBeCloseTo(1 + 3 * share, 5);
    expect(narrow.high).toBeCloseTo(1 + 3 * share, 5);
  });

  test("replicates on one side only, and confidence that is no share, are refused", () => {
    for (const replicates of [sampleOf(1, 2), sampleOf(-2, -1)])
      expect(() => bcaInterval({ estimate: 0, acceleration: 0, ...replicates }, 0.9)).toThrow(/all 2 on one/);
    for (const confidence of [0, 1, Number.NaN]) {
      expect(() => percentileInterval(sampleOf(1), confidence)).toThrow(/^percentileInterval: confidence/);
      expect(() => bcaInterval({ estimate: 1, acceleration: 0, ...sampleOf(1) }, confidence)).toThrow(
        /^bcaInterval: confidence/,
      );
    }
  });
});
