/**
 * @file The LLaMA-style decoder: the way from token ids to logits. Its weights are in `weights.ts`, its parts in `layers.ts`, its
 * loss in `loss.ts`, its file format in `checkpoint.ts`.
 */
import type { ArchitectureConfig } from "../config/config.js";
import { sharedMasks } from "../engine/attention.js";
import { tf } from "../engine/backend.js";
import { rmsNorm } from "../engine/rms-norm.js";
import { rotaryTables, rotaryTablesAt } from "../engine/rotary.js";
import { causalSelfAttention, linear, swiGlu, type AttentionWeights, type HeadProjection } from "./layers.js";
import { headShape, type Weights } from "./weights.js";

/** One weight as a matrix. @throws Error when the decoder has no such weight */
function matrix(weights: Weights, name: string): tf.Tensor2D {
  const weight = weights[name];
  if (!weight)
    throw new Error(`decoder: a weight named ${name} is needed and missing. Load a complete checkpoint.`);
  return weight as tf.Tensor2D;
}

/** @throws RangeError when a sequence is longer than the model takes, naming both lengths */
export function checkLength(lengthTokens: number, { maxLengthTokens }: ArchitectureConfig): void {
  if (lengthTokens > maxLengthTokens)
    throw new RangeError(
      `decode: a sequence must not exceed the model's ${maxLengthTokens} tokens, got ${lengthTokens}. Cut it or train a model with a larger maxLengthTokens.`,
    );
}

/**
 * Refuses tokens the model has no embedding for, which a GPU would take for zeros.
 *
 * @throws RangeError that names the token
 */
export function checkTokens(ids: readonly number[], { vocabSize }: ArchitectureConfig): void {
  const stranger = ids.find((id) => id >= vocabSize);
  if (stranger !== undefined)
    throw new RangeError(
      `decode: tokens must be below the model's ${vocabSize}, got ${stranger}. Use the model's own tokenizer.`,
    );
}

/** The output matrix, [V, D]. */
export const outputMatrix = (weights: Weights, { tiedEmbeddings }: ArchitectureConfig): tf.Tensor2D =>
  matrix(weights, tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight");

/** Rows that are no single text read forwards: documents side by side, trees of texts that begin alike, masked rows. */
export type RowLayout = {
  /** Place of each token in its own text, from 0, int32 [B, T]. */
  readonly positions: tf.Tensor2D;
  /** First token of the row that does not see it, int32 [B, T]; see `Sight`. */
  readonly visibleUntil: tf.Tensor2D;
  /** First token of the row that sees it, int32 [B, T]; absent where each sees only what came before. */
  readonly visibleFrom?: tf.Tensor2D;
};

/** The attention of one layer: from the rows after its first norm to what is added to them, [N, D] to [N, D]. */
type Attend = (x: tf.Tensor2D, weights: AttentionWeights, layer: number) => tf.Tensor2D;

/**
 * All layers, whatever their tokens look at: that is for `attend` to say. Call it inside a tidy.
 *
 * @param inputIds token ids, int32, N of them
 * @param wanted   int32 [M]: the only tokens whose states are asked for; no other goes through the last feed-forward layer
 * @returns        [N, D], or [M, D], the hidden states after the last norm
 *
 * Source: Hugging Face `LlamaModel`, no biases; `Qwen3Model` where queries and keys are normed.
 */
export function decodeLayers(
  inputIds: tf.Tensor,
  weights: Weights,
  { numLayers, normEpsilon, queryKeyNorm }: ArchitectureConfig,
  attend: Attend,
  wanted?: tf.Tensor1D,
): tf.Tensor2D {
  const gain = (name: string): tf.Tensor1D => matrix(weights, name) as tf.Tensor as tf.Tensor1D;
  const norm = (x: tf.Tensor2D, name: string): tf.Tensor2D => rmsNorm(x, gain(name), normEpsilon);
  const normed = (at: string, part: "q" | "k"): HeadProjection => ({
    matrix: matrix(weights, `${at}.self_attn.${part}_proj.weight`),
    norm: queryKeyNorm && { gain: gain(`${at}.self_attn.${part}_norm.weight`), epsilon: normEpsilon },
  });
  const embedding = matrix(weights, "model.embed_tokens.weight"); // [V, D]
  let hidden: tf.Tensor2D = tf.gather(embedding, tf.reshape(inputIds, [-1])); // [N, D]
  for (let layer = 0; layer < numLayers; layer++) {
    const at = `model.layers.${layer}`;
    const attention = {
      query: normed(at, "q"),
      key: normed(at, "k"),
      value: { matrix: matrix(weights, `${at}.self_attn.v_proj.weight`) },
      output: matrix(weights, `${at}.self_attn.o_proj.weight`),
    };
    hidden = tf.add(hidden, attend(norm(hidden, `${at}.input_layernorm.weight`), attention, layer));
    if (wanted && layer === numLayers - 1) hidden = tf.gather(hidden, wanted); // [M, D]
    const feedForward = {
      gate: matrix(weights, `${at}.mlp.gate_proj.weight`),
      up: matrix(weights, `${at}.mlp.up_proj.weight`),
      down: matrix(weights, `${at}.mlp.down_proj.weight`),
    };
    hidden = tf.add(hidden, swiGlu(norm(hidden, `${at}.post_attention_layernorm.weight`), feedForward));
  }
  return norm(hidden, "model.norm.weight");
}

/**
 * What the output matrix is applied to: the hidden state after the last norm.
 *
 * @param inputIds token ids, int32 [B, T]
 * @param options.layout for rows of several texts, each of at most `maxLengthTokens`
 * @param options.wanted int32 [M], rows of the flattened tokens whose states are asked for; all without it
 * @returns        [N, D] with N = B · T, row by row, or [M, D]; a tensor the caller disposes
 * @throws RangeError when rows of one text exceed `maxLengthTokens`
 */
export function decodeHidden(
  inputIds: tf.Tensor2D,
  weights: Weights,
  architecture: ArchitectureConfig,
  { layout, wanted }: { readonly layout?: RowLayout | undefined; readonly wanted?: tf.Tensor1D } = {},
): tf.Tensor2D {
  const [batchSize, lengthTokens] = inputIds.shape;
  if (!layout) checkLength(lengthTokens, architecture);
  return tf.tidy(() => {
    const heads = headShape(architecture);
    const tables = rotaryTables(lengthTokens, heads.headDim, architecture.rotaryBase); // [T, K/2]
    const context = {
      ...heads,
      batchSize,
      rotary: layout ? rotaryTablesAt(tables, layout.positions) : tables,
      visibleUntil: layout?.visibleUntil,
      visibleFrom: layout?.visibleFrom,
      masks: layout && sharedMasks(layout),
    };
    return decodeLayers(
      inputIds,
      weights,
      architecture,
      (x, attention) => causalSelfAttention(x, attention, context),
      wanted,
    );
  });
}

/**
 * Logits of the next token at every position.
 *
 * @param inputIds token ids, int32 [B, T]
 * @returns        [B, T, V], a tensor the caller disposes
 * @throws RangeError when T exceeds `maxLengthTokens`
 *
 * Source: Hugging Face `LlamaForCausalLM`, no biases.
 */
export function decode(
  inputIds: tf.Tensor2D,
  weights: Weights,
  architecture: ArchitectureConfig,
): tf.Tensor3D {
  return tf.tidy(() => {
    const hidden = decodeHidden(inputIds, weights, architecture); // [N, D]
    const logits = linear(hidden, outputMatrix(weights, architecture)); // [N, V]
    return tf.reshape(logits, [...inputIds.shape, architecture.vocabSize]);
  });
}
