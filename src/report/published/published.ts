/** @file The paper's scores, the values printed next to ours; its settings and sizes are in published-settings.ts. */

import { z } from "zod";
import { type Condition, type ModelName } from "../../config/config.js";
import { cell, orNull, readPublished, type Confidence } from "./published-file.js";

/** Tasks of poster Figure 2, in its order. */
export const FINETUNING_TASKS = ["WSC", "MultiRC", "QQP", "MRPC", "MNLI", "BoolQ", "RTE"] as const;
/** Name of a task of poster Figure 2. */
export type FinetuningTask = (typeof FINETUNING_TASKS)[number];

/** Tasks of poster Figure 3, in its order. */
export const ZERO_SHOT_TASKS = [
  "WUG adjective nominalization",
  "BLiMP supplement",
  "BLiMP",
  "EWoK",
  "Entity tracking",
  "Eye tracking",
  "Self-paced reading",
] as const;
/** Name of a task of poster Figure 3. */
export type ZeroShotTask = (typeof ZERO_SHOT_TASKS)[number];

/** A published score of one model on one task. */
export interface PublishedScore {
  /** The poster's name, such as llama140M_it_switch_wiki; baselines begin with bl_. */
  readonly publishedName: string;
  /** Null for baselines, as is the condition. */
  readonly model: ModelName | null;
  readonly condition: Condition | null;
  readonly kind: "own" | "baseline";
  readonly task: FinetuningTask | ZeroShotTask;
  readonly metric: string;
  /** For bars too short to measure: the value is a bound or an estimate. */
  readonly qualifier: "below" | "approximately" | null;
  /** As the poster prints it, 0 to 100. */
  readonly percent: number;
  /** percent / 100, as our own scores are kept. */
  readonly proportion: number;
  readonly n: number;
  /** Whole items, where the bar was read to the item. */
  readonly itemsCorrect: number | null;
  readonly source: string;
  readonly confidence: Confidence;
  /** Largest error of reading the bar, in percentage points. */
  readonly digitisationErrorPoints: number;
  readonly note: string | null;
}

const scoreCells = {
  model: cell.text,
  size: z.union([cell.model, z.literal("baseline").transform(() => null)]),
  condition: orNull(cell.condition),
  kind: z.enum(["own", "baseline"]),
  metric: cell.text,
  value: cell.number,
  unit: z.literal("percent"),
  n: cell.number,
  source: cell.text,
  confidence: cell.confidence,
  digitisation_error: cell.number,
  note: orNull(cell.text),
};

function toScore(
  cells: z.output<z.ZodObject<typeof scoreCells>> & {
    readonly task: FinetuningTask | ZeroShotTask;
    readonly itemsCorrect: number | null;
    readonly qualifier: PublishedScore["qualifier"];
  },
): PublishedScore {
  return {
    publishedName: cells.model,
    model: cells.size,
    condition: cells.condition,
    kind: cells.kind,
    task: cells.task,
    metric: cells.metric,
    qualifier: cells.qualifier,
    percent: cells.value,
    proportion: cells.value / 100,
    n: cells.n,
    itemsCorrect: cells.itemsCorrect,
    source: cells.source,
    confidence: cells.confidence,
    digitisationErrorPoints: cells.digitisation_error,
    note: cells.note,
  };
}

/**
 * Fine-tuning scores of the 8 own models and 3 baselines on 7 tasks.
 *
 * Source: CLASS-IT poster, Figure 2.
 */
export function publishedFinetuning(): readonly PublishedScore[] {
  const row = z.object({ ...scoreCells, task: z.enum(FINETUNING_TASKS), items_correct: orNull(cell.number) });
  return readPublished(
    "finetuning.csv",
    row.transform((cells) => toScore({ ...cells, qualifier: null, itemsCorrect: cells.items_correct })),
  );
}

/**
 * Zero-shot scores of the 8 own models and 3 baselines on 7 tasks.
 *
 * Source: CLASS-IT poster, Figure 3.
 */
export function publishedZeroShot(): readonly PublishedScore[] {
  const qualifier = orNull(z.enum(["below", "approximately"]));
  const row = z.object({ ...scoreCells, task: z.enum(ZERO_SHOT_TASKS), qualifier });
  return readPublished(
    "zeroshot.csv",
    row.transform((cells) => toScore({ ...cells, itemsCorrect: null })),
  );
}

// Read once: tables ask for every cell.
let allScores: readonly PublishedScore[] | null = null;

/**
 * The paper's score of one model, or null when the paper has no such model (it tuned llama100M on `merged` only).
 *
 * @param query.metric when given, must be the paper's metric for the task
 * @throws RangeError on an unknown task, or when the paper scores the task by another metric
 */
export function publishedScore(query: {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly task: FinetuningTask | ZeroShotTask;
  readonly metric?: string;
}): PublishedScore | null {
  allScores ??= [...publishedFinetuning(), ...publishedZeroShot()];
  const scores = allScores.filter((score) => score.task === query.task);
  const [first] = scores;
  if (!first) {
    throw new RangeError(
      `publishedScore: task must be one of ${[...FINETUNING_TASKS, ...ZERO_SHOT_TASKS].join(", ")}, ` +
        `got "${query.task}". Correct the name.`,
    );
  }
  if (query.metric !== undefined && query.metric !== first.metric) {
    throw new RangeError(
      `publishedScore: the paper scores ${query.task} by "${first.metric}", got "${query.metric}". ` +
        "Numbers of two metrics cannot stand side by side.",
    );
  }
  return scores.find((score) => score.model === query.model && score.condition === query.condition) ?? null;
}
