/** @file The first steps of pre-training, really taken: what they say about the time and memory of the whole. */
import type { ArchitectureConfig, ModelName, TrainingConfig } from "../../config/config.js";
import { architectureOf } from "../../config/objective.js";
import { tf } from "../../engine/backend.js";
import { memoryLimit } from "../../engine/memory.js";
import { countParameters, type Weights } from "../../model/weights.js";
import { trainingOperations } from "../../model/operation-count.js";
import type { StepRecord } from "../../training/train.js";
import { momentBytes, updateOperations } from "../../training/muon.js";
import { compiledSteps } from "../../training/training-step.js";
import { openMaterial } from "../study/material.js";
import type { Study } from "../study/study.js";
import { takeFirstSteps } from "../training/first-steps.js";
import { pretrainingPhase } from "../training/phases.js";
import { textFactor } from "./training-budget.js";

/** Steps that were taken, and what they tell. */
export interface Rehearsal {
  readonly model: ModelName;
  readonly parameters: number;
  readonly rowLengthTokens: number;
  readonly batchSize: number;
  /** Rows computed at once. */
  readonly microBatchSize: number;
  readonly steps: readonly StepRecord[];
  /** Of the last step: recording and loading are over by then. */
  readonly tokensPerSecond: number;
  readonly operationsPerSecond: number;
  /** Largest resident memory of the process so far. */
  readonly peakGiB: number;
}

/**
 * Takes the first optimizer steps of pre-training with its real rows. Nothing is cached but tokenizer and tokens.
 *
 * @param run.steps how many; at least two, because the first one also records and loads
 * @yields one record per step
 * @throws RangeError when not even one row at a time fits into memory
 */
export async function* rehearse(
  study: Study,
  { model, steps }: { readonly model: ModelName; readonly steps: number },
): AsyncGenerator<StepRecord, Rehearsal, void> {
  const material = await openMaterial(study, model);
  const { text } = material;
  try {
    const architecture = architectureOf(study.config, model);
    const rowLengthTokens = study.config.rowLengthTokens[model];
    const { pretraining } = study.config;
    const { start, plan } = await pretrainingPhase(material, { keepMoments: false }).prepare();
    const begun = start();
    const microBatchSize = fittingRows(begun.weights, architecture, pretraining, rowLengthTokens);
    // The schedule is that of the whole: at paper scale its warm-up alone is longer than the text at hand.
    const factor = textFactor({ scale: study.config.scale, textWords: text.words });
    const span = { stepsBefore: 0, totalSteps: Math.ceil(plan.batches.steps * factor) };
    const records: StepRecord[] = [];
    const rehearsed = { ...plan, span, config: { ...pretraining, microBatchSize } };
    for await (const record of takeFirstSteps(begun, rehearsed, steps)) {
      records.push(record);
      yield record;
    }
    const tokensPerSecond = records.at(-1)?.tokensPerSecond ?? Number.NaN;
    const { batchSize, optimizer } = pretraining;
    const operations =
      trainingOperations(architecture, { batchSize, lengthTokens: rowLengthTokens }) +
      updateOperations(architecture, optimizer);
    return {
      model,
      parameters: countParameters(architecture),
      rowLengthTokens,
      batchSize,
      microBatchSize,
      steps: records,
      tokensPerSecond,
      operationsPerSecond: (operations / (batchSize * rowLengthTokens)) * tokensPerSecond,
      peakGiB: process.resourceUsage().maxRSS / 2 ** 20,
    };
  } finally {
    material.tokens.stream.close();
  }
}

// What a step takes is a third above the estimate of its tensors at 6,144 tokens (docs/benchmarks/2026-11-24.md).
const ESTIMATE_MARGIN = 1.4;

/** The most rows of a batch that fit into memory at once: a divisor of the batch, 1 where the engine must decide. */
function fittingRows(
  weights: Weights,
  architecture: ArchitectureConfig,
  { batchSize, precision, zLoss, optimizer }: TrainingConfig,
  lengthTokens: number,
): number {
  const { train } = compiledSteps(architecture, precision, zLoss);
  // Others may use the machine: what is free now counts, too.
  const room =
    Math.min(memoryLimit(), process.availableMemory()) -
    momentBytes(architecture, optimizer) -
    4 * countParameters(architecture); // gradients that are being summed
  for (let rows = batchSize; rows > 1; rows--) {
    if (batchSize % rows !== 0) continue;
    const shape: [number, number] = [rows, lengthTokens];
    const batch = {
      inputs: tf.zeros<tf.Rank.R2>(shape, "int32"),
      targets: tf.zeros<tf.Rank.R2>(shape, "int32"),
      mask: tf.zeros<tf.Rank.R2>(shape),
    };
    try {
      if (ESTIMATE_MARGIN * train.estimateBytes({ weights, ...batch }) <= room) return rows;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // the engine's own limit
    } finally {
      tf.dispose(batch);
    }
  }
  return 1;
}
