/** @file What another year's rules change, as rows: items, scores, and what choosers that know nothing would score. */
import { isBenchmark } from "../../evaluation/benchmarks.js";
import type { Rules } from "../../evaluation/rules.js";
import type { EntityChooser } from "../../runs/description/entity-choosers.js";
import { baselinesUnder, resultsUnder } from "../../runs/scoring/results-under-rules.js";
import type { Result } from "../../runs/study/results.js";
import type { Study } from "../../runs/study/study.js";
import { mean } from "../../statistics/summary.js";
import type { TidyRow } from "../render/frame.js";
import { toPercent } from "../render/percent.js";
import { groupRows, metricOf } from "./result-metrics.js";
import { taskLabel } from "./zero-shot-rows.js";

/** Results as one year's rules count them. */
export interface YearResults {
  readonly rules: Rules;
  readonly results: readonly Result[];
}

/**
 * Results under each year's rules, counted again from the items that the study keeps.
 *
 * @param years as `params` gives them
 * @throws Error when the items of a result are not there
 */
export const resultsByYear = (
  study: Study,
  results: readonly Result[],
  years: readonly Rules[],
): YearResults[] =>
  years.map((rules) => ({ rules, results: resultsUnder(study.resultsFolder, results, rules) }));

/**
 * Official scores of all models on each task under each year's rules, next to guessing and to a chooser that takes the option with the
 * fewest tokens.
 *
 * @param byYear zero-shot results; tasks without an accuracy have no row
 */
export function rulesRows(study: Study, byYear: readonly YearResults[]): TidyRow[] {
  const rows = byYear.flatMap(({ rules, results }) =>
    groupRows(
      results.filter(({ metrics }) => metrics.some(({ metric }) => metric === "accuracy")),
      ({ task }) => task,
    ).flatMap((group) => {
      const { task } = group[0];
      if (!isBenchmark(task)) return [];
      const scores = group.map((result) => metricOf(result, { metric: "accuracy", scoringRule: "official" }));
      const values = scores.map(({ value }) => toPercent(value));
      const baselines = group.map((result) => baselinesUnder(study.resultsFolder, result, { task, rules }));
      const fewest = baselines.flatMap(({ fewestTokens }) => fewestTokens ?? []);
      const chance = baselines[0]?.chance ?? null;
      return [
        {
          task,
          row: {
            task: taskLabel(task),
            rules: String(rules),
            n: scores[0]?.n ?? null,
            "lowest (%)": Math.min(...values),
            "mean (%)": mean(values),
            "highest (%)": Math.max(...values),
            "guessing (%)": chance === null ? null : toPercent(chance),
            "fewest tokens (%)": fewest.length === 0 ? null : toPercent(mean(fewest)),
          },
        },
      ];
    }),
  );
  return groupRows(rows, ({ task }) => task).flatMap((group) => group.map(({ row }) => row));
}

/** Choosers that follow no story, as rows in percent. */
export const chooserRows = (choosers: readonly EntityChooser[]): TidyRow[] =>
  choosers.map(({ rules, chooser, accuracy, lowest, highest, n }) => ({
    rules: String(rules),
    chooser,
    "accuracy (%)": toPercent(accuracy),
    "lowest taste (%)": lowest === null ? null : toPercent(lowest),
    "highest taste (%)": highest === null ? null : toPercent(highest),
    n,
  }));
