/** @file The paper's own summary, recomputed from its tables: z-scores over tasks, their medians, and the trivial scores. */
import { minimumDetectableDifference } from "../../statistics/minimum-detectable-difference.js";
import { zScores, medianZScores, type TaskValue } from "../../statistics/z-scores.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import type { PosterMedian, ZScoreRow } from "../plots/z-score-boxes.js";
import type { ScoreRow } from "../plots/score-bars.js";
import { publishedZScores, taskSizes } from "./published-settings.js";
import { publishedFinetuning, publishedZeroShot, type PublishedScore } from "./published.js";
import { toPercent } from "../render/percent.js";

/** Which tasks a standing is over: the seven of fine-tuning, the seven zero-shot ones, or all. */
export type Scope = "finetuning" | "zeroshot" | "all";

type OwnScore = PublishedScore & { readonly model: NonNullable<PublishedScore["model"]> };

function ownScores(scope: Scope): OwnScore[] {
  const scores = [
    ...(scope === "zeroshot" ? [] : publishedFinetuning()),
    ...(scope === "finetuning" ? [] : publishedZeroShot()),
  ];
  return scores.flatMap((score) => (score.model === null ? [] : [{ ...score, model: score.model }]));
}

// A bar too short to measure is known to be between 0 and its bound.
const valueOf = ({ percent, qualifier }: PublishedScore): number =>
  qualifier === "below" ? percent / 2 : percent;

/**
 * z-score of each own model on each task of the scope, sample deviation over the eight models.
 *
 * Source: CLASS-IT poster, Figures 4 and 6.
 * Differs: a bar too short to measure counts as half its bound.
 */
export function publishedZRows(scope: Scope): ZScoreRow[] {
  const scores = ownScores(scope);
  return [...new Set(scores.map(({ task }) => task))].flatMap((task) => {
    const ofTask = scores.filter((score) => score.task === task);
    const z = zScores(ofTask.map(valueOf));
    return ofTask.map((score, index) => ({
      model: score.model,
      condition: score.condition ?? "base",
      task,
      z: z[index] ?? Number.NaN,
    }));
  });
}

/**
 * Median z-score of each own model: the poster's, and recomputed here from its tables.
 *
 * Source: CLASS-IT poster, Figures 4 and 6.
 */
export function publishedStandings(scope: Scope): TidyRow[] {
  const values = ownScores(scope).map((score): TaskValue => ({
    model: score.publishedName,
    task: score.task,
    value: valueOf(score),
  }));
  const recomputed = new Map(medianZScores(values).map((standing) => [standing.model, standing.median]));
  return publishedZScores()
    .filter((row) => row.scope === scope)
    .map((row) => ({
      model: row.model,
      condition: conditionLabel(row.condition),
      tasks: row.numTasks,
      "poster's median z": row.medianPoster,
      "recomputed here": recomputed.get(row.publishedName) ?? null,
    }));
}

/**
 * The poster's medians for the figure; none for the zero-shot scope, whose figure repeats another.
 *
 * Source: CLASS-IT poster, Figures 4 and 6.
 */
export function posterMedians(scope: Scope): PosterMedian[] {
  return publishedZScores().flatMap(({ scope: found, model, condition, medianPoster }) =>
    found === scope && medianPoster !== null ? [{ model, condition, median: medianPoster }] : [],
  );
}

/**
 * Poster Figure 2 as rows for bars: the paper's scores with the score of always giving the most frequent answer.
 *
 * Source: CLASS-IT poster, Figure 2, digitised; errors up to 0.07 points.
 */
export function publishedFinetuningRows(): ScoreRow[] {
  const sizes = new Map(
    taskSizes()
      .filter(({ suite, split }) => suite === "finetuning" && split === "valid")
      .map((size) => [size.task, size]),
  );
  return publishedFinetuning().flatMap((score) => {
    if (score.model === null || score.condition === null) return [];
    const size = sizes.get(score.task);
    const trivial = score.metric === "f1" ? size?.allPositiveF1Percent : size?.majorityPercent;
    return [
      {
        model: score.model,
        condition: score.condition,
        task: score.task,
        value: null,
        paper: score.proportion,
        chance: trivial === null || trivial === undefined ? null : trivial / 100,
        n: score.n,
      },
    ];
  });
}

/**
 * Poster Figure 2 as a table: one row per model, one column per task, with the mean of all tasks.
 *
 * Source: CLASS-IT poster, Figure 2, digitised; errors up to 0.07 points.
 */
export function publishedFinetuningTable(): TidyRow[] {
  const scores = publishedFinetuning();
  const tasks = [...new Set(scores.map(({ task }) => task))];
  return [...new Set(scores.map(({ publishedName }) => publishedName))].map((name) => {
    const percents = tasks.map(
      (task) => scores.find((score) => score.publishedName === name && score.task === task)?.percent ?? null,
    );
    const known = percents.filter((percent) => percent !== null);
    return {
      model: name,
      ...Object.fromEntries(tasks.map((task, index) => [task, percents[index] ?? null])),
      mean:
        known.length === tasks.length
          ? known.reduce((sum, percent) => sum + percent, 0) / tasks.length
          : null,
    };
  });
}

/** What each task can tell: items, trivial score, and the standard error of one accuracy at that score, in points. */
export function publishedTaskLimits(): TidyRow[] {
  return taskSizes()
    .filter(({ suite, split }) => suite === "finetuning" && split === "valid")
    .map(({ task, n, metric, majorityPercent, allPositiveF1Percent }) => {
      const share = (majorityPercent ?? 50) / 100;
      return {
        task,
        n,
        metric,
        "majority class (%)": majorityPercent,
        "all positive, F1 (%)": allPositiveF1Percent,
        "standard error of an accuracy (points)": toPercent(Math.sqrt((share * (1 - share)) / n)),
        "one item (points)": 100 / n,
        "least difference seen in 4 of 5 pairs of models (points)": toPercent(
          minimumDetectableDifference({ items: n }),
        ),
      };
    });
}
