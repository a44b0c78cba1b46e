/** @file Loss and gradients of one batch, and loss alone, compiled once for each architecture and precision. */
import type { ArchitectureConfig, Precision } from "../config/config.js";
import type { Batch } from "../data/batches.js";
import { predictedPlaces } from "../data/masked-rows.js";
import { tf } from "../engine/backend.js";
import { compile, type CompiledStep } from "../engine/compile.js";
import { decodeHidden, outputMatrix, type RowLayout } from "../model/decoder.js";
import type { TensorTree } from "../engine/tensor-tree.js";
import type { Weights } from "../model/weights.js";
import { crossEntropy } from "../model/loss.js";

// Type aliases, because an interface is no record of tensors to TypeScript.

/** The tensors of a batch, [B, T] each; `layout` where rows hold several texts. */
export type BatchTensors = {
  readonly inputs: tf.Tensor2D;
  readonly targets: tf.Tensor2D;
  readonly mask: tf.Tensor2D;
  readonly layout?: RowLayout;
  /** int32 [M], places of the flattened batch that alone predict something, in a batch with masked rows. */
  readonly predicted?: tf.Tensor1D;
  /** ln p of each row under a reference, [B], where the loss has one. */
  readonly reference?: tf.Tensor1D;
};

/** What a step gets: weights by name and a batch. */
export type StepInput = BatchTensors & { readonly weights: Weights };

/** What a stage trains on: how its batches become tensors, and their loss. */
export interface Objective<B extends TensorTree = BatchTensors> {
  /** Objectives of one name are the same: it holds all their settings. */
  readonly name: string;
  /** Uploads a batch; the caller disposes its tensors. */
  readonly tensorsOf: (batch: Batch) => B;
  /** Of weights and such tensors; pure tfjs operations. */
  readonly lossOf: (weights: Weights, tensors: B, architecture: ArchitectureConfig) => tf.Scalar;
}

/** Loss in nats a trained token, and its derivative for every weight. */
export type LossAndGradients = { readonly loss: tf.Scalar; readonly gradients: Weights };

/** Uploads a batch; the caller disposes its tensors. */
export function batchTensors(batch: Batch): BatchTensors {
  const shape: [number, number] = [batch.batchSize, batch.lengthTokens]; // [B, T]
  const ids = (values: Int32Array) => tf.tensor2d(values, shape, "int32");
  const { layout, reference } = batch;
  const predicted = predictedPlaces(batch);
  return {
    inputs: ids(batch.inputIds),
    targets: ids(batch.targetIds),
    mask: tf.tensor2d(batch.targetMask, shape),
    ...(reference && { reference: tf.tensor1d(reference) }),
    ...(layout && {
      layout: {
        positions: ids(layout.positions),
        visibleUntil: ids(layout.visibleUntil),
        ...(layout.visibleFrom && { visibleFrom: ids(layout.visibleFrom) }),
      },
    }),
    ...(predicted && { predicted: tf.tensor1d(predicted, "int32") }),
  };
}

/** Mean loss over the trained tokens of a batch, `zLoss` as in `crossEntropy`. */
export function lossOf(
  { weights, inputs, targets, mask, layout, predicted }: StepInput,
  architecture: ArchitectureConfig,
  zLoss = 0,
): tf.Scalar {
  const hidden = decodeHidden(inputs, weights, architecture, {
    layout,
    ...(predicted && { wanted: predicted }),
  }); // [N, D], or [M, D]
  const wanted = <T extends tf.Tensor>(all: T): tf.Tensor =>
    predicted ? tf.gather(tf.reshape(all, [-1]), predicted) : all;
  return crossEntropy(hidden, outputMatrix(weights, architecture), wanted(targets), wanted(mask), zLoss);
}

/** The next token, or whatever else the targets of a batch are; `zLoss` as in `crossEntropy`. */
export const targets = (zLoss = 0): Objective => ({
  name: `targets, z-loss ${zLoss}`,
  tensorsOf: batchTensors,
  lossOf: (weights, tensors, architecture) => lossOf({ weights, ...tensors }, architecture, zLoss),
});

/** The same with gradients; the caller disposes both, or calls inside `tf.tidy`. */
export function lossAndGradients(
  { weights, ...batch }: StepInput,
  architecture: ArchitectureConfig,
  zLoss = 0,
): LossAndGradients {
  return withGradients(weights, (named) => lossOf({ weights: named, ...batch }, architecture, zLoss));
}

/** A loss of named weights and its derivative for each of them; the caller disposes both. */
export function withGradients(weights: Weights, lossAt: (weights: Weights) => tf.Scalar): LossAndGradients {
  const names = Object.keys(weights);
  const ofValues = (...values: tf.Tensor[]): tf.Scalar =>
    lossAt(Object.fromEntries(names.map((name, index) => [name, values[index] as tf.Tensor])));
  const { value, grads } = tf.valueAndGrads(ofValues)(Object.values(weights));
  const gradients = Object.fromEntries(names.map((name, index) => [name, grads[index] as tf.Tensor]));
  return { loss: value, gradients };
}

interface CompiledSteps {
  readonly train: CompiledStep<StepInput, LossAndGradients>;
  readonly evaluate: CompiledStep<StepInput, tf.Scalar>;
}

const compiled = new Map<string, CompiledSteps>();

/**
 * The compiled steps of an architecture; runs of the same one share them and their graphs.
 *
 * @param zLoss of the loss that is trained; `evaluate` is cross-entropy alone
 */
export function compiledSteps(
  architecture: ArchitectureConfig,
  precision: Precision,
  zLoss = 0,
): CompiledSteps {
  const key = JSON.stringify([architecture, precision, zLoss]);
  let steps = compiled.get(key);
  if (!steps) {
    steps = {
      train: compile((input: StepInput) => lossAndGradients(input, architecture, zLoss), { precision }),
      evaluate: compile((input: StepInput) => lossOf(input, architecture), { precision }),
    };
    compiled.set(key, steps);
  }
  return steps;
}
