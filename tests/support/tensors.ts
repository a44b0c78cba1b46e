/** @file Numbers out of tensors, for assertions. */
import type { tf } from "../../src/engine/backend.js";

/** Values of a float tensor as plain numbers. */
export const valuesOf = (tensor: tf.Tensor | undefined): number[] => Array.from(tensor?.dataSync() ?? []);

/** Euclidean norm over all elements. */
export const normOf = (tensor: tf.Tensor | undefined): number =>
  Math.sqrt(valuesOf(tensor).reduce((sum, value) => sum + value * value, 0));
