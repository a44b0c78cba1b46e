/** @file Intervals of a score over seeds and items, against what is known of simple cases. */
import { expect, test } from "vitest";
import { f1Score } from "../../src/statistics/classification.js";
import { seeded } from "../../src/random.js";
import { scoreInterval } from "../../src/statistics/score-interval.js";

const random = seeded(5);
const labels = Array.from({ length: 400 }, () => (random() < 0.6 ? 1 : 0));
const guess = (skill: number): number[] => labels.map((label) => (random() < skill ? label : 1 - label));
const draw = { replicates: 2_000, seed: 3 };

test("one seed's accuracy has the width of a proportion's", () => {
  const { low, high } = scoreInterval({ labels, predictions: [guess(0.8)] }, { ...draw, metric: "accuracy" });
  const width = 2 * 1.96 * Math.sqrt((0.8 * 0.2) / 400);
  // 15 %: 2,000 replicates, and the share drawn is not exactly 0.8.
  expect(Math.abs((high - low) / width - 1)).toBeLessThan(0.15);
});

test("F1 lies inside its interval, and is that of drawn items", () => {
  const predictions = [guess(0.75)];
  const { low, high } = scoreInterval({ labels, predictions }, { ...draw, metric: "f1" });
  const score = f1Score({ labels, predictions: predictions[0] ?? [] });
  expect(low).toBeLessThan(score);
  expect(high).toBeGreaterThan(score);
  expect(high - low).toBeLessThan(0.12);
});

test("no true positive gives F1 of 0, all right gives 1, without width", () => {
  const none = scoreInterval({ labels, predictions: [labels.map(() => 0)] }, { ...draw, metric: "f1" });
  expect(none).toEqual({ low: 0, high: 0 });
  const all = scoreInterval({ labels, predictions: [labels] }, { ...draw, metric: "f1" });
  expect(all.low).toBeCloseTo(1, 12);
  expect(all.high).toBeCloseTo(1, 12);
});

test("the interval is about the mean over seeds, as wide as it was asked for", () => {
  // Half of the seeds are always right, the other half never: drawn twice, two seeds give 0, ½ or 1.
  const predictions = [labels, labels.map((label) => 1 - label)];
  expect(scoreInterval({ labels, predictions }, { ...draw, metric: "accuracy" })).toEqual({
    low: 0,
    high: 1,
  });
  const middle = { ...draw, metric: "accuracy", confidence: 0.3 } as const;
  expect(scoreInterval({ labels, predictions }, middle)).toEqual({ low: 0.5, high: 0.5 });
});

test("F1 of drawn items is that of their counts", () => {
  // Three clusters of one item: a hit, a miss and a right 0. Drawn thrice, F1 is 2 TP / (2 TP + misses).
  const answers = { labels: [1, 1, 0], predictions: [[1, 0, 0]] };
  // Of 27 draws 11 give ½ or less, the next 6 give ⅔.
  const middle = { ...draw, metric: "f1", confidence: 0.1 } as const;
  expect(scoreInterval(answers, middle)).toEqual({
    low: expect.closeTo(2 / 3, 12),
    high: expect.closeTo(2 / 3, 12),
  });
  expect(scoreInterval(answers, { ...draw, metric: "f1" })).toEqual({ low: 0, high: expect.closeTo(1, 12) });
});

test("two seeds that answered alike have the interval of one, accuracy and F1", () => {
  const predictions = guess(0.7);
  for (const metric of ["accuracy", "f1"] as const) {
    const one = scoreInterval({ labels, predictions: [predictions] }, { ...draw, metric });
    const two = scoreInterval({ labels, predictions: [predictions, predictions] }, { ...draw, metric });
    expect(two.low).toBeCloseTo(one.low, 12);
    expect(two.high).toBeCloseTo(one.high, 12);
  }
});

test("seeds that differ widen the interval, and so do items that err together", () => {
  const width = (answers: Parameters<typeof scoreInterval>[0]): number => {
    const { low, high } = scoreInterval(answers, { ...draw, metric: "accuracy" });
    return high - low;
  };
  const alike = width({ labels, predictions: [guess(0.7), guess(0.7), guess(0.7)] });
  expect(width({ labels, predictions: [guess(0.5), guess(0.7), guess(0.9)] })).toBeGreaterThan(2 * alike);
  const blocks = labels.map((label, item) => (Math.floor(item / 20) % 3 === 0 ? 1 - label : label));
  const clusters = labels.map((_, item) => String(Math.floor(item / 20)));
  const alone = width({ labels, predictions: [blocks] });
  expect(width({ labels, predictions: [blocks], clusters })).toBeGreaterThan(2.5 * alone);
});

test("answers of another number than the labels are refused", () => {
  expect(() =>
    scoreInterval({ labels, predictions: [[1, 0]], clusters: ["a"] }, { ...draw, metric: "accuracy" }),
  ).toThrow(/same number of rows/);
});
