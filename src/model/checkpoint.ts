/**
 * @file A model as a Hugging Face folder: `config.json`, `model.safetensors`, `tokenizer.json`. `safetensors.ts` knows
 * the byte format; optimizer moments are stored by `training/`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ArchitectureConfig } from "../config.js";
import { tf } from "../engine/backend.js";
import { checkArchitecture, weightShapes, type Weights } from "./decoder.js";
import { readSafetensors, writeSafetensors, type SafetensorsArray } from "./safetensors.js";

/** Fields of a Llama `config.json` that decide what the decoder computes. */
const llamaConfigSchema = z.object({
  model_type: z.literal("llama"),
  vocab_size: z.number().int().positive(),
  max_position_embeddings: z.number().int().positive(),
  hidden_size: z.number().int().positive(),
  num_attention_heads: z.number().int().positive(),
  num_key_value_heads: z.number().int().positive().optional(),
  head_dim: z.number().int().positive().nullish(),
  num_hidden_layers: z.number().int().positive(),
  intermediate_size: z.number().int().positive(),
  rope_theta: z.number().positive().default(10_000),
  rope_scaling: z.null().optional(),
  rms_norm_eps: z.number().positive(),
  initializer_range: z.number().nonnegative().default(0.02),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: z.literal(false).default(false),
  mlp_bias: z.literal(false).default(false),
  hidden_act: z.literal("silu").default("silu"),
});

/**
 * The architecture a Llama `config.json` describes.
 *
 * @throws Error that names the field the decoder does not support (grouped keys and values, biases, scaled positions)
 */
export function readLlamaConfig(text: string): ArchitectureConfig {
  const parsed = llamaConfigSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(
      `readLlamaConfig: config.json must describe a plain Llama decoder, got ${issue?.path.join(".")}: ${issue?.message}. Such a model is not supported.`,
    );
  }
  const config = parsed.data;
  const headDim = config.hidden_size / config.num_attention_heads;
  if ((config.num_key_value_heads ?? config.num_attention_heads) !== config.num_attention_heads)
    throw new Error(
      `readLlamaConfig: num_key_value_heads must equal num_attention_heads, got ${config.num_key_value_heads}. Such a model is not supported.`,
    );
  if ((config.head_dim ?? headDim) !== headDim)
    throw new Error(
      `readLlamaConfig: head_dim must be ${headDim}, got ${config.head_dim}. Such a model is not supported.`,
    );
  const architecture: ArchitectureConfig = {
    vocabSize: config.vocab_size,
    maxLengthTokens: config.max_position_embeddings,
    hiddenSize: config.hidden_size,
    numHeads: config.num_attention_heads,
    numLayers: config.num_hidden_layers,
    feedForwardSize: config.intermediate_size,
    rotaryBase: config.rope_theta,
    normEpsilon: config.rms_norm_eps,
    initializerStd: config.initializer_range,
    tiedEmbeddings: config.tie_word_embeddings,
  };
  checkArchitecture(architecture);
  return architecture;
}

/** The `config.json` that Hugging Face's `LlamaForCausalLM` loads as this architecture. */
export function writeLlamaConfig(
  architecture: ArchitectureConfig,
  tokens: { startId: number | null; endId: number; padId: number | null },
): string {
  const config = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: architecture.vocabSize,
    max_position_embeddings: architecture.maxLengthTokens,
    hidden_size: architecture.hiddenSize,
    num_attention_heads: architecture.numHeads,
    num_key_value_heads: architecture.numHeads,
    head_dim: architecture.hiddenSize / architecture.numHeads,
    num_hidden_layers: architecture.numLayers,
    intermediate_size: architecture.feedForwardSize,
    rope_theta: architecture.rotaryBase,
    rope_scaling: null,
    rms_norm_eps: architecture.normEpsilon,
    initializer_range: architecture.initializerStd,
    tie_word_embeddings: architecture.tiedEmbeddings,
    attention_bias: false,
    mlp_bias: false,
    hidden_act: "silu",
    bos_token_id: tokens.startId,
    eos_token_id: tokens.endId,
    pad_token_id: tokens.padId,
    torch_dtype: "float32",
  };
  return JSON.stringify(config, null, 2) + "\n";
}

/** Bytes of `model.safetensors` for these weights, float32. */
export function writeWeights(weights: Weights): Uint8Array {
  const arrays: Record<string, SafetensorsArray> = {};
  for (const [name, tensor] of Object.entries(weights))
    arrays[name] = { dtype: "F32", shape: tensor.shape, values: Float32Array.from(tensor.dataSync()) };
  return writeSafetensors(arrays);
}

/**
 * Weights out of the bytes of a `model.safetensors`.
 *
 * @returns tensors the caller disposes
 * @throws Error naming the first weight that is missing or has another shape
 */
export function readWeights(bytes: Uint8Array, architecture: ArchitectureConfig): Weights {
  const { arrays } = readSafetensors(bytes);
  const shapes = Object.entries(weightShapes(architecture));
  for (const [name, shape] of shapes) {
    const found = arrays[name]?.shape.join(", ");
    if (found !== shape.join(", "))
      throw new Error(
        `readWeights: ${name} must have shape [${shape.join(", ")}], got ${found === undefined ? "no such weight" : `[${found}]`}. Use the config.json of the same model.`,
      );
  }
  return Object.fromEntries(
    shapes.map(([name, shape]) => [name, tf.tensor(arrays[name]?.values ?? [], shape, "float32")]),
  );
}

/** A Hugging Face Llama folder. The caller disposes the weights. */
export function loadModel(folder: string): { architecture: ArchitectureConfig; weights: Weights } {
  const architecture = readLlamaConfig(readFileSync(join(folder, "config.json"), "utf8"));
  return {
    architecture,
    weights: readWeights(readFileSync(join(folder, "model.safetensors")), architecture),
  };
}
