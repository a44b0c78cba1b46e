import { expect, test } from "vitest";
import { percentileInterval } from "../../src/statistics/bootstrap-interval.js";
import { acrossSeeds } from "../../src/statistics/across-seeds.js";
import { studentQuantile } from "../../src/statistics/student-quantile.js";
import { mean, sampleStandardDeviation } from "../../src/statistics/summary.js";

const REPLICATES = 8_000;
const options = { replicates: REPLICATES, seed: 7 };
/** Seeds that came to these scores, without any chance from items. */
const exact = (estimates: readonly number[]) => ({
  estimates,
  replicates: estimates.map((estimate) => new Float64Array(REPLICATES).fill(estimate)),
});

test("three seeds without chance from items have Student's interval", () => {
  const estimates = [0.5, 0.52, 0.57];
  const [replicates = new Float64Array()] = acrossSeeds([exact(estimates)], options);
  const { low, high } = percentileInterval({ replicates }, 0.95);
  const half = (studentQuantile(0.975, 2) * sampleStandardDeviation(estimates)) / Math.sqrt(3);
  expect((high - low) / 2 / half).toBeCloseTo(1, 1);
  expect((high + low) / 2).toBeCloseTo(mean(estimates), 2);
  // The tails are Student's too: at 80 % it is 0.44 of that, with a normal's tails it would be 0.65.
  const inner = percentileInterval({ replicates }, 0.8);
  const narrower = studentQuantile(0.9, 2) / studentQuantile(0.975, 2);
  expect((inner.high - inner.low) / (high - low) / narrower).toBeCloseTo(1, 1);
});

test("what is the same in all seeds of two models cancels in their difference", () => {
  const [first, second] = acrossSeeds([exact([0.4, 0.5, 0.6]), exact([0.42, 0.52, 0.62])], options);
  for (const at of [0, 1, 999]) expect((second?.[at] ?? 0) - (first?.[at] ?? 0)).toBeCloseTo(0.02, 12);
  expect(new Set(first).size).toBeGreaterThan(1_000);
});

test("one seed keeps its replicates, and equal seeds add nothing", () => {
  const replicates = Float64Array.from({ length: REPLICATES }, (_, at) => at / REPLICATES);
  const [alone] = acrossSeeds([{ estimates: [0.5], replicates: [replicates] }], options);
  expect(alone).toEqual(replicates);
  const equal = { estimates: [0.5, 0.5], replicates: [replicates, replicates] };
  const [both] = acrossSeeds([equal], options);
  expect(both).toEqual(replicates);
});
