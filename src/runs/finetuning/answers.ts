/**
 * @file What the answers of a task's seeds are worth, from labels and logits alone: what is scored after fine-tuning, and what can be
 * computed again from the items of a result.
 */
import {
  figureOf,
  figuresOf,
  majorityShare,
  predictionOf,
  splitVariance,
  trivialScore,
  type Figures,
  type VarianceSplit,
} from "../../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, type SuperglueTask } from "../../evaluation/superglue-tasks.js";
import { scoreInterval } from "../../statistics/score-interval.js";
import { mean, type Interval } from "../../statistics/summary.js";

/** Scores of all seeds; proportions from 0 to 1. */
export interface AnswerScores {
  /** Of each seed. */
  readonly figures: readonly Figures[];
  /** The task's figure, mean over seeds. */
  readonly mean: number;
  /** 95 %, of the mean over seeds, seeds and items drawn. */
  readonly interval: Interval;
  /** Of the accuracy. */
  readonly spread: VarianceSplit;
  readonly majority: number;
  /** The task's figure for one class given to every item. */
  readonly trivial: number;
}

/** How the interval of a score is drawn. */
const RESAMPLING = { replicates: 1_000, seed: 0 };

/**
 * Scores the answers of every seed.
 *
 * @param answers.clusters name of each item's cluster, [n]
 * @param answers.logits   of each seed's chosen epoch, [S, n, classes]
 */
export function scoreAnswers(
  task: SuperglueTask,
  {
    labels,
    clusters,
    logits,
  }: {
    readonly labels: readonly number[];
    readonly clusters: readonly string[];
    readonly logits: readonly (readonly (readonly number[])[])[];
  },
): AnswerScores {
  const { metric } = SUPERGLUE_CONFIGS[task];
  const predictions = logits.map((rows) => rows.map(predictionOf));
  const correct = predictions.map((row) =>
    row.map((prediction, item) => (prediction === labels[item] ? 1 : 0)),
  );
  const figures = logits.map((rows) => figuresOf(labels, rows));
  return {
    figures,
    mean: mean(figures.map((of) => figureOf(of, metric))),
    interval: scoreInterval({ labels, predictions, clusters }, { ...RESAMPLING, metric }),
    spread: splitVariance(correct, clusters),
    majority: majorityShare(labels),
    trivial: trivialScore(labels, metric),
  };
}
