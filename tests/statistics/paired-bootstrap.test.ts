/** @file The paired bootstrap over items, over seeds and items, and over clusters: by hand, by theory and against scipy. */
import { describe, expect, test } from "vitest";
import { seeded } from "../../src/random.js";
import { bcaInterval, bootstrapP, percentileInterval } from "../../src/statistics/bootstrap-interval.js";
import { bootstrapClusters } from "../../src/statistics/cluster-bootstrap.js";
import { bootstrapItems, bootstrapSeedsAndItems } from "../../src/statistics/paired-bootstrap.js";
import { groupedMean } from "../../src/statistics/resample.js";
import { mean, sampleStandardDeviation } from "../../src/statistics/summary.js";
import { parityFolder, parityJson } from "../support/parity.js";
import { differencesOf, OPTIONS } from "./drawn-differences.js";
import { golden } from "./golden.js";

const spreadOf = ({ replicates }: { readonly replicates: Float64Array }) =>
  sampleStandardDeviation([...replicates]);

describe("the paired bootstrap over items", () => {
  test("skewness of influences: 0, 0, 3 lie −1, −1, 2 from their mean, so 6 / (6 · 6^1.5)", () => {
    expect(bootstrapItems({ differences: [0, 0, 3] }, OPTIONS).acceleration).toBeCloseTo(6 ** -1.5, 12);
    expect(bootstrapItems({ differences: [2, 2] }, OPTIONS).acceleration).toBe(0);
    // Beside a group of 0, 0, 3 one of 5, 5: influences of the first are thirds, those of the second nothing.
    const groups = ["a", "b", "a", "a", "b"];
    const { acceleration } = bootstrapItems({ differences: [0, 5, 0, 3, 5], groups }, OPTIONS);
    expect(acceleration).toBeCloseTo(6 ** -1.5, 12);
  });

  test("items are drawn within their group", () => {
    const sample = bootstrapItems({ differences: [1, 0, 1, 0], groups: ["a", "b", "a", "b"] }, OPTIONS);
    expect(new Set(sample.replicates)).toEqual(new Set([0.5]));
  });

  test("has the spread of theory, and the mean of groups weighs groups alike", () => {
    const differences = differencesOf(200, 5);
    const theory = Math.sqrt(
      differences.reduce((sum, value) => sum + (value - mean(differences)) ** 2, 0) / 200 / 200,
    );
    // 5 %: the spread of 4,000 replicates is known to 1.1 %.
    expect(Math.abs(spreadOf(bootstrapItems({ differences }, OPTIONS)) / theory - 1)).toBeLessThan(0.05);
    const uneven = { differences: [1, 0, 0, 0], groups: ["small", "large", "large", "large"] };
    expect(bootstrapItems(uneven, OPTIONS).estimate).toBe(0.5);
    expect(groupedMean([1, 0, 0, 0])).toBe(0.25);
  });

  test("of two identical answer sheets has p = 1 and an interval of no width", () => {
    const sample = bootstrapItems({ differences: Array.from({ length: 30 }, () => 0) }, OPTIONS);
    expect(bootstrapP(sample)).toBe(1);
    expect(percentileInterval(sample, 0.95)).toEqual({ low: 0, high: 0 });
    expect(bcaInterval(sample, 0.95)).toEqual({ low: 0, high: 0 });
  });

  test("p turns with the sign of the difference and is the same for both", () => {
    const differences = differencesOf(80, 9);
    const forth = bootstrapItems({ differences }, OPTIONS);
    const back = bootstrapItems({ differences: differences.map((value) => -value) }, OPTIONS);
    expect(back.estimate).toBeCloseTo(-forth.estimate, 14);
    expect(bootstrapP(back)).toBeCloseTo(bootstrapP(forth), 12);
  });

  test("cries wolf in about 5 % of comparisons of equals, even with 52 items", () => {
    const random = seeded(9);
    const alarms = Array.from({ length: 400 }, (_, seed) => {
      const differences = Array.from({ length: 52 }, () => (random() < 0.15 ? (random() < 0.5 ? -1 : 1) : 0));
      return bootstrapP(bootstrapItems({ differences }, { replicates: 500, seed })) < 0.05;
    });
    // Binomial standard error of 400 such comparisons: 1.1 points; 3.7 of them.
    expect(Math.abs(alarms.filter(Boolean).length / 400 - 0.05)).toBeLessThan(0.04);
  });

  test("BCa equals scipy's on scipy's replicates", () => {
    const { values, replicates, confidence, interval } = golden.bca;
    const { acceleration } = bootstrapItems({ differences: values }, OPTIONS);
    const sample = { estimate: mean(values), replicates: Float64Array.from(replicates), acceleration };
    const { low, high } = bcaInterval(sample, confidence);
    // 1e-5: the replicates in the file have six decimals.
    expect(Math.abs(low - interval[0])).toBeLessThan(1e-5);
    expect(Math.abs(high - interval[1])).toBeLessThan(1e-5);
  });

  test.skipIf(parityFolder === null)("agrees with numpy on given draws and with scipy on many", () => {
    const expected = parityJson("statistics", "paired_bootstrap.json") as PairedBootstrap;
    const differences = expected.a.map((value, item) => value - (expected.b[item] ?? 0));
    const given = expected.given_resamples;
    const replicates = Float64Array.from(given.indices, (rows) =>
      mean(rows.map((row) => differences[row] ?? 0)),
    );
    const [low, high] = given.ci95_percentile_numpy_linear;
    expect(percentileInterval({ replicates }, 0.95).low).toBeCloseTo(low, 12);
    expect(percentileInterval({ replicates }, 0.95).high).toBeCloseTo(high, 12);
    expect(bootstrapP({ replicates })).toBeCloseTo(given.p_two_sided_plus_one, 12);
    const own = bootstrapItems({ differences }, { replicates: 20_000, seed: 1 });
    expect(own.estimate).toBeCloseTo(expected.observed_difference, 12);
    const scipy = expected.scipy_bootstrap_99999;
    expect(Math.abs(spreadOf(own) / scipy.percentile.standard_error - 1)).toBeLessThan(0.02);
    // One step of the grid of means over 40 items.
    for (const [ours, theirs] of [
      [percentileInterval(own, 0.95), scipy.percentile],
      [bcaInterval(own, 0.95), scipy.BCa],
    ] as const) {
      expect(Math.abs(ours.low - theirs.low)).toBeLessThan(1 / 40 + 1e-9);
      expect(Math.abs(ours.high - theirs.high)).toBeLessThan(1 / 40 + 1e-9);
    }
  });
});

