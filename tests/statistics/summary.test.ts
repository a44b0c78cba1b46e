import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalQuantile } from "../../src/statistics/normal-quantile.js";
import {
  mean,
  median,
  proportionStandardError,
  quantile,
  sampleStandardDeviation,
  wilsonInterval,
} from "../../src/statistics/summary.js";
import { golden } from "./golden.js";

const anySample = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 30 });

describe("samples", () => {
  test("mean, deviation and median of 2, 4, 9 are those of pencil and paper", () => {
    expect(mean([2, 4, 9])).toBe(5);
    expect(sampleStandardDeviation([2, 4, 9])).toBeCloseTo(Math.sqrt((9 + 1 + 16) / 2), 14);
    expect(median([9, 2, 4])).toBe(4);
    expect(median([9, 2, 4, 5])).toBe(4.5);
  });

  test("quantiles and deviation equal numpy's", () => {
    const { values, at, numpy, sampleStandardDeviation: deviation } = golden.quantiles;
    at.forEach((share, index) => {
      expect(quantile(values, share)).toBeCloseTo(numpy[index] ?? Number.NaN, 12);
    });
    expect(sampleStandardDeviation(values)).toBeCloseTo(deviation, 12);
  });

  test("quantiles ignore the order of the sample and leave it as it was", () => {
    fc.assert(
      fc.property(anySample, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const reversed = [...values].reverse();
        expect(quantile(reversed, share)).toBe(quantile(values, share));
        expect(reversed.reverse()).toEqual(values);
      }),
    );
  });

  test("ten sorts after nine: quantiles compare numbers, not their spelling", () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  test("empty, short and missing input is refused in the name of the function that got it", () => {
    expect(() => mean([])).toThrow(/^mean: at least 1 value must be given, got 0/);
    expect(() => sampleStandardDeviation([1])).toThrow(/^sampleStandardDeviation: at least 2 values/);
    expect(() => quantile([1, Number.NaN], 0.5)).toThrow(/got NaN at index 1/);
    expect(() => mean([Number.NaN, 1])).toThrow(/^mean: .*got NaN at index 0/);
    for (const probability of [50, 1.01, -0.01, Number.NaN])
      expect(() => quantile([1, 2], probability)).toThrow(/Give proportions, not percent/);
    expect(() => median([])).toThrow(/^quantile: at least 1 value /);
    expect(() => sampleStandardDeviation([1, Infinity])).toThrow(/^sampleStandardDeviation: every value/);
  });
});

describe("proportions", () => {
  test("the standard error of one half over 100 items is 5 points", () => {
    expect(proportionStandardError({ proportion: 0.5, n: 100 })).toBeCloseTo(0.05, 15);
  });

  test("52 WSC items at 61.5 % have a standard error of 6.7 points (docs/paper.md#effect-size-and-noise)", () => {
    expect(proportionStandardError({ proportion: 32 / 52, n: 52 })).toBeCloseTo(0.0675, 4);
  });

  test("Wilson intervals equal those of statsmodels", () => {
    for (const { interval, ...counts } of golden.wilson) {
      const { low, high } = wilsonInterval(counts);
      expect(low).toBeCloseTo(interval[0], 10);
      expect(high).toBeCloseTo(interval[1], 10);
    }
  });

  test("a Wilson interval holds its proportion and stays inside 0 to 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(1000), (n, part) => {
        const successes = (n * part) / 1000;
        const { low, high } = wilsonInterval({ successes, n, confidence: 0.95 });
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(successes / n);
        expect(high).toBeGreaterThanOrEqual(successes / n);
      }),
    );
  });

  test("percentages where proportions belong are refused", () => {
    for (const [proportion, n] of [
      [61.5, 52],
      [-0.1, 52],
      [0.5, 0],
      [0.5, Infinity],
    ] as const)
      expect(() => proportionStandardError({ proportion, n })).toThrow(/Divide percentages by 100/);
    for (const [successes, n] of [
      [53, 52],
      [-1, 52],
      [0, 0],
      [1, Infinity],
    ] as const)
      expect(() => wilsonInterval({ successes, n, confidence: 0.95 })).toThrow(`got ${successes} of ${n}`);
    for (const confidence of [0, 1, 95])
      expect(() => wilsonInterval({ successes: 5, n: 52, confidence })).toThrow(/Use 0.95 for 95 %/);
  });

  test("the ends are exact: nothing and everything right have errors of 0 and intervals that begin there", () => {
    expect(proportionStandardError({ proportion: 0, n: 1 })).toBe(0);
    expect(proportionStandardError({ proportion: 1, n: 1 })).toBe(0);
    expect(wilsonInterval({ successes: 0, n: 1, confidence: 0.95 }).low).toBe(0);
    expect(wilsonInterval({ successes: 1, n: 1, confidence: 0.95 }).high).toBe(1);
  });
});

describe("normal points", () => {
  test("equal scipy's over the range intervals need", () => {
    for (const [probability, point] of golden.normal) {
      // 1e-9: the thinnest tail here, 1e-6, keeps ten digits of 1 - tail.
      expect(Math.abs(normalQuantile(probability) - point)).toBeLessThan(1e-9);
    }
  });

  test("0 and 1 have no finite point", () => {
    expect(() => normalQuantile(1)).toThrow(RangeError);
    expect(() => normalQuantile(0)).toThrow(/strictly between 0 and 1/);
  });
});
