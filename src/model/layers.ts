/**
 * @file The parts of a LLaMA-style decoder as plain TensorFlow.js functions; `decoder.ts` puts them together.
 *
 * Letters: B batch, T tokens, D hiddenSize, H heads, K headDim, F feedForwardSize, V vocabSize.
 * Weight matrices are stored as Hugging Face stores them, [out, in], and applied as x · Wᵀ.
 */
import { tf } from "../engine/backend.js";

/** x · Wᵀ over the last axis, [..., in] with [out, in] to [..., out]. */
export function linear(x: tf.Tensor, weight: tf.Tensor2D): tf.Tensor {
  const [outSize, inSize] = weight.shape;
  const rows = tf.reshape(x, [-1, inSize]); // [N, in]
  return tf.reshape(tf.matMul(rows, weight, false, true), [...x.shape.slice(0, -1), outSize]);
}

/**
 * Root-mean-square normalisation with a gain.
 *
 *   x / √(mean(x²) + ε) · gain
 *
 * @param x    [..., D]
 * @param gain [D]
 *
 * Source: Zhang and Sennrich 2019, equation 4; ε inside the root as in LLaMA.
 */
export function rmsNorm(x: tf.Tensor, gain: tf.Tensor1D, epsilon: number): tf.Tensor {
  const meanSquare = tf.mean(tf.square(x), -1, true); // [..., 1]
  return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, epsilon))), gain);
}

/** Cosines and sines of the rotary angles, both [T, K]: column k and column k + K/2 turn by the same angle. */
export interface RotaryTables {
  readonly cos: tf.Tensor2D;
  readonly sin: tf.Tensor2D;
}

/**
 * Rotary tables for positions 0 … lengthTokens − 1.
 *
 *   angle(t, k) = t / base^(2k / K),  k < K/2
 *
 * Source: Su et al. 2021, section 3.2.2, with the halves arrangement of Hugging Face's `LlamaRotaryEmbedding`.
 */
export function rotaryTables(lengthTokens: number, headDim: number, base: number): RotaryTables {
  const half = headDim / 2;
  const cos = new Float32Array(lengthTokens * headDim);
  const sin = new Float32Array(lengthTokens * headDim);
  for (let position = 0; position < lengthTokens; position++) {
    for (let k = 0; k < headDim; k++) {
      const angle = position / base ** ((2 * (k % half)) / headDim);
      cos[position * headDim + k] = Math.cos(angle);
      sin[position * headDim + k] = Math.sin(angle);
    }
  }
  const shape: [number, number] = [lengthTokens, headDim];
  return { cos: tf.tensor2d(cos, shape), sin: tf.tensor2d(sin, shape) };
}

/** Turns each pair (k, k + K/2) of x by its position's angle; x is [B, H, T, K]. */
export function rotate(x: tf.Tensor4D, { cos, sin }: RotaryTables): tf.Tensor4D {
  const [first, second] = tf.split(x, 2, -1) as [tf.Tensor4D, tf.Tensor4D]; // [B, H, T, K/2] twice
  const crossed = tf.concat([tf.neg(second), first], -1); // [B, H, T, K]
  return tf.add(tf.mul(x, cos), tf.mul(crossed, sin));
}

/** 0 where a token may look, −1e9 where it lies in the future, [T, T]. */
export function causalMask(lengthTokens: number): tf.Tensor2D {
  const allowed = tf.linalg.bandPart(tf.ones([lengthTokens, lengthTokens]), -1, 0); // [T, T]
  return tf.mul(tf.sub(allowed, 1), 1e9);
}

/** The four matrices of one attention layer, [D, D] each. */
export interface AttentionWeights {
  readonly query: tf.Tensor2D;
  readonly key: tf.Tensor2D;
  readonly value: tf.Tensor2D;
  readonly output: tf.Tensor2D;
}

/**
 * Causal multi-head self-attention with rotary positions.
 *
 *   softmax(Q Kᵀ / √headDim + mask) V
 *
 * @param x    [B, T, D]
 * @param mask [T, T], from `causalMask`
 * @returns    [B, T, D]
 *
 * Source: Vaswani et al. 2017, equation 1; our `headDim` is their d_k.
 */
export function causalSelfAttention(
  x: tf.Tensor3D,
  weights: AttentionWeights,
  { numHeads, rotary, mask }: { numHeads: number; rotary: RotaryTables; mask: tf.Tensor2D },
): tf.Tensor3D {
  const [batchSize, lengthTokens, hiddenSize] = x.shape;
  const headDim = hiddenSize / numHeads;
  const perHead = (weight: tf.Tensor2D): tf.Tensor4D => {
    const split: tf.Tensor4D = tf.reshape(linear(x, weight), [batchSize, lengthTokens, numHeads, headDim]);
    return tf.transpose(split, [0, 2, 1, 3]);
  };
  const query = rotate(perHead(weights.query), rotary); // [B, H, T, K]
  const key = rotate(perHead(weights.key), rotary); // [B, H, T, K]
  const value = perHead(weights.value); // [B, H, T, K]
  const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(headDim)); // [B, H, T, T]
  const attention = tf.softmax(tf.add(scores, mask)); // [B, H, T, T]
  const mixed = tf.transpose(tf.matMul(attention, value), [0, 2, 1, 3]); // [B, T, H, K]
  return linear(tf.reshape(mixed, [batchSize, lengthTokens, hiddenSize]), weights.output) as tf.Tensor3D;
}

/** The three matrices of one gated feed-forward layer: gate and up [F, D], down [D, F]. */
export interface FeedForwardWeights {
  readonly gate: tf.Tensor2D;
  readonly up: tf.Tensor2D;
  readonly down: tf.Tensor2D;
}

/**
 * SwiGLU feed-forward layer: down(silu(gate(x)) · up(x)), [B, T, D] to [B, T, D].
 *
 * Source: Shazeer 2020, equation 6, without biases.
 */
export function swiGlu(x: tf.Tensor3D, { gate, up, down }: FeedForwardWeights): tf.Tensor3D {
  const gated = linear(x, gate); // [B, T, F]
  const opened = tf.mul(tf.mul(gated, tf.sigmoid(gated)), linear(x, up)); // [B, T, F]
  return linear(opened, down) as tf.Tensor3D;
}
