/** @file Training on preferences: the loss of a batch whose rows are better and worse replies by turns (`preference-batches.ts`). */
import type { ArchitectureConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { decodeHidden, outputMatrix } from "../model/decoder.js";
import { preferenceLoss, rowLogProbs, type PreferenceLoss } from "../model/preference-loss.js";
import type { Weights } from "../model/weights.js";
import type { BatchTensors } from "./training-step.js";

/** The tensors of such a batch: those of any, and ln p of each row under the reference where the loss has one. */
export type PreferenceTensors = BatchTensors & { readonly reference?: tf.Tensor1D };

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
  { reference, ...input }: PreferenceTensors & { readonly weights: Weights },
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
