/**
 * @file The phases a model goes through, ready to run: what names each in the cache, what it trains on, and which
 * weights it begins with. Running them is next door in `training.ts`.
 */
import type { TrainingConfig, TuningStage } from "../../config.js";
import type { NamedFile } from "../../data/files.js";
import { initializeWeights } from "../../model/weights.js";
import { deriveSeed, seeded } from "../../random.js";
import { repeatEpochs } from "../../training/step-batches.js";
import type { TrainingPlan, TrainingStart } from "../../training/train.js";
import { codeVersion } from "../stages/provenance.js";
import type { Stage, StageInputs } from "../stages/stage.js";
import { loadInstructionSets } from "../study/instruction-sets.js";
import type { Material, RowCounts } from "../study/material.js";
import { readMoments } from "./moments-files.js";
import { stageBatches, textBatches } from "./stage-batches.js";
import { startOf } from "./start-checkpoint.js";

const TRAINING_CODE = [
  "random",
  "engine",
  "data",
  "model",
  "training",
  "runs/training/held-out",
  "runs/study/instruction-sets",
  "runs/training/phases",
  "runs/training/stage-batches",
  "runs/training/start-checkpoint",
] as const;

/** One phase ready to run: its name in the cache, its plan, and where its weights come from. */
export interface PreparedPhase {
  readonly phase: string;
  readonly kind: "pretraining" | "tuning";
  readonly inputs: StageInputs;
  /** Data files the phase trains on. */
  readonly files: readonly NamedFile[];
  readonly start: () => Pick<TrainingStart, "weights" | "moments">;
  readonly plan: TrainingPlan;
  readonly rows: RowCounts;
  readonly keepMoments: boolean;
}

/**
 * The first stage of every condition.
 *
 * @param keepMoments whether the next stage goes on with the optimizer's moments
 */
export function pretrainingPhase(
  material: Material,
  { keepMoments }: { readonly keepMoments: boolean },
): PreparedPhase {
  const { study, model, text, tokens } = material;
  const { config, seed } = study;
  const architecture = config.architectures[model];
  const orderSeed = deriveSeed(seed, `${model} pre-training order`);
  return {
    phase: "pre-training",
    kind: "pretraining",
    keepMoments,
    inputs: {
      model,
      architecture,
      tokens: tokens.stage.hash,
      rows: config.pretrainingRows,
      rowLengthTokens: config.rowLengthTokens[model],
      training: config.pretraining,
      keepMoments,
      checkpointWords: config.checkpointWords,
      seed,
      code: codeVersion(TRAINING_CODE),
    },
    files: text.files,
    start: () => ({ weights: initializeWeights(architecture, seeded(deriveSeed(seed, `${model} weights`))) }),
    plan: {
      name: `${model} pre-training`,
      architecture,
      config: config.pretraining,
      batches: repeatEpochs((epoch) => textBatches(material, { epoch, seed: orderSeed }), {
        epochs: config.pretraining.maxEpochs,
      }),
      wordsBefore: 0,
    },
    rows: { cutRows: 0, leftOutRows: 0 },
  };
}

/** Where a stage stands in its condition. */
export interface StagePlace {
  readonly place: number;
  /** Steps of the condition's stages before, and of all; given where one schedule spans them (docs/decisions.md#d8). */
  readonly span: NonNullable<TrainingPlan["span"]> | null;
  /** Whether the next stage goes on with this one's moments. */
  readonly keepMoments: boolean;
}

/** One tuning stage, after the stage `parent`. */
export async function tuningPhase(
  material: Material,
  stage: TuningStage,
  { place, span, keepMoments }: StagePlace,
  parent: Stage,
): Promise<PreparedPhase> {
  const { study, model } = material;
  const { config, seed } = study;
  const architecture = config.architectures[model];
  const sets = stage.examples === "text" ? [] : stage.examples;
  const { files } = await loadInstructionSets(study, sets);
  const training: TrainingConfig = {
    ...config.instructionTuning,
    ...(stage.learningRate !== undefined && { learningRate: stage.learningRate }),
    ...(stage.schedule !== undefined && { schedule: stage.schedule }),
  };
  const optimizer = stage.optimizer ?? config.curriculum.optimizerAtPhase;
  const carries = optimizer === "carry";
  // Between tuning stages there is no choice: the next one goes on from the end of the last.
  const checkpoint = place === 0 ? config.startCheckpoint : "lastEpoch";
  const start = startOf(parent, { checkpoint, architecture });
  const { batches, rows } = await stageBatches(material, stage, place);
  return {
    phase: stage.name,
    kind: "tuning",
    keepMoments,
    inputs: {
      parent: parent.hash,
      checkpoint,
      stage,
      place,
      span,
      optimizer,
      keepMoments,
      checkpointWords: config.checkpointWords,
      steps: batches.steps,
      budget: config.budget,
      files,
      instructions: config.instructions,
      ...(stage.examples === "text" && { rows: config.pretrainingRows }),
      training,
      seed,
      code: codeVersion(TRAINING_CODE),
    },
    files: stage.examples === "text" ? material.text.files : files,
    start: () => ({
      weights: start.weights(),
      ...(carries && { moments: readMoments(parent.folder, architecture) }),
    }),
    plan: {
      name: `${model} tuning on ${stage.name}`,
      architecture,
      config: training,
      batches,
      wordsBefore: start.wordsSeen,
      ...(span && { span }),
    },
    rows,
  };
}
