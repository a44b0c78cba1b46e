/** @file Dialogue choice and answer choice as rows of tables and figures: every condition on both tasks, under each score. */
import { TURN_SCORES, type TurnScore } from "../../evaluation/turn-choice.js";
import type { Metric, Result } from "../../runs/study/results.js";
import { macroAverageInterval } from "../../statistics/macro-average.js";
import { mean } from "../../statistics/summary.js";
import { communicativeLabel, countedGroups, isCommunicative } from "../claims/communicative-tasks.js";
import type { ScoreRow } from "../plots/score-bars.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import { toPercent } from "../render/percent.js";
import { checkComparable } from "./comparable.js";
import { metricOf } from "./result-metrics.js";

/**
 * How often the true turn, or the answer, is preferred to all others: the mean over groups of items, with a 95 % interval over items.
 * Groups and items are those of `readCommunicativeOutcomes`.
 *
 * @param results of the tasks `dialogue` and `questions`; others have no row
 * @param options.scores which of the three scores, in the order of the rows
 * @returns tasks named `Dialogue choice, PMI`; `n` is over all groups
 * @throws RangeError when results cannot be compared, or one has no group that counts
 */
export function communicativeScores(
  results: readonly Result[],
  { scores = TURN_SCORES }: { readonly scores?: readonly TurnScore[] } = {},
): ScoreRow[] {
  const ours = results.filter(({ task }) => isCommunicative(task));
  checkComparable(ours);
  return scores.flatMap((score) => ours.map((result) => scoreRow(result, score)));
}

function scoreRow(result: Result, score: TurnScore): ScoreRow {
  const { model, condition, task, source } = result;
  const groups = groupsOf(result, score);
  if (!isCommunicative(task) || groups.length === 0)
    throw new RangeError(
      `communicativeScores: ${task} of ${model} ${condition} must have groups that count on ${source} text, got ${result.metrics.map(({ part }) => part).join(", ") || "no metrics"}. Score it again.`,
    );
  const [low, high] = macroAverageInterval(
    groups.map(({ recall }) => ({ proportion: recall.value, n: recall.n })),
  );
  return {
    model,
    condition,
    task: communicativeLabel(task, score),
    value: mean(groups.map(({ recall }) => recall.value)),
    low,
    high,
    paper: null,
    chance: mean(groups.map(({ chance }) => chance)),
    n: groups.reduce((sum, { recall }) => sum + recall.n, 0),
  };
}

/** Each group that counts, without the items that the training text holds. */
function groupsOf(result: Result, score: TurnScore): { readonly recall: Metric; readonly chance: number }[] {
  const { task, source, metrics } = result;
  if (!isCommunicative(task)) return [];
  const counts = countedGroups({ task, source });
  const suffix = `_${score}`;
  return metrics
    .filter(({ metric, scoringRule }) => metric === "recallAt1" && scoringRule === "corrected")
    .filter(({ part }) => part.endsWith(suffix) && counts(part.slice(0, -suffix.length)))
    .map((all) => ({
      recall:
        metrics.find(({ metric, part }) => metric === "recallAt1WithoutOverlap" && part === all.part) ?? all,
      chance: metricOf(result, { metric: "chance", part: all.part, scoringRule: "none" }).value,
    }));
}

/**
 * These scores as a table in percent, next to guessing.
 *
 * @param rows proportions, as `communicativeScores` gives them, or the same pooled over seeds
 */
export const communicativeTable = (rows: readonly ScoreRow[]): TidyRow[] =>
  rows.map(({ model, condition, task, value, low, high, chance, n }) => ({
    model,
    condition: conditionLabel(condition),
    task,
    "true one first (%)": percent(value),
    "from (%)": percent(low),
    "to (%)": percent(high),
    "guessing (%)": percent(chance),
    n: n ?? null,
  }));

const percent = (proportion: number | null | undefined): number | null =>
  proportion === null || proportion === undefined ? null : Number(toPercent(proportion).toFixed(2));
