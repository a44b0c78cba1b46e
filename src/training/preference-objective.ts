/** @file Training on preferences: the loss of a batch whose rows are better and worse replies by turns (`preference-batches.ts`). */
import type { ArchitectureConfig, Precision } from "../config/config.js";
import type { Batch } from "../data/batches.js";
import { tf } from "../engine/backend.js";
import { compile, type CompiledStep } from "../engine/compile.js";
import { decodeHidden, outputMatrix } from "../model/decoder.js";
import { preferenceLoss, rowLogProbs, type PreferenceLoss } from "../model/preference-loss.js";
import type { Weights } from "../model/weights.js";
import type { StepBatches } from "./step-batches.js";
import { batchTensors, type BatchTensors, type Objective } from "./training-step.js";

/** ln p of the trained tokens of each row, [B]. */
export function logProbsOf(
  { weights, inputs, targets, mask, layout }: BatchTensors & { readonly weights: Weights },
  architecture: ArchitectureConfig,
): tf.Tensor1D {
  const hidden = decodeHidden(inputs, weights, architecture, { layout }); // [B · T, D]
  return rowLogProbs(hidden, outputMatrix(weights, architecture), targets, mask);
}

/** Mean loss over the pairs of a batch, a scalar. */
export function preferenceLossOf(
  { reference, ...input }: BatchTensors & { readonly weights: Weights },
  architecture: ArchitectureConfig,
  settings: PreferenceLoss,
): tf.Scalar {
  return tf.tidy(() =>
    preferenceLoss(
      logProbsOf(input, architecture),
      { lengths: tf.sum<tf.Tensor1D>(input.mask, 1), reference },
      settings,
    ),
  );
}

/** Training on preferences instead of on the targets of its batches. */
export const preferenceObjective = (settings: PreferenceLoss): Objective => ({
  name: JSON.stringify(settings),
  tensorsOf: batchTensors,
  lossOf: (weights, tensors, architecture) =>
    preferenceLossOf({ weights, ...tensors }, architecture, settings),
});

const compiled = new Map<string, CompiledStep<BatchTensors & { readonly weights: Weights }, tf.Tensor1D>>();

/** ln p of the trained tokens of every row of some batches, by the id of the row. */
export function scoreRows(
  weights: Weights,
  batches: Iterable<Batch>,
  { architecture, precision }: { readonly architecture: ArchitectureConfig; readonly precision: Precision },
): Map<string, number> {
  const key = JSON.stringify([architecture, precision]);
  let step = compiled.get(key);
  if (!step) {
    step = compile((input: BatchTensors & { readonly weights: Weights }) => logProbsOf(input, architecture), {
      precision,
    });
    compiled.set(key, step);
  }
  const scores = new Map<string, number>();
  for (const batch of batches) {
    const tensors = batchTensors(batch);
    const found = step({ weights, ...tensors });
    for (const [row, logProb] of found.dataSync().entries()) scores.set(batch.rowIds?.[row] ?? "", logProb);
    tf.dispose([found, tensors]);
  }
  return scores;
}

/** Batches that carry what a reference makes of their rows. @throws Error naming a row that was not scored */
export const withReference = (batches: StepBatches, scores: ReadonlyMap<string, number>): StepBatches => ({
  ...batches,
  at(step) {
    const batch = batches.at(step);
    const reference = Float32Array.from(batch.rowIds ?? [], (id) => {
      const logProb = scores.get(id);
      if (logProb !== undefined) return logProb;
      throw new Error(`withReference: row ${id} must have been scored, and is not. Score all rows first.`);
    });
    return { ...batch, reference };
  },
});
