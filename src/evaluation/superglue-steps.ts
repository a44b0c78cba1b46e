/** @file What a classifier computes: the loss of some items, and logits. */
import type { ArchitectureConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import type { Weights } from "../model/weights.js";
import { headLogits, pooledHidden, type ClassifierRows } from "./superglue-classifier.js";

// A type alias, because an interface is no record of tensors to TypeScript.

/** Items of a batch that are computed together. */
export type ClassifierBatch = ClassifierRows & {
  /** One-hot classes, each item times its share of the batch, [B, C]; zeros for those of other parts. */
  readonly labels: tf.Tensor2D;
  readonly keep?: tf.Tensor2D;
};

/** Cross-entropy of the rows, each by its share of the batch. */
export function classifierLoss(
  weights: Weights,
  { labels, keep, ...rows }: ClassifierBatch,
  architecture: ArchitectureConfig,
): tf.Scalar {
  const logits = headLogits(pooledHidden(rows, weights, architecture), weights, keep); // [B, C]
  return tf.neg(tf.sum<tf.Scalar>(tf.mul(labels, tf.logSoftmax(logits))));
}

/** Logits of the rows, [B, C]. */
export const classifierLogits = (
  weights: Weights,
  rows: ClassifierRows,
  architecture: ArchitectureConfig,
): tf.Tensor2D => headLogits(pooledHidden(rows, weights, architecture), weights);
