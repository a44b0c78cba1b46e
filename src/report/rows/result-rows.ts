/** @file Results as tidy rows, ours next to the paper's: what notebooks print and figures draw. */
import { readResults, type Result } from "../../runs/study/results.js";
import type { Studies, Study } from "../../runs/study/study.js";
import { readTrainedSteps } from "../../runs/training/results.js";
import { mean } from "../../statistics/summary.js";
import { checkComparable, inOneConfiguration } from "./comparable.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import type { LearningRateRow, LossRow } from "../plots/training-curves.js";
import type { ScoreRow } from "../plots/score-bars.js";
import { publishedScore, type ZeroShotTask } from "../published/published.js";
import { groupSeeds, metricOf } from "./result-metrics.js";
import { toPercent } from "../render/percent.js";
import { listed } from "./study-context.js";

/**
 * Results of a study's scale and seed, or seeds, one task.
 *
 * @param task such as `blimp`, or `training`
 * @throws RangeError when they were measured on different data files, scales or kinds of text
 * @throws Error naming a file that is no result of this version
 */
export function resultsOf(studies: Studies, task: string): Result[] {
  const all = listed(studies);
  const results = readResults(all[0].resultsFolder).filter(
    (result) => result.task === task && all.some(({ seed }) => seed === result.seed),
  );
  // Training runs read other files by condition, and rightly so.
  if (task === "training") inOneConfiguration(results);
  else checkComparable(results);
  return results;
}

/**
 * Every result of a study's scale and seed, or seeds: of which model, task and seeds, how many metrics, and the largest n.
 *
 * @returns one row that says so where there is none yet
 * @throws Error naming a file that is no result of this version
 */
export function resultsOverview(studies: Studies): TidyRow[] {
  const all = listed(studies);
  const results = readResults(all[0].resultsFolder).filter((result) =>
    all.some(({ seed }) => seed === result.seed),
  );
  const rows = groupSeeds(inOneConfiguration(results)).map((group) => {
    const [{ model, condition, task, metrics }] = group;
    return {
      model,
      condition: conditionLabel(condition),
      task,
      seeds: group.map(({ seed }) => seed).join(", "),
      metrics: metrics.length,
      "largest n": Math.max(...metrics.map(({ n }) => n)),
    };
  });
  const none = {
    model: "none yet",
    condition: null,
    task: null,
    seeds: null,
    metrics: null,
    "largest n": null,
  };
  return rows.length > 0 ? rows : [none];
}

/** The paper's score of the same model and task; none next to generated items, which are not the paper's task. */
const publishedBeside = ({ source, model, condition }: Result, task: ZeroShotTask) =>
  source === "real" ? publishedScore({ model, condition, task }) : null;

const READING_TASKS = { eyeTracking: "Eye tracking", selfPaced: "Self-paced reading" } as const;

/** How words were asked for when reading scores were made. */
export type WordRule = "official" | "corrected" | "wholeWord";

/**
 * What surprisal adds in sentences that were not fitted, nats a word, with 95 % intervals over sentences.
 *
 * @param results of the task `reading`
 * @param scoringRule how words were asked for
 * @throws Error when a result lacks a score
 */
export function readingGains(results: readonly Result[], scoringRule: WordRule): TidyRow[] {
  return Object.entries(READING_TASKS).flatMap(([part, task]) =>
    inOneConfiguration(results).map((result): TidyRow => {
      const millinats = (name: string) =>
        Number((1_000 * metricOf(result, { metric: name, part, scoringRule }).value).toFixed(2));
      const { model, condition } = result;
      return {
        model,
        condition: conditionLabel(condition),
        task,
        "gain (nats/1000)": millinats("heldOutGainNats"),
        from: millinats("heldOutGainNatsLow"),
        to: millinats("heldOutGainNatsHigh"),
        "own text's frequency (nats/1000)":
          scoringRule === "corrected" ? millinats("corpusFrequencyGainNats") : null,
        "words before (nats/1000)": millinats("spilloverGainNats"),
        "from ": millinats("spilloverGainNatsLow"),
        "to ": millinats("spilloverGainNatsHigh"),
        n: metricOf(result, { metric: "heldOutGainNats", part, scoringRule }).n,
      };
    }),
  );
}

