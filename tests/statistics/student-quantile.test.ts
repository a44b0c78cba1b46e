import { expect, test } from "vitest";
import { normalQuantile } from "../../src/statistics/normal-quantile.js";
import { studentQuantile } from "../../src/statistics/student-quantile.js";

test("points of the tables: one, two and four degrees of freedom, and the normal's at many", () => {
  expect(studentQuantile(0.975, 1)).toBeCloseTo(12.7062, 4);
  expect(studentQuantile(0.975, 2)).toBeCloseTo(4.3027, 4);
  expect(studentQuantile(0.975, 4)).toBeCloseTo(2.7764, 4);
  expect(studentQuantile(0.975, 1e7)).toBeCloseTo(normalQuantile(0.975), 5);
  expect(studentQuantile(0.5, 3)).toBeCloseTo(0, 12);
});

test.each([
  [0, 2],
  [1, 2],
  [0.975, 0],
  [Number.NaN, 2],
])("probability %s and %s degrees of freedom are refused", (probability, degreesOfFreedom) => {
  expect(() => studentQuantile(probability, degreesOfFreedom)).toThrow(/studentQuantile: probability must/);
});
