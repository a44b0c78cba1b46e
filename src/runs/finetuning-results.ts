/**
 * @file A task's runs over all seeds as one outcome: means, spread, the official reading beside the honest one, degenerate runs,
 * and the items; published where the model belongs to a study.
 */
import { join } from "node:path";
import { csvFormatRows } from "d3-dsv";
import { poolsPaddingUnder } from "../evaluation/superglue-classifier.js";
import {
  figureOf,
  predictionOf,
  summariseSeed,
  type Degeneracy,
  type SeedSummary,
  type VarianceSplit,
} from "../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, SUPERGLUE_TASKS, type SuperglueTask } from "../evaluation/superglue-tasks.js";
import { minimumDetectableDifference } from "../statistics/minimum-detectable-difference.js";
import { mean, type Interval } from "../statistics/summary.js";
import { writeFileAtomically } from "./atomic-file.js";
import { scoreAnswers } from "./finetuning-answers.js";
import type { FinetuningSettings } from "./finetuning-budget.js";
import type { TaskData } from "./finetuning-data.js";
import { encodeTask, finetuneSeed, type EncodedTask, type SeedRun } from "./finetuning.js";
import type { ModelFolder } from "./model-folder.js";
import { publishResult, type ItemTable, type Metric, type Result, type ResultSubject } from "./results.js";
import { describeProvenance } from "./provenance.js";
import type { Study } from "./study.js";

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
  /** Seeds each degeneracy befell. */
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
  }: {
    readonly seeds: readonly number[];
    readonly settings: FinetuningSettings;
    readonly onSeed?: (seed: number) => void;
  },
): Promise<FinishedTask> {
  if (seeds.length === 0)
    throw new RangeError("finetuneTask: there must be at least one seed, got none. Name some.");
  const encoded = await encodeTask(model, data, settings);
  const runs: SeedRun[] = [];
  for (const seed of seeds) {
    onSeed?.(seed);
    runs.push(await finetuneSeed(cacheFolder, model, encoded, { seed, settings }));
  }
  const outcome = outcomeOf(encoded, runs, settings);
  return { outcome, runs, encoded, table: itemTable(encoded, outcome, runs) };
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
  const pooledPadding = poolsPaddingUnder(
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
    ...{ task, kind, settings, seeds, degenerate },
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

/** Name of a task's result; `frozen` runs and other poolings never stand in the place of the honest one. */
export function finetuningResultName(
  task: SuperglueTask,
  { isFrozen, pooling, selection }: FinetuningSettings,
): string {
  const parts = [
    "superglue",
    task,
    ...(isFrozen ? ["frozen"] : []),
    ...(pooling === "lastToken" ? [] : [pooling]),
    ...(selection === "heldOutTrain" ? [] : [selection]),
  ];
  return parts.join("-");
}

/** Writes an outcome into the results of a study. */
export function publishFinetuning(
  study: Study,
  subject: ResultSubject,
  { outcome, runs, table, encoded }: FinishedTask,
): Result {
  return publishResult(study, subject, finetuningResultName(outcome.task, outcome.settings), {
    metrics: metricsOf(outcome),
    settings: { ...outcome.settings },
    files: encoded.files,
    stages: runs.map(({ stage }) => stage),
    items: table,
  });
}

function metricsOf({ items: n, ...outcome }: TaskOutcome): Metric[] {
  const metric = (name: string, part: string, reading: Metric["reading"], value: number | null): Metric[] =>
    value === null ? [] : [{ metric: name, part, reading, value, n, ties: null }];
  const names = ["accuracy", "f1", "mcc"] as const;
  return [
    ...metric("score", "all", "corrected", outcome.mean),
    ...metric("score", "all", "official", outcome.officialMean),
    ...metric("optimismGap", "all", "none", outcome.meanOptimismGap),
    ...outcome.seeds.flatMap(({ seed, figures, official }) =>
      names.flatMap((name) => [
        ...metric(name, `seed ${seed}`, "corrected", figures[name]),
        ...metric(name, `seed ${seed}`, "official", official[name]),
      ]),
    ),
    ...metric("accuracySeedDeviation", "all", "corrected", outcome.spread.seedDeviation),
    ...metric("accuracyItemError", "all", "corrected", outcome.spread.itemError),
    ...metric("accuracyStandardError", "all", "corrected", outcome.spread.standardError),
    ...metric("minimumDetectableDifference", "all", "none", outcome.minimumDetectable),
    ...metric("scoreLow", "all", "corrected", outcome.interval.low),
    ...metric("scoreHigh", "all", "corrected", outcome.interval.high),
    ...metric("majority", "all", "none", outcome.majority),
    ...metric("trivial", "all", "none", outcome.trivial),
    ...metric("chance", "all", "none", outcome.chance),
    ...Object.entries(outcome.degenerate).flatMap(([name, count]) =>
      metric("degenerateSeeds", name, "corrected", count),
    ),
    ...(outcome.kind === "official" ? [] : metric("trainedOn", outcome.kind, "none", 1)),
  ];
}

/** The task of a published result such as `superglue-rte-frozen`. @throws RangeError when it is no fine-tuning */
export function finetunedTask({ task }: Pick<Result, "task">): SuperglueTask {
  const found = SUPERGLUE_TASKS.find((name) => task.split("-")[1] === name);
  if (task.startsWith("superglue-") && found) return found;
  throw new RangeError(
    `finetunedTask: results must be of fine-tuning, got ${task}. Give those of finetuneAll.`,
  );
}

/** The seeds of fine-tuning a published result is of, in its order. */
export const finetuningSeedsOf = ({ metrics }: Result): number[] =>
  metrics
    .filter(({ metric, reading }) => metric === "accuracy" && reading === "corrected")
    .map(({ part }) => Number(part.slice("seed ".length)));

/** Writes an outcome into a folder, for a model that belongs to no study. */
export function writeOutcome(
  folder: string,
  model: ModelFolder,
  { outcome, table, encoded }: FinishedTask,
): void {
  const name = finetuningResultName(outcome.task, outcome.settings);
  const content = {
    ...outcome,
    files: encoded.files,
    model: { sha256: model.hash },
    provenance: describeProvenance(),
  };
  const rows = [[...table.columns], ...table.rows.map((row) => row.map((cell) => String(cell ?? "")))];
  writeFileAtomically(join(folder, `${name}.items.csv`), `${csvFormatRows(rows)}\n`);
  writeFileAtomically(join(folder, `${name}.json`), JSON.stringify(content, null, 2) + "\n");
}
