/** @file The paper's architectures, training settings, z-score medians and task sizes; its scores are in published.ts. */

import { z } from "zod";
import type { Condition, ModelName } from "../../config/config.js";
import { cell, orNull, readPublished, type Confidence } from "./published-file.js";

/** One quantity of a model. Source: CLASS-IT poster, Table 1, and what follows from its parameter counts. */
export interface PublishedArchitecture {
  readonly model: ModelName;
  readonly quantity: string;
  /** Null where the paper is silent. */
  readonly value: number | boolean | null;
  readonly unit: string | null;
  readonly source: string;
  readonly confidence: Confidence;
}

/**
 * Every quantity of both models, what is unknown included.
 *
 * Source: CLASS-IT poster, Table 1, and what follows from its parameter counts.
 */
export function publishedArchitectures(): readonly PublishedArchitecture[] {
  const truth = z.enum(["true", "false"]).transform((word) => word === "true");
  const row = z.object({
    model: cell.model,
    quantity: cell.text,
    value: orNull(z.union([truth, cell.number])),
    unit: orNull(cell.text),
    source: cell.text,
    confidence: cell.confidence,
  });
  return readPublished("architectures.csv", row);
}

/** One setting or count of a training stage. Counts that disagree are all there, each with its source. */
export interface PublishedTraining {
  readonly stage: "pretraining" | "instructionTuning" | "both";
  readonly quantity: string;
  /** Null where the paper is silent. */
  readonly value: number | string | null;
  readonly unit: string | null;
  readonly source: string;
  readonly confidence: Confidence;
}

/**
 * Every setting and count of the two stages.
 *
 * Source: CLASS-IT poster, Table 2; model and dataset cards.
 */
export function publishedTraining(): readonly PublishedTraining[] {
  const row = z.object({
    stage: z.enum(["pretraining", "instructionTuning", "both"]),
    quantity: cell.text,
    value: orNull(z.union([cell.number, cell.text])),
    unit: orNull(cell.text),
    source: cell.text,
    confidence: cell.confidence,
  });
  return readPublished("training.csv", row);
}

/** The median z-score of one model over the tasks of one scope. */
export interface PublishedZScore {
  readonly publishedName: string;
  readonly model: ModelName;
  readonly condition: Condition;
  readonly scope: "finetuning" | "zeroshot" | "all";
  readonly numTasks: number;
  /** Null for `zeroshot`: the poster's Figure 5 repeats Figure 4. */
  readonly medianPoster: number | null;
  /** From the unrounded heights of the bars. */
  readonly medianFromBars: number;
  /** From the rounded scores of published.ts, "below 0.03" taken as 0.015. */
  readonly medianFromTables: number;
  readonly source: string;
  readonly confidence: Confidence;
}

/**
 * Median z-scores of the 8 own models.
 *
 * Source: CLASS-IT poster, Figures 4 and 6, and two recomputations.
 */
export function publishedZScores(): readonly PublishedZScore[] {
  const modelOfName = cell.text.transform((name) => name.split("_")[0]).pipe(cell.model);
  const row = z
    .object({
      model: cell.text,
      condition: cell.condition,
      scope: z.enum(["finetuning", "zeroshot", "all"]),
      n_tasks: cell.number,
      median_poster: orNull(cell.number),
      median_recomputed_unrounded_bars: cell.number,
      median_recomputed_from_these_csvs: cell.number,
      source: cell.text,
      confidence: cell.confidence,
    })
    .transform((cells) => ({
      publishedName: cells.model,
      model: modelOfName.parse(cells.model),
      condition: cells.condition,
      scope: cells.scope,
      numTasks: cells.n_tasks,
      medianPoster: cells.median_poster,
      medianFromBars: cells.median_recomputed_unrounded_bars,
      medianFromTables: cells.median_recomputed_from_these_csvs,
      source: cells.source,
      confidence: cells.confidence,
    }));
  return readPublished("zscore_medians.csv", row);
}

/** The size of one task or subset, and what can be scored on it without reading it. */
export interface TaskSize {
  readonly suite: "finetuning" | "zeroshot" | "reading" | "aoa";
  readonly task: string;
  readonly split: "valid" | "full" | "fast";
  readonly n: number;
  readonly numTraining: number | null;
  readonly metric: string;
  /** Of guessing, 0 to 100; null where the metric has no such value. */
  readonly chancePercent: number | null;
  /** Of always giving the most frequent answer. */
  readonly majorityPercent: number | null;
  /** F1 of always answering yes. */
  readonly allPositiveF1Percent: number | null;
  readonly source: string;
  readonly confidence: Confidence;
  readonly note: string | null;
}

/**
 * Sizes of all tasks and subsets of the BabyLM 2025 evaluation, and their trivial scores.
 *
 * Source: counted in the official evaluation files.
 */
export function taskSizes(): readonly TaskSize[] {
  const row = z
    .object({
      suite: z.enum(["finetuning", "zeroshot", "reading", "aoa"]),
      task: cell.text,
      split: z.enum(["valid", "full", "fast"]),
      n_items: cell.number,
      n_train: orNull(cell.number),
      metric: cell.text,
      chance_percent: orNull(cell.number),
      majority_percent: orNull(cell.number),
      all_positive_f1_percent: orNull(cell.number),
      source: cell.text,
      confidence: cell.confidence,
      note: orNull(cell.text),
    })
    .transform((cells) => ({
      suite: cells.suite,
      task: cells.task,
      split: cells.split,
      n: cells.n_items,
      numTraining: cells.n_train,
      metric: cells.metric,
      chancePercent: cells.chance_percent,
      majorityPercent: cells.majority_percent,
      allPositiveF1Percent: cells.all_positive_f1_percent,
      source: cells.source,
      confidence: cells.confidence,
      note: cells.note,
    }));
  return readPublished("task_sizes.csv", row);
}
