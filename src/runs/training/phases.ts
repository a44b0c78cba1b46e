/**
 * @file The phases a model goes through, as stages: what of a study's settings names each in the cache. What a phase computes is
 * next door in `pretrain.ts` and `tune.ts`; running them in `training.ts`.
 */
import type { TuningStage } from "../../config/config.js";
import { architectureOf } from "../../config/objective.js";
import type { NamedFile } from "../../data/files.js";
import { foldersOf, type Named } from "../stages/computation.js";
import { keyOf } from "../stages/computed-stage.js";
import type { StageInputs } from "../stages/stage.js";
import type { Material } from "../study/material.js";
import { pretraining, type PretrainingInputs } from "./pretrain.js";
import { openedText, stageBatches, stageRows, textRows } from "./stage-batches.js";
import type { TrainablePhase } from "./train-phase.js";
import { tuning, type TuningInputs } from "./tune.js";
import { distinctFiles } from "./tuning-batches.js";

/** One phase: its name in the cache, and how it is made ready to be trained. */
export interface PhaseStage {
  readonly phase: string;
  readonly kind: "pretraining" | "tuning";
  /** Key of the stage. */
  readonly inputs: StageInputs;
  /** What the stage's record says besides: the stage as its curriculum has it. */
  readonly about?: { readonly stage: TuningStage };
  /** Data files the phase trains on. */
  readonly files: readonly NamedFile[];
  readonly prepare: () => Promise<TrainablePhase>;
}

/**
 * The first stage of every condition.
 *
 * @param keepMoments whether the next stage continues with the optimizer's moments
 */
export function pretrainingPhase(
  material: Material,
  { keepMoments }: { readonly keepMoments: boolean },
): PhaseStage {
  const { study, model, tokenizerStage } = material;
  const { config, seed } = study;
  const { batchSize: _rows, ...text } = textRows(material);
  const inputs: PretrainingInputs = {
    model,
    architecture: architectureOf(config, model),
    tokenizer: tokenizerStage.hash,
    text,
    training: config.pretraining,
    keepMoments,
    checkpointWords: config.checkpointWords,
    seed,
  };
  return {
    phase: "pre-training",
    kind: "pretraining",
    inputs: keyOf(inputs, pretraining),
    files: material.text.files,
    prepare: () => pretraining.run(inputs, openedText(material)),
  };
}

/** Where a stage is in its condition. */
export interface StagePlace {
  readonly place: number;
  /** Steps of the condition's stages before, and of all; given where one schedule spans them (docs/decisions.md#d8). */
  readonly span: TuningInputs["span"];
  /** Whether the next stage continues with this one's moments. */
  readonly keepMoments: boolean;
}

/** One tuning stage, after the stage `parent`. */
export async function tuningPhase(
  material: Material,
  stage: TuningStage,
  { place, span, keepMoments }: StagePlace,
  parent: Named,
): Promise<PhaseStage> {
  const { study, model, tokenizerStage, text } = material;
  const { config, seed } = study;
  const { batchSize: _rows, maxEpochs: _epochs, ...training } = config.instructionTuning;
  const { batches } = await stageBatches(material, stage, place);
  const rows = stageRows(material, stage);
  const inputs: TuningInputs = {
    model,
    architecture: architectureOf(config, model),
    tokenizer: tokenizerStage.hash,
    parent: parent.hash,
    // Between tuning stages there is no choice: the next one resumes from the end of the last.
    checkpoint: place === 0 ? config.startCheckpoint : "lastEpoch",
    stage: stage.name,
    place,
    rows,
    steps: batches.steps,
    span,
    training: {
      ...training,
      ...(stage.learningRate !== undefined && { learningRate: stage.learningRate }),
      ...(stage.schedule !== undefined && { schedule: stage.schedule }),
    },
    optimizer: stage.optimizer ?? config.curriculum.optimizerAtPhase,
    keepMoments,
    checkpointWords: config.checkpointWords,
    seed,
  };
  return {
    phase: stage.name,
    kind: "tuning",
    inputs: keyOf(inputs, tuning),
    about: { stage },
    files:
      "tokens" in rows
        ? text.files
        : distinctFiles([...("replay" in rows && rows.replay ? text.files : []), ...rows.files]),
    prepare: () => tuning.run(inputs, { ...openedText(material), folderOf: foldersOf([parent]) }),
  };
}
