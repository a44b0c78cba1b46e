/** @file Heads of keys or values that several heads of queries share, as many times as they are looked at. */
import { tf } from "./backend.js";
import { withGradient } from "./custom-gradient.js";

/**
 * Each head `times` times, one copy after the other: heads a, b become a, a, b, b.
 *
 * @param x [B, G, T, K]
 * @returns [B, G · times, T, K]; `x` itself where `times` is 1
 *
 * Source: Hugging Face `repeat_kv`. The derivative of a head is the sum over its copies.
 */
export function repeatHeads(x: tf.Tensor4D, times: number): tf.Tensor4D {
  if (times === 1) return x;
  const { shape } = x; // not the tensor: it may be gone when the derivative is asked for
  const [batchSize, heads, lengthTokens, headDim] = shape;
  const numbers = lengthTokens * headDim;
  const repeated = withGradient([x], ([x]) => ({
    value: tf.reshape(tf.tile(tf.reshape(x as tf.Tensor4D, [batchSize * heads, 1, numbers]), [1, times, 1]), [
      batchSize,
      heads * times,
      lengthTokens,
      headDim,
    ]),
    saved: [],
    gradient: (upstream) => [
      tf.reshape(tf.sum(tf.reshape(upstream, [batchSize * heads, times, numbers]), 1), shape),
    ],
  }));
  return repeated as tf.Tensor4D;
}
