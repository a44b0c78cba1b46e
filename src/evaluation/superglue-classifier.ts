/**
 * @file A decoder that names the class of a pair of texts: its body, one position of it, and a head. Training it is next door
 * in `superglue-training.ts`.
 *
 * Letters: B rows, T tokens, D hiddenSize, C classes.
 */
import type { ArchitectureConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { decodeHidden, type RowLayout } from "../model/decoder.js";
import type { Weights } from "../model/weights.js";
import type { Random } from "../random.js";
import type { PaddedRows, PaddingSide } from "./superglue-inputs.js";
import type { PackedPart } from "./superglue-packing.js";
import type { Attention, Pooling } from "./superglue-schedule.js";

const DENSE = "head.dense";
const OUT = "head.out";
const LAYER_NORM_EPSILON = 1e-5;

/** Whether a weight belongs to the head. */
export const isHeadWeight = (name: string): boolean => name.startsWith("head.");

/** Names of a body's weights: all but an output matrix of its own, which no class depends on. */
export const bodyNames = (weights: Weights): string[] =>
  Object.keys(weights).filter((name) => name !== "lm_head.weight" && !isHeadWeight(name));

/**
 * A fresh head. The caller disposes its tensors.
 *
 * Source: PyTorch `nn.Linear`: weights and biases uniform within ±1/√D.
 */
export function initializeHead(hiddenSize: number, numClasses: number, random: Random): Weights {
  const uniform = (shape: number[]): tf.Tensor => {
    const bound = 1 / Math.sqrt(hiddenSize);
    const values = new Float32Array(shape.reduce((size, axis) => size * axis, 1));
    return tf.tensor(
      values.map(() => bound * (2 * random() - 1)),
      shape,
    );
  };
  return {
    [`${DENSE}.weight`]: uniform([hiddenSize, hiddenSize]),
    [`${DENSE}.bias`]: uniform([hiddenSize]),
    [`${OUT}.weight`]: uniform([numClasses, hiddenSize]),
    [`${OUT}.bias`]: uniform([numClasses]),
  };
}

/** What the classifier reads, as tensors. */
export type ClassifierRows = {
  /** int32 [B, T] */
  readonly inputs: tf.Tensor2D;
  /** Row of the flattened hidden states that the head reads, int32 [B]. */
  readonly pooled: tf.Tensor1D;
  /** Where padding must not be seen by what the head reads. */
  readonly layout?: RowLayout;
};

/** Whether the head reads padding in any of some texts of these lengths, padded on the right: what `officialFinal` does. */
export const poolsPadding = (pooling: Pooling, lengthsTokens: readonly number[]): boolean =>
  pooling === "officialFinal" && new Set(lengthsTokens).size > 1;

/**
 * Uploads rows; the caller disposes the tensors.
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/classifier_model.py, and the mask transformers makes of `attention_mask`.
 */
export function classifierRows(
  rows: PaddedRows,
  { pooling, side }: { readonly pooling: Pooling; readonly side: PaddingSide },
): ClassifierRows {
  const { inputIds, attentionMask, batchSize, lengthTokens } = rows;
  const shape: [number, number] = [batchSize, lengthTokens];
  const last = { firstToken: 0, officialFinal: lengthTokens - 1 };
  const places = Array.from({ length: batchSize }, (_, row) => {
    const mask = attentionMask.subarray(row * lengthTokens, (row + 1) * lengthTokens);
    return row * lengthTokens + (pooling === "lastToken" ? mask.lastIndexOf(1) : last[pooling]);
  });
  // Under right padding the text comes before it and never sees it; only what is in the padding needs a mask.
  const needsMask = side === "left" || pooling === "officialFinal";
  return {
    inputs: tf.tensor2d(inputIds, shape, "int32"),
    pooled: tf.tensor1d(places, "int32"),
    ...(needsMask && { layout: layoutOf(rows, side) }),
  };
}

/**
 * Uploads packed texts; the caller disposes the tensors.
 *
 * @param options.count as many positions are read, so that parts of fewer texts have the same shape; those beyond the part's
 *   texts read the first token and mean nothing
 * @param options.attention `both` lets every token see all of its text
 */
export function packedRows(
  { inputIds, positions, visibleUntil, places, numRows, lengthTokens }: PackedPart,
  {
    pooling,
    count,
    attention = "causal",
  }: { readonly pooling: Pooling; readonly count: number; readonly attention?: Attention },
): ClassifierRows {
  const shape: [number, number] = [numRows, lengthTokens];
  const pooled = new Int32Array(count);
  places.forEach(({ begin, end }, index) => (pooled[index] = pooling === "firstToken" ? begin : end - 1));
  const upload = (values: Int32Array) => tf.tensor2d(values, shape, "int32");
  const visibleFrom = positions.map((position, at) => (at % lengthTokens) - position);
  return {
    inputs: upload(inputIds),
    pooled: tf.tensor1d(pooled, "int32"),
    layout: {
      positions: upload(positions),
      visibleUntil: upload(visibleUntil),
      ...(attention === "both" && { visibleFrom: upload(visibleFrom) }),
    },
  };
}

/** Padding on the left sees itself alone, on the right the text alone; the text never sees it. */
function layoutOf({ attentionMask, batchSize, lengthTokens }: PaddedRows, side: PaddingSide): RowLayout {
  const visibleUntil = attentionMask.map((isText, index) => {
    const place = index % lengthTokens;
    return isText === 1 ? lengthTokens : side === "left" ? place + 1 : place;
  });
  const positions = attentionMask.map((_, index) => index % lengthTokens);
  const upload = (values: Int32Array) => tf.tensor2d(values, [batchSize, lengthTokens], "int32");
  return { positions: upload(positions), visibleUntil: upload(visibleUntil) };
}

/** Hidden states the head reads, [B, D]; a tensor the caller disposes. */
export function pooledHidden(
  { inputs, pooled, layout }: ClassifierRows,
  weights: Weights,
  architecture: ArchitectureConfig,
): tf.Tensor2D {
  return decodeHidden(inputs, weights, architecture, { layout, wanted: pooled });
}

/** (x − mean) / √(variance + ε) over the last axis, without gain and bias. */
function layerNorm(x: tf.Tensor2D): tf.Tensor2D {
  const centred = tf.sub<tf.Tensor2D>(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, LAYER_NORM_EPSILON)));
}

/** x · Φ(x), through the error function. */
const gelu = (x: tf.Tensor2D): tf.Tensor2D =>
  tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1));

/**
 * Logits of the classes.
 *
 *   Linear(dropout(LayerNorm(GELU(Linear(LayerNorm(x))))))
 *
 * @param hidden [B, D]
 * @param keep   what dropout leaves, 0 or 1 / (1 − rate), [B, D]; nothing is dropped without it
 * @returns      [B, C]
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/classifier_model.py, ClassifierHead.
 */
export function headLogits(hidden: tf.Tensor2D, weights: Weights, keep?: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const raised = layerNorm(gelu(linearWithBias(layerNorm(hidden), weights, DENSE)));
    return linearWithBias(keep ? tf.mul(raised, keep) : raised, weights, OUT);
  });
}

function linearWithBias(x: tf.Tensor2D, weights: Weights, name: string): tf.Tensor2D {
  const [matrix, bias] = [weights[`${name}.weight`], weights[`${name}.bias`]];
  if (!matrix || !bias)
    throw new Error(
      `headLogits: the head must have ${name}.weight and .bias, got no such weight. Make one with initializeHead.`,
    );
  return tf.add(tf.matMul(x, matrix as tf.Tensor2D, false, true), bias);
}
