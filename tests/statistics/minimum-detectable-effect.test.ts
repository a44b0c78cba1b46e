/** @file The smallest difference a set can show. */
import { expect, test } from "vitest";
import { minimumDetectableEffect } from "../../src/statistics/minimum-detectable-effect.js";

test("at half right of 100 items it is 2.8 standard errors of a difference", () => {
  // (1.959964 + 0.841621) · √(2 · 0.25 / 100)
  expect(minimumDetectableEffect({ items: 100, accuracy: 0.5 })).toBeCloseTo(0.198102, 5);
});

test("four times the items halve it", () => {
  const few = minimumDetectableEffect({ items: 52, accuracy: 0.6 });
  expect(minimumDetectableEffect({ items: 208, accuracy: 0.6 })).toBeCloseTo(few / 2, 12);
});

test("no items and accuracies that never vary are refused", () => {
  expect(() => minimumDetectableEffect({ items: 0, accuracy: 0.5 })).toThrow(/whole number from 1, got 0/);
  expect(() => minimumDetectableEffect({ items: 5, accuracy: 1 })).toThrow(/strictly between 0 and 1, got 1/);
});
