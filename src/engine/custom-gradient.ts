/** @file A function with its own derivative: tfjs' `customGrad` with the types it leaves open. */
import { tf } from "./backend.js";

/** A value, and what it takes to go back from it. */
export interface WithGradient {
  readonly value: tf.Tensor;
  /** Tensors kept until the backward pass. */
  readonly saved: readonly tf.Tensor[];
  /** Derivatives for every input, in their order, from that of the value. */
  readonly gradient: (upstream: tf.Tensor, saved: readonly tf.Tensor[]) => tf.Tensor[];
}

/**
 * Applies `compute` to inputs so that tfjs differentiates it by its `gradient` and not through its operations.
 *
 * @param inputs tensors that get a derivative; whatever else `compute` uses counts as constant
 */
export function withGradient(
  inputs: readonly tf.Tensor[],
  compute: (inputs: readonly tf.Tensor[]) => WithGradient,
): tf.Tensor {
  const differentiable = tf.customGrad((...args) => {
    const save = args.pop();
    if (typeof save !== "function")
      throw new Error("withGradient: tfjs must hand over save. Pin its version.");
    const { value, saved, gradient } = compute(args.filter((arg) => arg instanceof tf.Tensor));
    save([...saved]);
    return { value, gradFunc: gradient };
  });
  return differentiable(...inputs);
}

/** The tensors of a fixed-length list that is known to be complete. */
export function tensorAt(tensors: readonly tf.Tensor[], index: number): tf.Tensor {
  const tensor = tensors[index];
  if (!tensor) throw new Error(`tensorAt: tensor ${index} must be there, got ${tensors.length}.`);
  return tensor;
}