interface PairedBootstrap {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly observed_difference: number;
  readonly given_resamples: {
    readonly indices: readonly (readonly number[])[];
    readonly ci95_percentile_numpy_linear: readonly [number, number];
    readonly p_two_sided_plus_one: number;
  };
  readonly scipy_bootstrap_99999: Readonly<
    Record<
      "percentile" | "BCa",
      { readonly low: number; readonly high: number; readonly standard_error: number }
    >
  >;
}

describe("the paired bootstrap over seeds and items", () => {
  test("of equal seeds is that of items alone", () => {
    const differences = differencesOf(60, 4);
    const items = bootstrapItems({ differences }, OPTIONS);
    const both = bootstrapSeedsAndItems({ differences: [differences, differences] }, OPTIONS);
    expect(both.estimate).toBeCloseTo(items.estimate, 14);
    expect([...both.replicates].map((value) => value.toFixed(9))).toEqual(
      [...items.replicates].map((value) => value.toFixed(9)),
    );
  });

  test("is wider when seeds disagree than when they agree", () => {
    const seeds = [-0.2, 0, 0.2].map((shift) => differencesOf(300, 4).map((value) => value + shift));
    const apart = spreadOf(bootstrapSeedsAndItems({ differences: seeds }, OPTIONS));
    const alike = spreadOf(bootstrapItems({ differences: differencesOf(300, 4) }, OPTIONS));
    // The mean of three drawn of −0.2, 0, 0.2 has deviation 0.0943.
    expect(Math.abs(apart / Math.hypot(alike, 0.0943) - 1)).toBeLessThan(0.05);
  });

  test("has the mean of the seeds' means, groups counted alike, as estimate", () => {
    const differences = [
      [1, 0, 0, 0],
      [0, 0, 0, 0],
    ];
    expect(bootstrapSeedsAndItems({ differences }, OPTIONS).estimate).toBe(0.125);
    const groups = ["small", "large", "large", "large"];
    expect(bootstrapSeedsAndItems({ differences, groups }, OPTIONS).estimate).toBe(0.25);
    const constant = [
      [1, 0],
      [1, 0],
    ];
    const { replicates } = bootstrapSeedsAndItems({ differences: constant, groups: ["a", "b"] }, OPTIONS);
    expect(new Set(replicates)).toEqual(new Set([0.5]));
  });

  test("of two constant seeds, 0 and 1, draws 0, ½ and 1 as often as two tosses of a coin", () => {
    const { replicates } = bootstrapSeedsAndItems(
      {
        differences: [
          [0, 0],
          [1, 1],
        ],
      },
      OPTIONS,
    );
    for (const [value, share] of [
      [0, 0.25],
      [0.5, 0.5],
      [1, 0.25],
    ] as const)
      // Four binomial standard errors of 4,000 draws at most.
      expect(Math.abs(replicates.filter((drawn) => drawn === value).length / 4_000 - share)).toBeLessThan(
        0.032,
      );
  });

  test("of one seed is refused, because its spread is unknown", () => {
    expect(() => bootstrapSeedsAndItems({ differences: [[1, 0]] }, OPTIONS)).toThrow(
      /at least two seeds, got 1/,
    );
  });
});

