/** @file Zero-shot results as rows of tables and figures, next to the poster's numbers where it has them. */
import { BENCHMARKS, benchmarkOf } from "../../evaluation/benchmarks.js";
import type { Rules } from "../../evaluation/rules.js";
import { ENTITY_SPLITS } from "../../evaluation/entity-tracking.js";
import type { Metric, Result } from "../../runs/study/results.js";
import { macroAverageInterval } from "../../statistics/macro-average.js";
import { mean, wilsonInterval } from "../../statistics/summary.js";
import { inOneConfiguration } from "./comparable.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import type { ParadigmRow } from "../plots/accuracy-by-paradigm.js";
import type { ScoreRow } from "../plots/score-bars.js";
import { publishedScore, type ZeroShotTask } from "../published/published.js";
import { findMetric, groupRows, groupSeeds, metricOf } from "./result-metrics.js";
import { toPercent } from "../render/percent.js";

/** What the poster calls our tasks; the others are not among its results. */
const PAPER_TASKS: ReadonlyMap<string, ZeroShotTask> = new Map([
  ["blimp", "BLiMP"],
  ["blimp_supplement", "BLiMP supplement"],
  ["ewok", "EWoK"],
  ["entity_tracking", "Entity tracking"],
  ["wug_adj", "WUG adjective nominalization"],
]);
/**
 * Name of a task in tables and figures: the poster's where it has one.
 *
 * @param task name of a result, such as `blimp`
 */
export const taskLabel = (task: string): string => PAPER_TASKS.get(task) ?? task;

const metricsOf = ({ metrics }: Result, metric: string, scoringRule: Metric["scoringRule"]): Metric[] =>
  metrics.filter((found) => found.metric === metric && found.scoringRule === scoringRule);

/** The one figure of a whole task. */
const onlyMetric = (result: Result, metric: string, scoringRule: Metric["scoringRule"]): Metric =>
  metricOf(result, { metric, scoringRule });

/** Accuracies of the groups that are averaged: uids, not the splits some of them make up. */
const groupsOf = (result: Result, scoringRule: "official" | "corrected"): Metric[] =>
  metricsOf(result, "accuracy", scoringRule).filter(
    ({ part }) => part !== "all" && !ENTITY_SPLITS.some((split) => split === part),
  );

/**
 * The figure of Figure 3 for each result, official scoring rule, with a 95 % interval over items: accuracy, for WUGs the share of items
 * on which the first form wins, which the poster reports.
 *
 * @param results of zero-shot tasks other than reading, as one year's rules count them
 * @param rules that year, named next to the task; the paper's numbers are next to those of 2025 alone
 * @throws Error when a result lacks its figure
 *
 * Source: CLASS-IT poster, Figure 3; for the interval of a mean over groups see `macroAverageInterval`.
 */
export function zeroShotScores(results: readonly Result[], rules?: Rules): ScoreRow[] {
  return inOneConfiguration(results).map((result): ScoreRow => {
    const { model, condition, task, source } = result;
    const isWug = task === "wug_adj" || task === "wug_past";
    const { value, n } = onlyMetric(result, isWug ? "firstFormShare" : "accuracy", "official");
    const [low, high] = isWug
      ? wilsonEnds(value, n)
      : macroAverageInterval(
          groupsOf(result, "official").map(({ value: proportion, n: items }) => ({ proportion, n: items })),
        );
    const paperTask = PAPER_TASKS.get(task);
    // Generated items are not the paper's task.
    const paper =
      paperTask === undefined || source !== "real" || rules === 2026
        ? null
        : publishedScore({ model, condition, task: paperTask });
    return {
      model,
      condition,
      task: rules === undefined ? taskLabel(task) : `${taskLabel(task)}, ${rules}`,
      value,
      low,
      high,
      paper: paper?.proportion ?? null,
      chance: Object.hasOwn(BENCHMARKS, task) ? benchmarkOf(task).chance : null,
      n,
    };
  });
}

const wilsonEnds = (proportion: number, n: number): [low: number, high: number] => {
  const { low, high } = wilsonInterval({ successes: proportion * n, n, confidence: 0.95 });
  return [low, high];
};

/**
 * Accuracy of each group of a task, official scoring rule; the mean over seeds where there are several.
 *
 * @param results of one task with accuracies by group, such as `blimp`
 */
export function groupAccuracies(results: readonly Result[]): ParadigmRow[] {
  return groupSeeds(inOneConfiguration(results)).flatMap((group) => {
    const [{ model, condition, task }] = group;
    const parts = groupRows(
      group.flatMap((result) => groupsOf(result, "official")),
      ({ part }) => part,
    );
    return parts.map((ofSeeds) => ({
      model,
      condition,
      paradigm: ofSeeds[0].part,
      accuracy: mean(ofSeeds.map(({ value }) => value)),
      n: ofSeeds[0].n,
      chance: benchmarkOf(task).chance ?? 0,
    }));
  });
}

/**
 * The same items under each scoring rule: as published, ties by half, and with scores divided by their number of tokens.
 *
 * @param results of zero-shot tasks, as one year's rules count them; those without an accuracy have no row
 * @param rules that year
 * @throws Error when a result has one scoring rule and lacks another
 */
export function itemsByScoringRule(results: readonly Result[], rules: Rules = 2025): TidyRow[] {
  return inOneConfiguration(results)
    .filter((result) => metricsOf(result, "accuracy", "official").length > 0)
    .map((result) => {
      const official = onlyMetric(result, "accuracy", "official");
      return {
        model: result.model,
        condition: conditionLabel(result.condition),
        task: taskLabel(result.task),
        rules: String(rules),
        "official (%)": toPercent(official.value),
        "if ties are wrong (%)": ifTies(result, "Wrong"),
        "if ties are right (%)": ifTies(result, "Right"),
        "ties by half (%)": toPercent(onlyMetric(result, "accuracy", "corrected").value),
        "per token (%)": toPercent(onlyMetric(result, "accuracyPerToken", "corrected").value),
        ties: official.ties,
        n: official.n,
      };
    });
}

/** What an official score of 2026 comes to when the draws among tied options are all wrong, or all right; null in 2025, which draws none. */
function ifTies(result: Result, drawn: "Wrong" | "Right"): number | null {
  const found = findMetric(result, { metric: `accuracyIfTies${drawn}`, scoringRule: "official" });
  return found ? toPercent(found.value) : null;
}

/**
 * Agreement with people on new words: rank correlation under both scoring rules, and the share the poster reports.
 *
 * @param results of zero-shot tasks; those that are not `wug_adj` or `wug_past` have no row
 * @throws Error when a result lacks its figure
 */
export function wugRows(results: readonly Result[]): TidyRow[] {
  return inOneConfiguration(results)
    .filter((result) => metricsOf(result, "spearman", "official").length > 0)
    .map((result) => {
      const official = onlyMetric(result, "spearman", "official");
      return {
        model: result.model,
        condition: conditionLabel(result.condition),
        task: taskLabel(result.task),
        "ρ, official": official.value,
        "ρ, corrected": onlyMetric(result, "spearman", "corrected").value,
        "first form wins (%)": toPercent(onlyMetric(result, "firstFormShare", "official").value),
        n: official.n,
      };
    });
}
