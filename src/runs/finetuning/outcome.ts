/** @file A task's runs over all seeds as one outcome: means, spread, the official scoring rule next to the honest one, degenerate runs. */
import { poolsPadding } from "../../evaluation/superglue-classifier.js";
import {
  figureOf,
  predictionOf,
  summariseSeed,
  type Degeneracy,
  type SeedSummary,
  type VarianceSplit,
} from "../../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, type SuperglueTask } from "../../evaluation/superglue-tasks.js";
import { minimumDetectableDifference } from "../../statistics/minimum-detectable-difference.js";
import { mean, type Interval } from "../../statistics/summary.js";
import type { ModelFolder } from "../scoring/model-folder.js";
import { approximately, LONG_SECONDS } from "../stages/long-work.js";
import { notify } from "../stages/progress.js";
import type { ItemTable } from "../study/results.js";
import { scoreAnswers } from "./answers.js";
import type { FinetuningSettings } from "./budget.js";
import type { EncodedTask } from "./finetune.js";
import { measureCost, type FinetuningCost } from "./cost.js";
import { encodeTask, finetuneSeed, isFinetuned, type SeedRun } from "./seed-run.js";
import type { TaskData } from "./task-data.js";

/** A task over all seeds; proportions from 0 to 1. */
export interface TaskOutcome {
  readonly task: SuperglueTask;
  readonly kind: TaskData["kind"];
  readonly notes: readonly string[];
  readonly settings: FinetuningSettings;
  readonly items: number;
  readonly trainItems: number;
  readonly seeds: readonly (SeedSummary & { readonly seed: number })[];
  /** The task's figure, mean over seeds: of the kit's selection, and of the official one. */
  readonly mean: number;
  readonly officialMean: number;
  /** Null where the official selection was asked for. */
  readonly meanOptimismGap: number | null;
  /** 95 %, of the mean over seeds, seeds and items drawn. */
  readonly interval: Interval;
  /** Of the accuracy. */
  readonly spread: VarianceSplit;
  readonly majority: number;
  /** The task's figure for one class given to every item. */
  readonly trivial: number;
  readonly chance: number;
  /** In accuracy, between two models that answer the same items. */
  readonly minimumDetectable: number;
  /** Seeds with each degeneracy. */
  readonly degenerate: Readonly<Partial<Record<Degeneracy, number>>>;
  readonly seconds: number;
}

/** An outcome with what it is made of. */
export interface FinishedTask {
  readonly outcome: TaskOutcome;
  readonly runs: readonly SeedRun[];
  readonly table: ItemTable;
  readonly encoded: EncodedTask;
}

/** Fine-tunes a model on a task with every seed, or takes from the cache what it holds. */
export async function finetuneTask(
  cacheFolder: string,
  model: ModelFolder,
  data: TaskData,
  {
    seeds,
    settings,
    onSeed,
    announceAs,
  }: {
    readonly seeds: readonly number[];
    readonly settings: FinetuningSettings;
    readonly onSeed?: (seed: number) => void;
    /** Name of the model where its time is to be announced. */
    readonly announceAs?: string;
  },
): Promise<FinishedTask> {
  if (seeds.length === 0)
    throw new RangeError("finetuneTask: there must be at least one seed, got none. Name some.");
  const encoded = await encodeTask(model, data, settings);
  if (announceAs !== undefined) {
    const missing = seeds.filter((seed) => !isFinetuned(cacheFolder, model, encoded, { seed, settings }));
    if (missing.length > 0)
      announceCost(announceAs, data, seeds.length, missing.length, measureCost(model, encoded, settings));
  }
  const runs: SeedRun[] = [];
  for (const seed of seeds) {
    onSeed?.(seed);
    runs.push(await finetuneSeed(cacheFolder, model, encoded, { seed, settings }));
  }
  const outcome = outcomeOf(encoded, runs, settings);
  return { outcome, runs, encoded, table: itemTable(encoded, outcome, runs) };
}