/**
 * Both reading scores of each result next to the poster's, with 95 % intervals over sentences.
 *
 * @param results of the task `reading`
 * @param scoringRule how words were asked for
 * @returns proportions of the variance the baseline leaves
 * @throws Error when a result lacks a score
 */
export function readingScores(results: readonly Result[], scoringRule: WordRule): ScoreRow[] {
  return Object.entries(READING_TASKS).flatMap(([part, task]) =>
    inOneConfiguration(results).map((result): ScoreRow => {
      const { value, n } = metricOf(result, { metric: "partialRSquared", part, scoringRule });
      const { model, condition } = result;
      const published = publishedBeside(result, task);
      return {
        model,
        condition,
        task,
        value,
        low: metricOf(result, { metric: "partialRSquaredLow", part, scoringRule }).value,
        high: metricOf(result, { metric: "partialRSquaredHigh", part, scoringRule }).value,
        paper: published?.proportion ?? null,
        paperQualifier: published?.qualifier ?? null,
        n,
      };
    }),
  );
}

/**
 * Score rows as a table in percent: ours, the paper's, the difference, n.
 *
 * @param rows proportions; they become percent here
 * @param decimals digits kept of each percent
 */
export function scoreTable(rows: readonly ScoreRow[], decimals = 2): TidyRow[] {
  const percent = (proportion: number | null | undefined) =>
    proportion === null || proportion === undefined ? null : Number(toPercent(proportion).toFixed(decimals));
  return rows.map(({ model, condition, task, value, low, high, paper, n }) => ({
    model,
    condition: conditionLabel(condition),
    task,
    "ours (%)": percent(value),
    ...(low === undefined ? {} : { "from (%)": percent(low), "to (%)": percent(high) }),
    "paper (%)": percent(paper),
    "difference (points)": value === null || paper === null ? null : percent(value - paper),
    n: n ?? null,
  }));
}

/**
 * What training left behind: one row per phase.
 *
 * @param results of the task `training`
 */
export function trainingTable(results: readonly Result[]): TidyRow[] {
  return inOneConfiguration(results).flatMap((result) => {
    const phases = result.metrics.filter(({ metric }) => metric === "steps").map(({ part }) => part);
    return phases.map((phase) => {
      const value = (metric: string) =>
        result.metrics.find((entry) => entry.part === phase && entry.metric === metric)?.value ?? null;
      return {
        model: result.model,
        condition: conditionLabel(result.condition),
        phase,
        steps: value("steps"),
        "loss of the last 10 steps (nats/token)": value("lastStepsLossNats"),
        "held-out text (nats/token)": value("heldOutTextNats"),
        "rows cut": value("cutRows"),
        "rows left out": value("leftOutRows"),
      };
    });
  });
}

/** Points a line has at most: more than a figure is wide would only blur it. */
const MAX_POINTS = 300;

/**
 * Loss and learning rate of every step of some runs; steps of later phases are counted on. Of long runs, means of as many
 * consecutive steps as leave at most `MAX_POINTS`.
 *
 * @param results of the task `training`, of this study
 * @param phases `pre-training` alone, or the tuning phases alone
 * @throws Error when the steps of a run are not there
 */
export function curveRows(
  study: Study,
  results: readonly Result[],
  phases: "pre-training" | "tuning",
): (LossRow & LearningRateRow)[] {
  return inOneConfiguration(results).flatMap(({ model, condition, seed }) => {
    const steps = readTrainedSteps({ ...study, seed }, { model, condition });
    const wanted = steps.filter(({ phase }) => (phase === "pre-training") === (phases === "pre-training"));
    const together = Math.ceil(wanted.length / MAX_POINTS);
    return Array.from({ length: Math.ceil(wanted.length / Math.max(1, together)) }, (_, point) => {
      const part = wanted.slice(point * together, (point + 1) * together);
      return {
        run: `${model} ${condition} ${seed}`,
        model,
        condition,
        step: Math.min((point + 1) * together, wanted.length),
        lossNats: mean(part.map(({ lossNats }) => lossNats)),
        learningRate: mean(part.map(({ learningRate }) => learningRate)),
        measuredOn: "training" as const,
      };
    });
  });
}
