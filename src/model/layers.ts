/**
 * @file The parts of a LLaMA-style decoder as plain TensorFlow.js functions; `decoder.ts` puts them together, and those
 * with a derivative of their own stand in `engine/`.
 *
 * Letters: B batch, T tokens, N = B · T rows, D hiddenSize, H heads, G heads of keys and values, K headDim,
 * F feedForwardSize, V vocabSize.
 * Weight matrices are stored as Hugging Face stores them, [out, in], and applied as x · Wᵀ.
 */
import { causalAttention, type Sight } from "../engine/attention.js";
import { tf } from "../engine/backend.js";
import { gatedSilu } from "../engine/gated-silu.js";
import { repeatHeads } from "../engine/grouped-heads.js";
import { rmsNorm } from "../engine/rms-norm.js";
import { rotate, type RotaryTables } from "../engine/rotary.js";

/** x · Wᵀ, [N, in] with [out, in] to [N, out]. */
export const linear = (x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D => tf.matMul(x, weight, false, true);

/** What makes queries, keys or values of its input. */
export interface HeadProjection {
  /** [heads · K, D]. */
  readonly matrix: tf.Tensor2D;
  /** How each head is normed: a gain for its K numbers, the same for all heads. */
  readonly norm?: { readonly gain: tf.Tensor1D; readonly epsilon: number } | undefined;
}

/** One attention layer: H heads of queries, G of keys and values, and the output matrix, [D, H · K]. */
export interface AttentionWeights {
  readonly query: HeadProjection;
  readonly key: HeadProjection;
  readonly value: HeadProjection;
  readonly output: tf.Tensor2D;
}

/** How many heads queries have, how many keys and values, and the width of each. */
export interface HeadShape {
  readonly numHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
}

/**
 * Queries, keys or values of every head.
 *
 * @param x [N, D], rows of B sequences one after another
 * @returns [B, heads, T, K]
 *
 * Source: Henry et al. 2020 for the norm of heads; RMSNorm with a gain, as in Hugging Face's `Qwen3Attention`.
 */
export function projectHeads(
  x: tf.Tensor2D,
  { matrix, norm }: HeadProjection,
  { batchSize, headDim }: { readonly batchSize: number; readonly headDim: number },
): tf.Tensor4D {
  const [numRows] = x.shape;
  const heads = matrix.shape[0] / headDim;
  let projected = linear(x, matrix); // [N, heads · K]
  if (norm) projected = rmsNorm(tf.reshape(projected, [numRows * heads, headDim]), norm.gain, norm.epsilon);
  const split: tf.Tensor4D = tf.reshape(projected, [batchSize, numRows / batchSize, heads, headDim]);
  return tf.transpose(split, [0, 2, 1, 3]);
}

/** What all attention layers of one pass share. */
export interface AttentionContext extends HeadShape, Pick<Sight, "visibleUntil" | "visibleFrom" | "masks"> {
  readonly batchSize: number;
  readonly rotary: RotaryTables;
}

/**
 * Multi-head self-attention with rotary positions, causal unless the context says otherwise.
 *
 *   softmax(Q Kᵀ / √headDim + mask) V
 *
 * @param x [N, D], rows of B sequences one after another
 * @returns [N, D]
 *
 * Source: Vaswani et al. 2017, equation 1; our `headDim` is their d_k. Ainslie et al. 2023 for G below H: head h of the
 * queries looks at head ⌊h · G / H⌋ of keys and values.
 */
export function causalSelfAttention(
  x: tf.Tensor2D,
  weights: AttentionWeights,
  {
    batchSize,
    numHeads,
    numKeyValueHeads,
    headDim,
    rotary,
    visibleUntil,
    visibleFrom,
    masks,
  }: AttentionContext,
): tf.Tensor2D {
  const [numRows] = x.shape;
  const shape = { batchSize, headDim };
  const shared = numHeads / numKeyValueHeads;
  const query = rotate(projectHeads(x, weights.query, shape), rotary); // [B, H, T, K]
  const key = rotate(projectHeads(x, weights.key, shape), rotary); // [B, G, T, K]
  const value = projectHeads(x, weights.value, shape); // [B, G, T, K]
  const attended = causalAttention(query, repeatHeads(key, shared), repeatHeads(value, shared), {
    visibleUntil,
    visibleFrom,
    masks,
  });
  const mixed = tf.transpose(attended, [0, 2, 1, 3]); // [B, T, H, K]
  return linear(tf.reshape(mixed, [numRows, numHeads * headDim]), weights.output);
}

/** The three matrices of one gated feed-forward layer: gate and up [F, D], down [D, F]. */
export interface FeedForwardWeights {
  readonly gate: tf.Tensor2D;
  readonly up: tf.Tensor2D;
  readonly down: tf.Tensor2D;
}

/**
 * SwiGLU feed-forward layer: down(silu(gate(x)) · up(x)), [N, D] to [N, D].
 *
 * Source: Shazeer 2020, equation 6, without biases.
 */
export const swiGlu = (x: tf.Tensor2D, { gate, up, down }: FeedForwardWeights): tf.Tensor2D =>
  linear(gatedSilu(linear(x, gate), linear(x, up)), down);
