import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { percentileInterval } from "../../src/statistics/bootstrap-interval.js";
import {
  bootstrapPartialRSquared,
  clusteredStandardError,
} from "../../src/statistics/clustered-regression.js";
import { assignFolds, heldOutGain } from "../../src/statistics/held-out-gain.js";
import { fitOls, partialRSquared } from "../../src/statistics/regression.js";
import { indexDrawer } from "../../src/statistics/resample.js";

const column = z.array(z.number());
// Made by tests/golden/make/clustered_regression.py; library versions are in the file.
const golden = z
  .object({
    clusters: z.array(z.string()),
    folds: column,
    frequency: column,
    length: column,
    surprisal: column,
    times: z.array(column),
    partialRSquared: z.number(),
    drawnRows: column,
    partialRSquaredDrawn: z.number(),
    clusteredStandardError: z.number(),
    heldOutGain: column,
  })
  .parse(JSON.parse(readFileSync(new URL("../golden/clustered-regression.json", import.meta.url), "utf8")));
const base = [golden.frequency, golden.length];
const columns = { base, extra: golden.surprisal, clusters: golden.clusters };
const [times = []] = golden.times;
const resampling = { replicates: 400, seed: 3 };

describe("regressions with rows in sentences, against statsmodels", () => {
  test("the estimate of the cluster bootstrap is the mean partial R²", () => {
    const { estimate } = bootstrapPartialRSquared(golden.times, columns, resampling);
    expect(estimate).toBeCloseTo(golden.partialRSquared, 11);
  });

  test("sentences drawn more than once count more than once", () => {
    const draw = (values: readonly number[]) => golden.drawnRows.map((row) => values[row] ?? Number.NaN);
    const drawn = {
      base: base.map(draw),
      extra: draw(golden.surprisal),
      clusters: golden.drawnRows.map((row) => golden.clusters[row] ?? ""),
    };
    const { estimate } = bootstrapPartialRSquared(golden.times.map(draw), drawn, resampling);
    expect(estimate).toBeCloseTo(golden.partialRSquaredDrawn, 11);
  });

  test("the sandwich error is that of cov_type cluster", () => {
    expect(clusteredStandardError(times, columns) / golden.clusteredStandardError).toBeCloseTo(1, 9);
  });

  test("the held-out gain of every row, folds given", () => {
    const gains = heldOutGain({ response: times, base, extra: [golden.surprisal], folds: golden.folds });
    gains.forEach((nats, row) => expect(nats).toBeCloseTo(golden.heldOutGain[row] ?? Number.NaN, 9));
  });
});

test("one seed gives one interval, and it holds the estimate", () => {
  const sample = bootstrapPartialRSquared(golden.times, columns, resampling);
  expect(bootstrapPartialRSquared(golden.times, columns, resampling).replicates).toEqual(sample.replicates);
  const { low, high } = percentileInterval(sample, 0.95);
  expect(low).toBeLessThan(sample.estimate);
  expect(high).toBeGreaterThan(sample.estimate);
});

test("cluster by cluster: replicates are the partial R² of the drawn clusters' rows", () => {
  const names = [...new Set(golden.clusters)];
  const sample = bootstrapPartialRSquared([times], columns, { replicates: 2, seed: 9 });
  const draw = indexDrawer(9);
  for (const replicate of sample.replicates) {
    const drawn = new Int32Array(names.length);
    draw(drawn, names.length);
    const rows = [...drawn].flatMap((index) =>
      golden.clusters.flatMap((name, row) => (name === names[index] ? [row] : [])),
    );
    const pick = (values: readonly number[]) => rows.map((row) => values[row] ?? Number.NaN);
    const without = fitOls({ predictors: base.map(pick), response: pick(times) });
    const full = fitOls({ predictors: [...base, golden.surprisal].map(pick), response: pick(times) });
    expect(replicate).toBeCloseTo(partialRSquared({ full, base: without }), 10);
  }
});

test("noise gains nothing on rows that were not fitted", () => {
  const noise = times.map((_, row) => Math.sin(row ** 2 * 7.3));
  const gains = heldOutGain({ response: times, base, extra: [noise], folds: golden.folds });
  expect(gains.reduce((sum, nats) => sum + nats, 0)).toBeLessThan(0);
});

test("rows of a sentence share a fold, and folds differ by at most one sentence", () => {
  const folds = assignFolds(golden.clusters, { folds: 4, seed: 1 });
  const foldsOf = (name: string) => new Set(folds.filter((_, row) => golden.clusters[row] === name));
  expect(golden.clusters.every((name) => foldsOf(name).size === 1)).toBe(true);
  const sizes = [0, 1, 2, 3].map((fold) => folds.filter((other) => other === fold).length / 6);
  expect(sizes.sort()).toEqual([3, 4, 4, 4]);
  expect(assignFolds(golden.clusters, { folds: 4, seed: 2 })).not.toEqual(folds);
});

test("too few clusters, odd folds, holes and equal columns are refused", () => {
  const one = golden.clusters.map(() => "s0");
  expect(() => bootstrapPartialRSquared(golden.times, columns, { replicates: 0, seed: 1 })).toThrow(
    /^bootstrapPartialRSquared: replicates/,
  );
  expect(() => clusteredStandardError(times.slice(1), columns)).toThrow(/^clusteredStandardError: finite/);
  for (const folds of [1, 2.5])
    expect(() => assignFolds(golden.clusters, { folds, seed: 1 })).toThrow(`got ${folds}`);
  expect(new Set(assignFolds(golden.clusters, { folds: 15, seed: 1 })).size).toBe(15);
  expect(() =>
    heldOutGain({ response: times, base: [times.slice(1)], extra: [], folds: golden.folds }),
  ).toThrow(/one value per row/);
  expect(() => clusteredStandardError(times, { ...columns, clusters: one })).toThrow(/in 1 clusters/);
  expect(() => assignFolds(golden.clusters, { folds: 16, seed: 1 })).toThrow(
    /from 2 to the 15 clusters, got 16/,
  );
  const holed = times.map((value, row) => (row === 4 ? Number.NaN : value));
  expect(() => bootstrapPartialRSquared([holed], columns, resampling)).toThrow(/finite columns/);
  const twice = { ...columns, extra: golden.length };
  expect(() => bootstrapPartialRSquared(golden.times, twice, resampling)).toThrow(/got predictor 2/);
  expect(() => heldOutGain({ response: times, base, extra: [], folds: times.map(() => 0) })).toThrow(
    /1 folds/,
  );
});
