/** @file How much fine-tuning each scale does, and what it then is not: the official settings are in `evaluation/superglue-schedule.ts`. */
import type { Precision, Scale } from "../../config/config.js";
import { FINETUNING, type Pooling } from "../../evaluation/superglue-schedule.js";
import type { Selection } from "../../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, type SuperglueTask } from "../../evaluation/superglue-tasks.js";
import type { ItemBudget } from "./task-data.js";

/** Seeds of fine-tuning (docs/decisions.md#d13). */
export const FINETUNING_SEEDS = [42, 1, 2, 3, 4] as const;

/** All that decides how a task is trained. */
export interface FinetuningSettings extends ItemBudget {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly maxLengthTokens: number;
  readonly pooling: Pooling;
  /** `both` where texts are read in both directions; absent where they are read forwards. */
  readonly attention?: "both";
  readonly selection: Selection;
  readonly precision: Precision;
  readonly isFrozen: boolean;
  /** Epochs without a better one after which training ends; null trains all. */
  readonly patience: number | null;
}

/** What a user may choose besides the scale. */
export type FinetuningChoice = Partial<
  Pick<
    FinetuningSettings,
    "learningRate" | "pooling" | "attention" | "selection" | "precision" | "isFrozen" | "patience"
  >
> & {
  /** How much of MultiRC's training file is used (docs/decisions.md#d21). */
  readonly multircTrain?: "all" | "first10k";
};

/**
 * What a scale changes of the official settings. `smoke` proves that the way works, nothing else; `laptop` ends after three
 * epochs without a better one on the held-out items, to save time.
 */
const SHRUNK: Readonly<Record<Scale, Partial<FinetuningSettings>>> = {
  smoke: { learningRate: 1e-3, batchSize: 8, epochs: 2, maxLengthTokens: 128, trainRows: 96, devRows: 52 },
  laptop: { patience: 3 },
  paper: {},
};

/** The settings of a task at one scale: the official ones, what the scale changes, and what the user chooses. */
export function finetuningSettings(
  task: SuperglueTask,
  scale: Scale,
  { multircTrain = "all", ...choice }: FinetuningChoice = {},
): FinetuningSettings {
  const { batchSize, epochs } = SUPERGLUE_CONFIGS[task];
  const { learningRate, maxLengthTokens } = FINETUNING;
  const official = {
    learningRate,
    batchSize,
    epochs,
    maxLengthTokens,
    trainRows: task === "multirc" && multircTrain === "first10k" ? 10_000 : null,
    devRows: null,
    pooling: "lastToken",
    selection: "heldOutTrain",
    precision: "float32",
    isFrozen: false,
    patience: null,
  } as const;
  return { ...official, ...SHRUNK[scale], ...choice };
}