/** Says how long the runs take that the cache does not hold, if that is longer than a minute. */
function announceCost(
  name: string,
  { task }: TaskData,
  seeds: number,
  missing: number,
  { seconds, steps }: FinetuningCost,
): void {
  if (missing * seconds < LONG_SECONDS) return;
  notify(
    `To be fine-tuned: ${name} on ${SUPERGLUE_CONFIGS[task].label}, ${missing} of ${seeds} seeds, at most ${steps} steps each, ` +
      `about ${approximately(missing * seconds)} as measured here. From the cache: ${seeds - missing} seeds.`,
  );
}

function outcomeOf(
  { task, kind, notes, dev, train, encodedTrain, encodedDev }: EncodedTask,
  runs: readonly SeedRun[],
  settings: FinetuningSettings,
): TaskOutcome {
  const { metric, classes } = SUPERGLUE_CONFIGS[task];
  const labels = dev.map(({ label }) => label);
  const { selection, pooling, isFrozen } = settings;
  // Where padding is read, rows are padded on the right, as officially.
  const pooledPadding = poolsPadding(
    pooling,
    encodedDev.pairs.map(({ ids }) => ids.length),
  );
  const how = { labels, metric, selection, pooling, pooledPadding, isFrozen };
  const seeds = runs.map(({ seed, epochs }) => ({ seed, ...summariseSeed(epochs, how) }));
  const gaps = seeds.flatMap(({ optimismGap }) => (optimismGap === null ? [] : [optimismGap]));
  const scores = scoreAnswers(task, {
    labels,
    // An item that shares no passage is a cluster of its own.
    clusters: dev.map(({ id, cluster }) => cluster ?? id),
    logits: runs.map(
      ({ epochs }, index) => epochs.find(({ epoch }) => epoch === seeds[index]?.epoch)?.devLogits ?? [],
    ),
  });
  const degenerate: Partial<Record<Degeneracy, number>> = {};
  for (const { degeneracies } of seeds)
    for (const name of degeneracies) degenerate[name] = (degenerate[name] ?? 0) + 1;
  const cut = encodedTrain.cut + encodedDev.cut;
  const without = encodedTrain.withoutSecond + encodedDev.withoutSecond;
  return {
    task,
    kind,
    settings,
    seeds,
    degenerate,
    notes: [
      ...notes,
      ...(isFrozen ? ["frozen body: the head alone was trained, a probe and not fine-tuning"] : []),
      ...(cut > 0 ? [`${cut} items cut to ${settings.maxLengthTokens} tokens or the model's positions`] : []),
      ...(without > 0 ? [`${without} items of whose second text nothing was left`] : []),
    ],
    items: dev.length,
    trainItems: train.length,
    mean: scores.mean,
    officialMean: mean(seeds.map(({ official }) => figureOf(official, metric))),
    meanOptimismGap: gaps.length === 0 ? null : mean(gaps),
    interval: scores.interval,
    spread: scores.spread,
    majority: scores.majority,
    trivial: scores.trivial,
    chance: 1 / classes.length,
    minimumDetectable: minimumDetectableDifference({ items: dev.length }),
    seconds: runs.reduce((sum, { stage }) => sum + stage.seconds, 0),
  };
}

/** Labels, the share of seeds that are right, and predictions and logits of each seed's chosen epoch; no text. */
function itemTable({ dev, task }: EncodedTask, { seeds }: TaskOutcome, runs: readonly SeedRun[]): ItemTable {
  const classes = SUPERGLUE_CONFIGS[task].classes.map((_, index) => index);
  const isClustered = dev.some(({ cluster }) => cluster !== undefined);
  const chosen = runs.map(({ epochs }, index) => epochs.find(({ epoch }) => epoch === seeds[index]?.epoch));
  return {
    columns: [
      "id",
      ...(isClustered ? ["cluster"] : []),
      "label",
      ...runs.flatMap(({ seed }) => [
        `prediction seed ${seed}`,
        ...classes.map((label) => `logit ${label} seed ${seed}`),
      ]),
      "credit",
    ],
    rows: dev.map(({ id, cluster, label }, item) => [
      id,
      ...(isClustered ? [cluster ?? ""] : []),
      label,
      ...chosen.flatMap((record) => {
        const logits = record?.devLogits[item] ?? [];
        return [predictionOf(logits), ...logits];
      }),
      mean(chosen.map((record) => (predictionOf(record?.devLogits[item] ?? []) === label ? 1 : 0))),
    ]),
  };
}
