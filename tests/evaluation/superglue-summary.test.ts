/** @file What a run is worth, redone by hand: selections, the optimism gap, degenerate runs and the spread. */
import { expect, test } from "vitest";
import { finetuningRate } from "../../src/evaluation/superglue-schedule.js";
import {
  figureOf,
  figuresOf,
  majorityShare,
  namedDegeneracies,
  predictionOf,
  splitVariance,
  summariseSeed,
  trivialScore,
  type EpochRecord,
} from "../../src/evaluation/superglue-summary.js";

const labels = [0, 0, 0, 1];
const logitsOf = (predictions: readonly number[]) =>
  predictions.map((label) => (label === 0 ? [1, 0] : [0, 1]));
const epoch = (
  number: number,
  predictions: readonly number[],
  heldOut: number,
  bodyNorm = 1,
): EpochRecord => ({
  ...{ epoch: number, lossNats: 0.7, bodyNorm, devLogits: logitsOf(predictions) },
  heldOut: { accuracy: heldOut, f1: 0, mcc: 0 },
});
const how = {
  labels,
  metric: "accuracy",
  selection: "heldOutTrain",
  pooling: "lastToken",
  pooledPadding: false,
  isFrozen: false,
} as const;

test("the epoch is chosen on held-out items, the official one on the scored ones, the gap lies between", () => {
  const epochs = [epoch(1, [1, 0, 0, 0], 0.9), epoch(2, [0, 0, 0, 1], 0.8), epoch(3, [0, 0, 0, 1], 0.9)];
  const summary = summariseSeed(epochs, how);
  expect([summary.epoch, summary.officialEpoch]).toEqual([1, 2]);
  expect([summary.figures.accuracy, summary.official.accuracy, summary.optimismGap]).toEqual([0.5, 1, 0.5]);
  expect(summary.degeneracies).toEqual([]);
});

test("constant predictions with the majority's score are named, and a body without gradient", () => {
  const { degeneracies } = summariseSeed([epoch(1, [0, 0, 0, 0], 0.5, 0)], how);
  expect(degeneracies).toEqual(["constantPredictions", "majorityScore", "noBodyGradient"]);
});

test("a first token or padding that was pooled is named; a probe's body is meant to get no gradient", () => {
  const bad = { ...how, pooling: "firstToken", pooledPadding: true, isFrozen: true } as const;
  expect(summariseSeed([epoch(1, [1, 0, 0, 1], 0.5, 0)], bad).degeneracies).toEqual([
    "firstTokenPooled",
    "paddingPooled",
    "majorityScore",
  ]);
});

test("a class is that of the largest logit, the first of equal ones; F1 and MCC are for two classes", () => {
  expect(
    [
      [1, 3, 2],
      [2, 2],
      [-3, -1],
    ].map(predictionOf),
  ).toEqual([1, 0, 1]);
  const binary = figuresOf([1, 1, 0, 0], logitsOf([1, 0, 1, 0]));
  expect(binary).toEqual({ accuracy: 0.5, f1: 0.5, mcc: 0 });
  expect(
    figuresOf(
      [2, 0],
      [
        [0, 0, 1],
        [0, 1, 0],
      ],
    ),
  ).toEqual({ accuracy: 0.5, f1: null, mcc: null });
  expect(figureOf({ accuracy: 0.5, f1: 0.25, mcc: null }, "f1")).toBe(0.25);
  expect(figureOf({ accuracy: 0.5, f1: 0.25, mcc: null }, "accuracy")).toBe(0.5);
  expect(figureOf({ accuracy: 0.5, f1: null, mcc: null }, "f1")).toBe(0.5);
});

test("no epoch, and no held-out figures where they choose, are refused", () => {
  expect(() => summariseSeed([], how)).toThrow(/at least one epoch, got none/);
  const blind = { ...epoch(7, [0, 0, 0, 1], 0), heldOut: null };
  expect(() => summariseSeed([blind], how)).toThrow(/got none for epoch 7/);
  expect(summariseSeed([blind], { ...how, selection: "officialDev" }).epoch).toBe(7);
});

test("a gradient in any epoch is one, and degeneracies are told in their order", () => {
  const epochs = [epoch(1, [1, 0, 1, 1], 0.9, 0), epoch(2, [0, 0, 0, 1], 0.1, 1)];
  expect(summariseSeed(epochs, how).degeneracies).toEqual([]);
  expect(namedDegeneracies({ noBodyGradient: 1, constantPredictions: 2, majorityScore: 0 })).toEqual([
    "constantPredictions",
    "noBodyGradient",
  ]);
});

