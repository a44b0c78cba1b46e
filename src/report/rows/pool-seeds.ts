/** @file Rows of several seeds as one: scores with an interval that covers training runs and items, other tables as means. */
import { mean, sampleStandardDeviation } from "../../statistics/summary.js";
import { studentQuantile } from "../../statistics/student-quantile.js";
import type { TidyRow } from "../render/frame.js";
import type { ScoreRow } from "../plots/score-bars.js";
import { groupRows, groupSeeds } from "./result-metrics.js";

/**
 * One row per model, condition and task: the mean over its rows, one a seed, with a 95 % interval
 *
 *   mean ± √( t²(0.975, k − 1) · s² / k + h² )
 *
 * where s is the deviation between the k seeds and h the mean half-width of the rows' own intervals. All seeds answer the
 * same items, so that h does not shrink with k; part of s comes from items too, so that the interval is rather too wide. It
 * is cut to 0 and 1. A row that is alone stays as it is.
 *
 * @param rows with ends of intervals where they have any, proportions
 */
export function poolSeeds(rows: readonly ScoreRow[]): ScoreRow[] {
  return groupSeeds(rows).map((group): ScoreRow => {
    const [first] = group;
    const values = group.flatMap(({ value }) => (value === null ? [] : [value]));
    const k = values.length;
    if (k < 2) return first;
    const value = mean(values);
    const halves = group.flatMap(({ low, high }) =>
      typeof low === "number" && typeof high === "number" ? [(high - low) / 2] : [],
    );
    const ofItems = halves.length === 0 ? 0 : mean(halves);
    const ofSeeds = (studentQuantile(0.975, k - 1) * sampleStandardDeviation(values)) / Math.sqrt(k);
    const half = Math.hypot(ofSeeds, ofItems);
    return { ...first, value, low: Math.max(0, value - half), high: Math.min(1, value + half) };
  });
}

/**
 * Rows that agree in all their words, averaged: every number is the mean of the numbers that are there. A column `seeds` says how
 * many rows went into each.
 *
 * @param rows of a table with a row per model and seed
 */
export const averageSeeds = (rows: readonly TidyRow[]): TidyRow[] =>
  groupRows(rows, (row) => JSON.stringify(Object.values(row).filter((cell) => typeof cell === "string"))).map(
    (group) => {
      const columns = Object.entries(group[0]).map(([column, cell]) => {
        const numbers = group.map((row) => row[column]).filter((value) => typeof value === "number");
        return [column, numbers.length === 0 ? cell : mean(numbers)] as const;
      });
      return { ...Object.fromEntries(columns), seeds: group.length };
    },
  );
