/**
 * @file What a fine-tuning run is worth: the epoch that each selection picks, the figures there, and what was degenerate about it.
 * Runs are made in `runs/finetuning/seed-run.ts`.
 */
import { rowsByName } from "../statistics/resample.js";
import { accuracy, f1Score, matthewsCorrelation } from "../statistics/classification.js";
import { mean, sampleStandardDeviation } from "../statistics/summary.js";
import type { Pooling } from "./superglue-schedule.js";
import type { SuperglueMetric } from "./superglue-tasks.js";

/** An epoch is chosen on a slice of the training items, or officially on the scored ones (docs/decisions.md#d12). */
export const SELECTIONS = ["heldOutTrain", "officialDev"] as const;
export type Selection = (typeof SELECTIONS)[number];

/** Agreement with the labels; F1 and Matthews correlation where there are two classes. */
export interface Figures {
  readonly accuracy: number;
  readonly f1: number | null;
  readonly mcc: number | null;
}

/** Class of the largest logit, the first of equal ones. */
export const predictionOf = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));

/** Figures of logits, one row per item. */
export function figuresOf(labels: readonly number[], logits: readonly (readonly number[])[]): Figures {
  const outcome = { labels, predictions: logits.map(predictionOf) };
  const isBinary = (logits[0]?.length ?? 0) === 2;
  return {
    accuracy: accuracy(outcome),
    f1: isBinary ? f1Score(outcome) : null,
    mcc: isBinary ? matthewsCorrelation(outcome) : null,
  };
}

/** The figure a task is reported by. */
export const figureOf = (figures: Figures, metric: SuperglueMetric): number =>
  (metric === "f1" ? figures.f1 : null) ?? figures.accuracy;

/** One epoch of a run. */
export interface EpochRecord {
  readonly epoch: number;
  readonly lossNats: number;
  /** Largest norm of the gradient into the body over the epoch's updates. */
  readonly bodyNorm: number;
  /** Null where no training items were held out. */
  readonly heldOut: Figures | null;
  readonly devLogits: readonly (readonly number[])[];
}

const DEGENERACY_NAMES = [
  "firstTokenPooled",
  "paddingPooled",
  "constantPredictions",
  "majorityScore",
  "noBodyGradient",
] as const;
/** What a run can be degenerate by. */
export type Degeneracy = (typeof DEGENERACY_NAMES)[number];

/** What makes a run's score say little about the model. */
export const DEGENERACIES: Readonly<Record<Degeneracy, string>> = {
  firstTokenPooled: "the head sees the first token alone: a causal model has read nothing else there",
  paddingPooled: "the head reads a padding token",
  constantPredictions: "every item got the same class",
  majorityScore: "the score is that of giving one class to every item",
  noBodyGradient: "no gradient reached the body",
};

/** Those that a record has something for. */
export const namedDegeneracies = (record: Readonly<Partial<Record<Degeneracy, unknown>>>): Degeneracy[] =>
  DEGENERACY_NAMES.filter((name) => record[name]);

/** A run of one seed, summed up. */
export interface SeedSummary {
  /** Of the epoch the kit chooses (docs/decisions.md#d12). */
  readonly figures: Figures;
  readonly epoch: number;
  /** Of the epoch that scores best on the scored items. */
  readonly official: Figures;
  readonly officialEpoch: number;
  /** Official minus honest, in the task's figure; null where both are the same by design. */
  readonly optimismGap: number | null;
  readonly degeneracies: readonly Degeneracy[];
}

