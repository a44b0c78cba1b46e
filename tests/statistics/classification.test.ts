import { describe, expect, test } from "vitest";
import { accuracy, f1Score, matthewsCorrelation } from "../../src/statistics/classification.js";
import { golden } from "./golden.js";

test.each(golden.classification)("$name: accuracy, F1 and MCC equal scikit-learn's", (expected) => {
  const { labels, predictions } = expected;
  expect(accuracy({ labels, predictions })).toBeCloseTo(expected.accuracy, 12);
  expect(f1Score({ labels, predictions })).toBeCloseTo(expected.f1, 12);
  expect(matthewsCorrelation({ labels, predictions })).toBeCloseTo(expected.mcc, 12);
});

test("one hit, one false alarm and one miss give F1 ½", () => {
  expect(f1Score({ labels: [1, 0, 1], predictions: [1, 1, 0] })).toBe(0.5);
});

test("Matthews by hand: TP 3, TN 1, FP 2, FN 1 give (3 − 2) / √(5 · 4 · 3 · 2), and one class alone 0", () => {
  const labels = [1, 1, 1, 1, 0, 0, 0];
  const predictions = [1, 1, 1, 0, 0, 1, 1];
  expect(matthewsCorrelation({ labels, predictions })).toBeCloseTo(1 / Math.sqrt(120), 14);
  expect(matthewsCorrelation({ labels, predictions: labels.map(() => 1) })).toBe(0);
  expect(matthewsCorrelation({ labels: labels.map(() => 0), predictions })).toBe(0);
});

test("F1 is about class 1: swapping the classes changes it", () => {
  expect(f1Score({ labels: [1, 0, 0, 0], predictions: [0, 0, 0, 0] })).toBe(0);
  expect(f1Score({ labels: [0, 1, 1, 1], predictions: [1, 1, 1, 1] })).toBeCloseTo(6 / 7, 14);
});

test("accuracy serves the three classes of MNLI", () => {
  expect(accuracy({ labels: [0, 1, 2, 2], predictions: [0, 1, 2, 1] })).toBe(0.75);
});

test("a hundred thousand items do not overflow Matthews' product", () => {
  const labels = Array.from({ length: 100_000 }, (_, item) => item % 2);
  expect(matthewsCorrelation({ labels, predictions: labels })).toBeCloseTo(1, 14);
});

describe("failure", () => {
  test("F1 and Matthews refuse a third class", () => {
    const threeClasses = { labels: [0, 1, 2], predictions: [0, 1, 1] };
    expect(() => f1Score(threeClasses)).toThrow(/labels must each be 0 or 1, got 2 at index 2/);
    expect(() => matthewsCorrelation(threeClasses)).toThrow(/use accuracy for more than two classes/);
  });

  test("missing predictions are refused", () => {
    expect(() => accuracy({ labels: [0, 1], predictions: [0] })).toThrow(/got 2 and 1/);
    expect(() => accuracy({ labels: [], predictions: [] })).toThrow(RangeError);
    for (const wrong of [Number.NaN, -1, 0.5])
      expect(() => accuracy({ labels: [0, 0], predictions: [0, wrong] })).toThrow(
        `accuracy: predictions must each be a whole number from 0 up, got ${wrong} at index 1`,
      );
    expect(() => f1Score({ labels: [0, 1], predictions: [1, 2] })).toThrow(
      /^f1Score: predictions must each be 0 or 1, got 2 at index 1/,
    );
    expect(() => matthewsCorrelation({ labels: [], predictions: [] })).toThrow(
      /^matthewsCorrelation: labels/,
    );
  });
});
