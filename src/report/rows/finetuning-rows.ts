/** @file Own fine-tuning as rows: scores next to poster Figure 2, degenerate runs, and what each set can tell. */
import { z } from "zod";
import { DEGENERACIES, type Degeneracy } from "../../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS } from "../../evaluation/superglue-tasks.js";
import { finetunedTask, finetuningSeedsOf } from "../../runs/finetuning/results.js";
import type { Result } from "../../runs/study/results.js";
import { mean, sampleStandardDeviation } from "../../statistics/summary.js";
import { inOneConfiguration } from "./comparable.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import type { ScoreRow } from "../plots/score-bars.js";
import { publishedFinetuning } from "../published/published.js";
import { findMetric, groupSeeds, metricOf } from "./result-metrics.js";
import { toPercent } from "../render/percent.js";

const label = (result: Result): string => SUPERGLUE_CONFIGS[finetunedTask(result)].label;
const corrected = (result: Result, metric: string): number =>
  metricOf(result, { metric, scoringRule: "corrected" }).value;
const valueOf = (result: Result, metric: string): number =>
  metricOf(result, { metric, scoringRule: "none" }).value;

/** What a task was trained on where that is not its own training set: `substitute` or `generated`. */
const standIn = ({ metrics }: Result): string | null =>
  metrics.find(({ metric }) => metric === "trainedOn")?.part ?? null;

/** Of the official items alone: substitutes and generated items are not the poster's tasks. */
function publishedBeside(result: Result): number | null {
  if (standIn(result) !== null) return null;
  const found = publishedFinetuning().find(
    ({ model, condition, task }) =>
      model === result.model && (condition ?? "base") === result.condition && task === label(result),
  );
  return found?.proportion ?? null;
}

const settingsSchema = z.looseObject({ isFrozen: z.boolean() });
const isFrozen = ({ settings }: Result): boolean => settingsSchema.parse(settings).isFrozen;

const degenerateSeeds = ({ metrics }: Result) => metrics.filter(({ metric }) => metric === "degenerateSeeds");

const marks = (result: Result): string[] => [
  ...(standIn(result) === null ? [] : [String(standIn(result))]),
  ...(isFrozen(result) ? ["frozen"] : []),
  ...(degenerateSeeds(result).length > 0 ? ["degenerate"] : []),
];

/**
 * Mean over seeds of fine-tuning next to the poster's one run, with a 95 % interval over those seeds and items, a row per result; the
 * task's name says what is degenerate, a substitute or generated.
 *
 * @param results as `finetuneAll` gives them
 * @returns proportions; the poster's score is null where its items are not ours
 */
export function finetuningScores(results: readonly Result[]): ScoreRow[] {
  return inOneConfiguration(results).map((result) => {
    const { model, condition } = result;
    const name = label(result);
    // A task is drawn in one panel: it is marked where any of its runs is.
    const found = new Set(results.filter(({ task }) => task === result.task).flatMap(marks));
    const score = metricOf(result, { metric: "score", scoringRule: "corrected" });
    return {
      model,
      condition,
      value: score.value,
      paper: publishedBeside(result),
      task: found.size === 0 ? name : `${name} (${[...found].join(", ")})`,
      low: corrected(result, "scoreLow"),
      high: corrected(result, "scoreHigh"),
      chance: valueOf(result, "trivial"),
      n: score.n,
    };
  });
}

/**
 * The mean over tasks of each model, over its seeds; ours and the poster's over the same tasks, none where a task is a
 * substitute.
 */
export function finetuningMeans(results: readonly Result[]): TidyRow[] {
  const byRun = groupSeeds(
    inOneConfiguration(results).map((result) => ({ ...result, task: "all", of: result })),
  );
  return byRun.map((group) => {
    const own = group.map(({ of }) => of);
    const [{ model, condition }] = group;
    const published = own.map(publishedBeside);
    const known = published.filter((value) => value !== null);
    return {
      model,
      condition: conditionLabel(condition),
      tasks: new Set(own.map(({ task }) => task)).size,
      "training runs": new Set(own.map(({ seed }) => seed)).size,
      "mean, ours (%)": toPercent(mean(own.map((result) => corrected(result, "score")))),
      "mean, official choice (%)": toPercent(
        mean(own.map((result) => metricOf(result, { metric: "score", scoringRule: "official" }).value)),
      ),
      "paper's mean of the same tasks (%)": known.length === own.length ? toPercent(mean(known)) : null,
    };
  });
}

const isDegeneracy = (name: string): name is Degeneracy => Object.hasOwn(DEGENERACIES, name);

/** What went wrong in how many runs of each model and task, in words. */
export function degenerateRuns(results: readonly Result[]): TidyRow[] {
  const rows = groupSeeds(inOneConfiguration(results)).flatMap((group): TidyRow[] => {
    const [first] = group;
    const runs = group.reduce((sum, result) => sum + finetuningSeedsOf(result).length, 0);
    const found = group.flatMap(degenerateSeeds);
    return [...new Set(found.map(({ part }) => part))].filter(isDegeneracy).map((name) => ({
      model: first.model,
      condition: conditionLabel(first.condition),
      task: label(first),
      runs: `${found.filter(({ part }) => part === name).reduce((sum, { value }) => sum + value, 0)} of ${runs}`,
      what: DEGENERACIES[name],
    }));
  });
  return rows.length > 0 ? rows : [{ model: "none", condition: null, task: null, runs: null, what: null }];
}

/** Where the spread of each score comes from, and the difference its set could show, in points. */
export function finetuningSpread(results: readonly Result[]): TidyRow[] {
  return groupSeeds(inOneConfiguration(results)).map((group) => {
    const [first] = group;
    const found = (metric: string, scoringRule: "corrected" | "none"): number[] =>
      group.flatMap((result) => findMetric(result, { metric, scoringRule })?.value ?? []);
    const points = (values: readonly number[]): number | null =>
      values.length === 0 ? null : toPercent(mean(values));
    const scores = group.map((result) => corrected(result, "score"));
    return {
      model: first.model,
      condition: conditionLabel(first.condition),
      task: label(first),
      n: metricOf(first, { metric: "score", scoringRule: "corrected" }).n,
      "training runs": group.length,
      "deviation over them": group.length < 2 ? null : toPercent(sampleStandardDeviation(scores)),
      "seeds of each": [...new Set(group.map((result) => finetuningSeedsOf(result).length))].join(" or "),
      "deviation over these": points(found("accuracySeedDeviation", "corrected")),
      "error over items": points(found("accuracyItemError", "corrected")),
      "detectable difference": points(found("minimumDetectableDifference", "none")),
      "optimism of the official choice": points(found("optimismGap", "none")),
    };
  });
}