/** The first of the best. Source: finetune/trainer.py, where only a strictly better epoch replaces the best one. */
function bestOf(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/**
 * Sums up a run.
 *
 * @throws RangeError when there is no epoch, or held-out figures are needed and missing
 */
export function summariseSeed(
  epochs: readonly EpochRecord[],
  how: {
    readonly labels: readonly number[];
    readonly metric: SuperglueMetric;
    readonly selection: Selection;
    readonly pooling: Pooling;
    readonly pooledPadding: boolean;
    readonly isFrozen: boolean;
  },
): SeedSummary {
  const { labels, metric, selection } = how;
  if (epochs.length === 0)
    throw new RangeError("summariseSeed: there must be at least one epoch, got none. Train for one.");
  const dev = epochs.map(({ devLogits }) => figuresOf(labels, devLogits));
  const heldOut = epochs.map((record) => {
    if (selection === "officialDev") return 0;
    if (record.heldOut) return figureOf(record.heldOut, metric);
    throw new RangeError(
      `summariseSeed: heldOutTrain must have held-out figures, got none for epoch ${record.epoch}. Hold training items out.`,
    );
  });
  const officialIndex = bestOf(dev.map((figures) => figureOf(figures, metric)));
  const index = selection === "officialDev" ? officialIndex : bestOf(heldOut);
  const [chosen, best] = [epochs[index], epochs[officialIndex]];
  if (!chosen || !best)
    throw new RangeError("summariseSeed: figures must be numbers, got none. Look at the losses.");
  const figures = figuresOf(labels, chosen.devLogits);
  const official = figuresOf(labels, best.devLogits);
  return {
    figures,
    official,
    epoch: chosen.epoch,
    officialEpoch: best.epoch,
    optimismGap: selection === "officialDev" ? null : figureOf(official, metric) - figureOf(figures, metric),
    degeneracies: degeneraciesOf(chosen, figures, how, epochs),
  };
}

function degeneraciesOf(
  { devLogits }: EpochRecord,
  figures: Figures,
  how: Omit<Parameters<typeof summariseSeed>[1], "selection">,
  epochs: readonly EpochRecord[],
): Degeneracy[] {
  const isSo: Readonly<Record<Degeneracy, boolean>> = {
    firstTokenPooled: how.pooling === "firstToken",
    paddingPooled: how.pooledPadding,
    constantPredictions: new Set(devLogits.map(predictionOf)).size === 1,
    majorityScore:
      isSame(figures.accuracy, majorityShare(how.labels)) ||
      isSame(figureOf(figures, how.metric), trivialScore(how.labels, how.metric)),
    noBodyGradient: !how.isFrozen && epochs.every(({ bodyNorm }) => bodyNorm === 0),
  };
  return namedDegeneracies(isSo);
}

const isSame = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9;

/**
 * The best score of giving one class to every item: the majority's share, or F1 of class 1 everywhere.
 *
 * @param labels at least one
 */
export const trivialScore = (labels: readonly number[], metric: SuperglueMetric): number =>
  metric === "f1" ? f1Score({ labels, predictions: labels.map(() => 1) }) : majorityShare(labels);

/** Share of the most frequent class. */
export function majorityShare(labels: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Math.max(...counts.values()) / labels.length;
}

/** Where the spread of an accuracy comes from, in proportions. */
export interface VarianceSplit {
  /** Standard deviation over seeds; null with one seed. */
  readonly seedDeviation: number | null;
  /** Standard error over items of the seeds' mean accuracy. */
  readonly itemError: number;
  /** Of the mean over seeds, both together. */
  readonly standardError: number;
}

/**
 * Splits the spread of a mean accuracy into seeds and items.
 *
 *   standard error² = var_seeds / S + var_items(mean over seeds) / n − var_residual / (n S)
 *
 * The residual, what a seed does on an item beyond both, is in either of the first two and counts once. Items of a cluster err
 * together: var_items / n is then the sum of squared sums of their deviations from the mean, C / (n² (C − 1)).
 *
 * @param correct  0 or 1, a row per seed and a column per item, [S, n]
 * @param clusters name of each item's cluster, [n]; each item its own when left out
 */
export function splitVariance(
  correct: readonly (readonly number[])[],
  clusters?: readonly string[],
): VarianceSplit {
  const perSeed = correct.map((row) => mean(row));
  const items = correct[0]?.length ?? 0;
  const perItem = Array.from({ length: items }, (_, item) => mean(correct.map((row) => row[item] ?? 0)));
  const itemError = clusteredError(perItem, clusters);
  if (correct.length < 2) return { seedDeviation: null, itemError, standardError: itemError };
  const seedDeviation = sampleStandardDeviation(perSeed);
  const grand = mean(perSeed);
  const squares = correct.flatMap((row, seed) =>
    row.map((value, item) => (value - (perSeed[seed] ?? 0) - (perItem[item] ?? 0) + grand) ** 2),
  );
  const residual =
    items > 1 ? (mean(squares) * items * correct.length) / ((items - 1) * (correct.length - 1)) : 0;
  const both = seedDeviation ** 2 / correct.length + itemError ** 2;
  const standardError = Math.sqrt(Math.max(0, both - residual / (items * correct.length)));
  return { seedDeviation, itemError, standardError };
}

/** Standard error of a mean whose items err together within a cluster; 0 for one cluster, which says nothing of others. */
function clusteredError(values: readonly number[], clusters?: readonly string[]): number {
  const centre = mean(values);
  const sums = rowsByName(values.length, clusters ?? values.map((_, item) => String(item))).map((rows) =>
    rows.reduce((sum, row) => sum + (values[row] ?? 0) - centre, 0),
  );
  if (sums.length < 2) return 0;
  const squares = sums.reduce((total, sum) => total + sum ** 2, 0);
  return Math.sqrt((squares * sums.length) / (sums.length - 1)) / values.length;
}
