/** @file Choices of turns as rows: how often each condition prefers the true one, by set, context and score. */
import type { Condition, ModelName } from "../../config/config.js";
import type { TurnFigures } from "../../evaluation/turn-figures.js";
import { TURN_SCORES, type TurnScore } from "../../evaluation/turn-choice.js";
import type { Result } from "../../runs/study/results.js";
import { mean, wilsonInterval } from "../../statistics/summary.js";
import { SCORE_LABELS } from "../claims/communicative-tasks.js";
import type { ScoreRow } from "../plots/score-bars.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import { toPercent } from "../render/percent.js";
import { inOneConfiguration } from "./comparable.js";
import { findMetric, groupSeeds, metricOf } from "./result-metrics.js";

/** The figures of one set after one context under one score; proportions. */
export interface TurnRow extends Pick<
  TurnFigures,
  "score" | "recallAt1" | "low" | "high" | "chance" | "meanRank" | "pairAccuracy" | "n"
> {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly task: string;
  /** Name of a set, such as `switchboard`. */
  readonly set: string;
  /** Name of a context, such as `threeTurns`. */
  readonly context: string;
  /** `recallAt1` on the items that the training text does not hold; null where nobody looked. */
  readonly withoutOverlap: number | null;
}

const SET_LABELS: Readonly<Record<string, string>> = {
  childPairs: "child-directed pairs",
  switchboard: "Switchboard",
};
const CONTEXT_LABELS: Readonly<Record<string, string>> = {
  oneTurn: "1 turn",
  threeTurns: "3 turns",
  allTurns: "all turns",
};
/** Name of a set in tables and figures. */
const turnSetLabel = (set: string): string => SET_LABELS[set] ?? set;
/** Name of a context in tables and figures. */
const turnContextLabel = (context: string): string => CONTEXT_LABELS[context] ?? context;

/** The two halves of a uid, `<set>_<context>`. */
const halvesOf = (uid: string): { set: string; context: string } => {
  const [set = "", ...context] = uid.split("_");
  return { set, context: context.join("_") };
};

/**
 * A row for every condition, set, context and score; the mean over seeds where there are several, with a 95 % interval over items.
 *
 * @param results of tasks in which a model chooses a turn, such as `dialogue`
 * @throws Error when a result lacks a figure
 */
export function turnRows(results: readonly Result[]): TurnRow[] {
  return groupSeeds(inOneConfiguration(results)).flatMap((seeds) => {
    const [first] = seeds;
    const parts = first.metrics.filter(({ metric }) => metric === "meanRank").map(({ part }) => part);
    return parts.flatMap((part) => {
      const score = TURN_SCORES.find((name) => part.endsWith(`_${name}`));
      if (score === undefined) return [];
      const average = (metric: string, scoringRule: "corrected" | "none" = "none"): number =>
        mean(seeds.map((result) => metricOf(result, { metric, scoringRule, part }).value));
      const recallAt1 = average("recallAt1", "corrected");
      const { n } = metricOf(first, { metric: "recallAt1", scoringRule: "corrected", part });
      const hasOverlap = findMetric(first, { metric: "recallAt1WithoutOverlap", scoringRule: "none", part });
      return [
        {
          model: first.model,
          condition: first.condition,
          task: first.task,
          ...halvesOf(part.slice(0, -score.length - 1)),
          score,
          recallAt1,
          ...wilsonInterval({ successes: recallAt1 * n, n, confidence: 0.95 }),
          chance: average("chance"),
          meanRank: average("meanRank"),
          pairAccuracy: average("pairAccuracy"),
          n,
          withoutOverlap: hasOverlap ? average("recallAt1WithoutOverlap") : null,
        },
      ];
    });
  });
}

/** What a table prints of a set after a context. */
type PrintedFigures = Pick<TurnRow, "set" | "context"> &
  Omit<TurnRow, "model" | "condition" | "task" | "set" | "context">;

const printed = (figures: PrintedFigures): TidyRow => ({
  set: turnSetLabel(figures.set),
  context: turnContextLabel(figures.context),
  score: SCORE_LABELS[figures.score],
  "recall@1 (%)": toPercent(figures.recallAt1),
  "low (%)": toPercent(figures.low),
  "high (%)": toPercent(figures.high),
  "guessing (%)": toPercent(figures.chance),
  "without overlap (%)": figures.withoutOverlap === null ? null : toPercent(figures.withoutOverlap),
  "mean rank": figures.meanRank,
  "pairs (%)": toPercent(figures.pairAccuracy),
  n: figures.n,
});

/** Rows for a table: condition × set × context × score, with 95 % interval and n. */
export const turnTableRows = (rows: readonly TurnRow[]): TidyRow[] =>
  rows.map((row) => ({
    model: row.model,
    condition: conditionLabel(row.condition),
    ...printed(row),
  }));

/** The same for one model. @param figures of its items, as `summariseTurns` gives them */
export const turnFigureRows = (figures: readonly TurnFigures[]): TidyRow[] =>
  figures.map(({ uid, withoutOverlap, ...own }) =>
    printed({ ...halvesOf(uid), ...own, withoutOverlap: withoutOverlap && withoutOverlap.recallAt1 }),
  );

/**
 * What is lost when the context is shuffled: recall@1 after the longest context in order, after the same turns shuffled, and the
 * difference in points; condition × set × score.
 */
export function shuffledContextRows(rows: readonly TurnRow[]): TidyRow[] {
  return rows
    .filter(({ context }) => context === "shuffled")
    .flatMap((mixed) => {
      const same = rows.filter(
        ({ model, condition, task, set, score, context }) =>
          context !== "shuffled" &&
          [model, condition, task, set, score].join() ===
            [mixed.model, mixed.condition, mixed.task, mixed.set, mixed.score].join(),
      );
      const ordered = same.at(-1); // contexts come from the shortest to the longest
      if (!ordered) return [];
      return [
        {
          model: mixed.model,
          condition: conditionLabel(mixed.condition),
          set: turnSetLabel(mixed.set),
          score: SCORE_LABELS[mixed.score],
          "in order (%)": toPercent(ordered.recallAt1),
          "shuffled (%)": toPercent(mixed.recallAt1),
          "drop (points)": toPercent(ordered.recallAt1 - mixed.recallAt1),
          n: mixed.n,
        },
      ];
    });
}

/**
 * Rows for `accuracyBars`: a panel for each set and context under one score, a bar for each condition.
 *
 * @param of.score which of the three
 * @param of.contexts names of contexts; all of them without
 */
export const turnBarRows = (
  rows: readonly TurnRow[],
  { score, contexts }: { readonly score: TurnScore; readonly contexts?: readonly string[] },
): ScoreRow[] =>
  rows
    .filter((row) => row.score === score && (contexts?.includes(row.context) ?? true))
    .map(({ model, condition, set, context, recallAt1, low, high, chance, n }) => ({
      model,
      condition,
      task: `${turnSetLabel(set)}, ${turnContextLabel(context)}`,
      value: recallAt1,
      low,
      high,
      paper: null,
      chance,
      n,
    }));