test("by hand: seeds of ¾ and ¼, items of 1, ½, ½, 0", () => {
  const { seedDeviation, itemError, standardError } = splitVariance([
    [1, 1, 1, 0],
    [1, 0, 0, 0],
  ]);
  expect(seedDeviation).toBeCloseTo(Math.sqrt(1 / 8), 12);
  expect(itemError).toBeCloseTo(Math.sqrt(1 / 6 / 4), 12);
  // Residuals are ±¼ everywhere: 8 · 1/16 over 3 · 1 degrees of freedom is 1/6.
  expect(standardError).toBeCloseTo(Math.sqrt(1 / 16 + 1 / 24 - 1 / 6 / 8), 12);
});

test("by hand: three seeds on two items", () => {
  const { seedDeviation, itemError, standardError } = splitVariance([
    [1, 1],
    [1, 0],
    [0, 1],
  ]);
  expect(seedDeviation).toBeCloseTo(Math.sqrt(1 / 12), 12); // 1, ½, ½
  expect(itemError).toBeCloseTo(0, 12); // ⅔ and ⅔
  // Residuals of ±½ in two seeds: 1 over 1 · 2, over 2 · 3 values, is more than the seeds' own part.
  expect(standardError).toBe(0);
  // Three items: seeds ⅔, ⅓, ⅓ (1/27), items 1, ⅓, 0 (7/27); squared residuals add up to 4/9, over 2 · 2, over 3 · 3 values.
  const wider = splitVariance([
    [1, 1, 0],
    [1, 0, 0],
    [1, 0, 0],
  ]);
  expect(wider.standardError).toBeCloseTo(Math.sqrt(1 / 27 / 3 + 7 / 27 / 3 - 4 / 9 / 4 / 9), 12);
});

test("one seed has no deviation, one item or one cluster no error", () => {
  expect(splitVariance([[1, 0]])).toEqual({ seedDeviation: null, itemError: 0.5, standardError: 0.5 });
  expect(splitVariance([[1], [0]])).toMatchObject({ itemError: 0, standardError: 0.5 });
  expect(splitVariance([[1, 0]], ["a", "a"]).itemError).toBe(0);
});

test("officially the epoch is the best on the scored items, whatever was held out", () => {
  const epochs = [epoch(1, [1, 0, 0, 0], 0.9), epoch(2, [0, 0, 0, 1], 0.1)];
  const summary = summariseSeed(epochs, { ...how, selection: "officialDev" });
  expect([summary.epoch, summary.officialEpoch, summary.figures.accuracy]).toEqual([2, 2, 1]);
});

test("the official selection has no gap", () => {
  expect(
    summariseSeed([epoch(1, [1, 0, 0, 0], 0)], { ...how, selection: "officialDev" }).optimismGap,
  ).toBeNull();
});

test("spread of two seeds that disagree on everything lies in the seeds, of equal ones in the items", () => {
  const apart = splitVariance([
    [1, 1],
    [0, 0],
  ]);
  expect(apart.seedDeviation).toBeCloseTo(Math.SQRT1_2, 12);
  expect(apart.itemError).toBe(0);
  const alike = splitVariance([
    [1, 0],
    [1, 0],
  ]);
  expect(alike).toEqual({ seedDeviation: 0, itemError: 0.5, standardError: 0.5 });
});

test("items of one cluster that err together have the error of one of them", () => {
  const rows = [[1, 1, 1, 0, 0, 0]];
  const clusters = ["a", "a", "a", "b", "b", "b"];
  expect(splitVariance(rows, clusters).itemError).toBeCloseTo(splitVariance([[1, 0]]).itemError, 12);
  expect(splitVariance(rows, ["1", "2", "3", "4", "5", "6"])).toEqual(splitVariance(rows));
});

test("an F1 that class 1 everywhere would have is named, whatever the accuracy", () => {
  const labels = [1, 1, 1, 0];
  expect(trivialScore(labels, "f1")).toBeCloseTo(6 / 7, 12);
  const f1 = { ...how, labels, metric: "f1" } as const;
  const better = summariseSeed([epoch(1, [1, 1, 1, 0], 0.5)], f1);
  expect(better.degeneracies).toEqual([]);
  expect(summariseSeed([epoch(1, [1, 1, 1, 1], 0.5)], f1).degeneracies).toEqual([
    "constantPredictions",
    "majorityScore",
  ]);
});

test("the majority's share is that of the most frequent class", () => {
  expect(majorityShare(labels)).toBe(0.75);
});

test("the rate begins at 0, peaks after 6 % of the steps and goes down towards a tenth", () => {
  expect([0, 3, 6].map((step) => finetuningRate(step, 100, 1))).toEqual([0, 0.5, 1]);
  expect(finetuningRate(53, 100, 1)).toBeCloseTo(0.55, 12);
  expect(finetuningRate(100, 100, 1)).toBeCloseTo(0.1, 12);
  expect(finetuningRate(29.5, 100, 8)).toBeCloseTo(8 * (0.1 + 0.9 * 0.5 * (1 + Math.SQRT1_2)), 12);
  expect(finetuningRate(0, 10, 1)).toBe(1); // ⌊0.06 · 10⌋: no warm-up
});
