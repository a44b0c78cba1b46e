/** @file Numbers into and out of tensors, for assertions. */
import { expect } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { normal, seeded } from "../../src/random.js";

/** Values of a float tensor as plain numbers. */
export const valuesOf = (tensor: tf.Tensor | undefined): number[] => Array.from(tensor?.dataSync() ?? []);

/** Euclidean norm over all elements. */
export const normOf = (tensor: tf.Tensor | undefined): number =>
  Math.sqrt(valuesOf(tensor).reduce((sum, value) => sum + value * value, 0));

/** Normally distributed numbers, the same for the same seed. */
export function normals(shape: number[], seed: number): tf.Tensor {
  const random = seeded(seed);
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => normal(random)),
    shape,
  );
}

/** Largest absolute difference between two tensors of one shape. */
export function largestGap(a: tf.Tensor | undefined, b: tf.Tensor | undefined): number {
  expect(a?.shape).toEqual(b?.shape);
  const others = valuesOf(b);
  return Math.max(...valuesOf(a).map((value, index) => Math.abs(value - (others[index] ?? Number.NaN))));
}

/**
 * Value and derivatives of `own` equal those tfjs finds for `plain`, the same function written out.
 *
 * @param tolerance absolute; values and derivatives here are of order 1, so 1e-5 is float32 rounding
 */
export function expectSameDerivatives(
  own: (...inputs: tf.Tensor[]) => tf.Tensor,
  plain: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  tolerance = 1e-5,
): void {
  const upstream = normals(plain(...inputs).shape, 99);
  const [found, expected] = [own, plain].map((compute) => ({
    value: compute(...inputs),
    gradients: tf.grads(compute)(inputs, upstream),
  }));
  expect(largestGap(found?.value, expected?.value)).toBeLessThan(tolerance);
  expected?.gradients.forEach((gradient, index) =>
    expect(largestGap(found?.gradients[index], gradient), `derivative ${index}`).toBeLessThan(tolerance),
  );
}
