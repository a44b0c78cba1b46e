/**
 * @file Which weights a decoder has, by name and shape, how many parameters that makes, and how they start. What they compute is
 * in `decoder.ts`.
 */
import type { ArchitectureConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { normal, type Random } from "../random.js";
import type { HeadShape } from "./layers.js";

/** Weights by their Hugging Face name, such as `model.layers.0.self_attn.q_proj.weight`. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** Heads of an architecture, with what it leaves to the others filled in. */
export function headShape(architecture: ArchitectureConfig): HeadShape {
  const { hiddenSize, numHeads } = architecture;
  const { numKeyValueHeads = numHeads, headDim = hiddenSize / numHeads } = architecture;
  return { numHeads, numKeyValueHeads, headDim };
}

/** Shape of every weight by its Hugging Face name, in the order they are stored and updated. */
export function weightShapes(architecture: ArchitectureConfig): Record<string, number[]> {
  const {
    vocabSize,
    hiddenSize: D,
    feedForwardSize: F,
    numLayers,
    tiedEmbeddings,
    queryKeyNorm,
  } = architecture;
  const { numHeads: H, numKeyValueHeads: G, headDim: K } = headShape(architecture);
  const shapes: Record<string, number[]> = { "model.embed_tokens.weight": [vocabSize, D] };
  for (let layer = 0; layer < numLayers; layer++) {
    const at = `model.layers.${layer}`;
    shapes[`${at}.input_layernorm.weight`] = [D];
    shapes[`${at}.self_attn.q_proj.weight`] = [H * K, D];
    shapes[`${at}.self_attn.k_proj.weight`] = [G * K, D];
    shapes[`${at}.self_attn.v_proj.weight`] = [G * K, D];
    shapes[`${at}.self_attn.o_proj.weight`] = [D, H * K];
    if (queryKeyNorm) for (const part of ["q", "k"]) shapes[`${at}.self_attn.${part}_norm.weight`] = [K];
    shapes[`${at}.post_attention_layernorm.weight`] = [D];
    shapes[`${at}.mlp.gate_proj.weight`] = [F, D];
    shapes[`${at}.mlp.up_proj.weight`] = [F, D];
    shapes[`${at}.mlp.down_proj.weight`] = [D, F];
  }
  shapes["model.norm.weight"] = [D];
  if (!tiedEmbeddings) shapes["lm_head.weight"] = [vocabSize, D];
  return shapes;
}

/** Whether a weight is the embedding or the output matrix, a row for each token. */
export const isEmbedding = (name: string): boolean =>
  name === "model.embed_tokens.weight" || name === "lm_head.weight";

/** Whether a weight is one of the matrices inside the layers. */
export const isLayerMatrix = (name: string, rank: number): boolean =>
  rank === 2 && name.startsWith("model.layers.");

/**
 * Number of trainable parameters.
 *
 * @returns a shared embedding counts once
 */
export function countParameters(architecture: ArchitectureConfig): number {
  return Object.values(weightShapes(architecture)).reduce(
    (total, shape) => total + shape.reduce((size, axis) => size * axis, 1),
    0,
  );
}

/** Each layer has up to eleven weights with names of their own; the deepest Llama has 126. */
const MOST_LAYERS = 1000;

/**
 * Refuses architectures the decoder cannot be built from.
 *
 * @throws RangeError that names the field
 */
export function checkArchitecture(architecture: ArchitectureConfig): void {
  const { vocabSize, maxLengthTokens, hiddenSize, numHeads, numLayers, feedForwardSize } = architecture;
  const { numKeyValueHeads, headDim } = headShape(architecture);
  const sizes = {
    vocabSize,
    maxLengthTokens,
    hiddenSize,
    numHeads,
    numKeyValueHeads,
    numLayers,
    feedForwardSize,
  };
  for (const [field, value] of Object.entries({ ...sizes, headDim: architecture.headDim ?? 1 }))
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(
        `checkArchitecture: ${field} must be a positive whole number, got ${value}. Correct it.`,
      );
  if (numLayers > MOST_LAYERS)
    throw new RangeError(
      `checkArchitecture: numLayers must be at most ${MOST_LAYERS}, got ${numLayers}. Correct it.`,
    );
  if (architecture.headDim === undefined && hiddenSize % (2 * numHeads) !== 0)
    throw new RangeError(
      `checkArchitecture: hiddenSize must be numHeads times an even headDim, got ${hiddenSize} and ${numHeads}. Change one of them.`,
    );
  if (headDim % 2 !== 0)
    throw new RangeError(
      `checkArchitecture: headDim must be even, got ${headDim}. Rotary positions turn pairs: correct it.`,
    );
  if (numHeads % numKeyValueHeads !== 0)
    throw new RangeError(
      `checkArchitecture: numKeyValueHeads must divide numHeads, got ${numKeyValueHeads} and ${numHeads}. Change one of them.`,
    );
}

/**
 * Fresh weights: matrices normal with `initializerStd`, norm gains one.
 *
 * @returns tensors the caller disposes
 */
export function initializeWeights(architecture: ArchitectureConfig, random: Random): Weights {
  checkArchitecture(architecture);
  return Object.fromEntries(
    Object.entries(weightShapes(architecture)).map(([name, shape]) => {
      if (shape.length === 1) return [name, tf.ones(shape)];
      const values = new Float32Array(shape.reduce((size, axis) => size * axis, 1));
      for (let index = 0; index < values.length; index++)
        values[index] = architecture.initializerStd * normal(random);
      return [name, tf.tensor(values, shape)];
    }),
  );
}
