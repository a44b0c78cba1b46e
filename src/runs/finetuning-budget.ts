/** @file How much fine-tuning each scale does, and what it then is not: the official settings are in `evaluation/superglue-schedule.ts`. */
import type { Precision, Scale } from "../config.js";
import { FINETUNING, type Pooling } from "../evaluation/superglue-schedule.js";
import type { Selection } from "../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, type SuperglueTask } from "../evaluation/superglue-tasks.js";
import type { ItemBudget } from "./finetuning-data.js";

/** D13. */
export const FINETUNING_SEEDS = [42, 1, 2, 3, 4] as const;

/** Epochs: the rates of the small decoders are high, so that they are done early. */
const LAPTOP_PATIENCE = 3;

/** All that decides how a task is trained. */
export interface FinetuningSettings extends ItemBudget {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly maxLengthTokens: number;
  readonly pooling: Pooling;
  readonly selection: Selection;
  readonly precision: Precision;
  readonly isFrozen: boolean;
  /** Epochs without a better one after which training ends; null trains all. */
  readonly patience: number | null;
}

/** What a user may choose besides the scale. */
export type FinetuningChoice = Partial<
  Pick<FinetuningSettings, "pooling" | "selection" | "precision" | "isFrozen" | "patience">
> & {
  /** D21. */
  readonly multircTrain?: "all" | "first10k";
};

/** What the smaller scales change of the official settings, in words. */
export const FINETUNING_SHRUNK = {
  smoke: "96 items to train on and 52 scored, 2 epochs, rate 1e-3: it proves that the way works, nothing else",
  laptop:
    "all items of RTE, MRPC and WSC; peak rate 3e-4 in place of 3e-5, as of training; ends after 3 epochs without a better one",
} as const;

/** The settings of a task at one scale; `FINETUNING_SHRUNK` says what the smaller ones change. */
export function finetuningSettings(
  task: SuperglueTask,
  scale: Scale,
  { multircTrain = "all", ...choice }: FinetuningChoice = {},
): FinetuningSettings {
  const { batchSize, epochs } = SUPERGLUE_CONFIGS[task];
  const chosen = {
    pooling: "lastToken",
    selection: "heldOutTrain",
    precision: "float32",
    isFrozen: false,
    patience: null,
    ...choice,
  } as const;
  const { learningRate, maxLengthTokens } = FINETUNING;
  if (scale === "smoke")
    return {
      ...{ learningRate: 1e-3, batchSize: 8, epochs: 2, maxLengthTokens: 128, trainRows: 96, devRows: 52 },
      ...chosen,
    };
  const trainRows = task === "multirc" && multircTrain === "first10k" ? 10_000 : null;
  const official = { learningRate, batchSize, epochs, maxLengthTokens, trainRows, devRows: null, ...chosen };
  if (scale === "paper") return official;
  return { ...official, learningRate: 10 * learningRate, patience: choice.patience ?? LAPTOP_PATIENCE };
}