describe("the paired bootstrap over clusters", () => {
  const differences = [1, 1, 1, 1, 0, 0, 0, 0, -1, -1, -1, -1];
  const clusters = differences.map((value) => `text ${value}`);

  test("knows that the items of a cluster err together", () => {
    const items = spreadOf(bootstrapItems({ differences }, OPTIONS));
    const kept = bootstrapClusters({ differences, clusters }, { ...OPTIONS, within: "kept" });
    expect(kept.estimate).toBe(0);
    // Three clusters of four equal items are worth three items: twice the error.
    expect(Math.abs(spreadOf(kept) / items - 2)).toBeLessThan(0.1);
    expect(() => bcaInterval(kept, 0.95)).toThrow(/must know its acceleration/);
  });

  test("drawing items within drawn clusters only widens what varies inside them", () => {
    const equalInside = bootstrapClusters({ differences, clusters }, { ...OPTIONS, within: "drawn" });
    const kept = bootstrapClusters({ differences, clusters }, { ...OPTIONS, within: "kept" });
    expect(Math.abs(spreadOf(equalInside) / spreadOf(kept) - 1)).toBeLessThan(0.05);
    const pairs = differences.map((_, item) => `pair ${item % 4}`);
    const drawn = bootstrapClusters({ differences, clusters: pairs }, { ...OPTIONS, within: "drawn" });
    const whole = bootstrapClusters({ differences, clusters: pairs }, { ...OPTIONS, within: "kept" });
    expect(spreadOf(whole)).toBeLessThan(1e-9); // every cluster has the mean 0
    expect(spreadOf(drawn)).toBeGreaterThan(0.2);
  });

  test("a drawn cluster brings its items with it: 1 and three 0 make 0, ¼ or 1", () => {
    const uneven = { differences: [0, 1, 0, 0], clusters: ["large", "small", "large", "large"] };
    const kept = bootstrapClusters(uneven, { ...OPTIONS, within: "kept" });
    expect(kept.estimate).toBe(0.25);
    expect(new Set(kept.replicates)).toEqual(new Set([0, 0.25, 1]));
    expect(kept.acceleration).toBeNull();
  });

  test("items that are drawn inside their clusters keep the sign of the difference", () => {
    const better = { differences: [1, 0, 1, 1, 0, 1], clusters: ["a", "a", "a", "b", "b", "b"] };
    const { estimate, replicates } = bootstrapClusters(better, { ...OPTIONS, within: "drawn" });
    expect(Math.min(...replicates)).toBeGreaterThanOrEqual(0);
    expect(replicates.reduce((sum, value) => sum + value, 0) / replicates.length).toBeCloseTo(estimate, 1);
  });

  test("items without a cluster, or not scored, are refused", () => {
    const options = { ...OPTIONS, within: "kept" } as const;
    expect(() => bootstrapClusters({ differences: [1, 0], clusters: ["a"] }, options)).toThrow(
      /2 differences and 1 clusters/,
    );
    expect(() => bootstrapClusters({ differences: [1, Number.NaN], clusters: ["a", "b"] }, options)).toThrow(
      /every finite difference/,
    );
    expect(() =>
      bootstrapClusters({ differences: [1, 0], clusters: ["a", "b"] }, { ...options, replicates: 0 }),
    ).toThrow(/^bootstrapClusters: replicates/);
  });

  test("one cluster alone is refused", () => {
    const alone = { differences: [1, 0], clusters: ["a", "a"] };
    expect(() => bootstrapClusters(alone, { ...OPTIONS, within: "kept" })).toThrow(
      /at least two clusters, got 1/,
    );
  });
});
