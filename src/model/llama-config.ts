/**
 * @file The `config.json` of a Llama model in Hugging Face's form, as one architecture of the kit: every field that
 * would change what the decoder computes is understood, or refused by its name. A Qwen3 model is a Llama with a query-key norm.
 * Weights are read in `checkpoint.ts`.
 */
import { z } from "zod";
import type { ArchitectureConfig, Precision } from "../config/config.js";
import { checkArchitecture, headShape } from "./weights.js";

const count = z.number().int().positive();
const absent = z.null().optional();
/** A rate, a factor or a switch that must not act. */
const only = <Value extends number | boolean>(value: Value) => z.literal(value).nullish();

/** Positions as they are: the one kind of rotary table the decoder makes. Newer files keep the base in it. */
const ropeSchema = z
  .strictObject({
    rope_type: z.literal("default").optional(),
    type: z.literal("default").optional(), // before transformers 4.43
    rope_theta: z.number().positive().optional(),
    partial_rotary_factor: only(1),
  })
  .nullish();

/** Fields of a `config.json` that decide what the decoder computes. */
const decoderConfigSchema = z.object({
  model_type: z.enum(["llama", "qwen3"]),
  vocab_size: count,
  max_position_embeddings: count,
  hidden_size: count,
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  num_hidden_layers: count,
  intermediate_size: count,
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema,
  rope_parameters: ropeSchema,
  partial_rotary_factor: only(1),
  rms_norm_eps: z.number().positive(),
  initializer_range: z.number().nonnegative().default(0.02),
  tie_word_embeddings: z.boolean().default(false),
  attention_bias: only(false),
  attention_dropout: only(0),
  mlp_bias: only(false),
  hidden_act: z.literal("silu").default("silu"),
  sliding_window: absent,
  use_sliding_window: only(false),
  layer_types: z.array(z.literal("full_attention")).nullish(),
  quantization_config: absent,
});

/** Rotary base of a file that names none, as in Hugging Face's `LlamaConfig` and `Qwen3Config`. */
const DEFAULT_ROPE_THETA = 10_000;

/**
 * The architecture a `config.json` of a Llama or Qwen3 model describes.
 *
 * @param name what errors call the text: its path
 * @throws Error that names the field the decoder does not support: biases, scaled or partial rotary positions, other
 *   activations, sliding windows, dropout, quantised weights
 *
 * Source: transformers 4.57.1, `LlamaConfig` and `Qwen3Config`; `rope_parameters` as transformers 5 writes it.
 */
export function readLlamaConfig(text: string, name = "config.json"): ArchitectureConfig {
  const refuse = (found: string): never => {
    throw new Error(
      `readLlamaConfig: ${name} must describe a plain Llama or Qwen3 decoder, got ${found}. The kit does not support such a model.`,
    );
  };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(`readLlamaConfig: ${name} must hold JSON, got ${String(cause)}. Fetch it again.`, {
      cause,
    });
  }
  const parsed = decoderConfigSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(`${issue?.path.join(".") || "no object"}: ${issue?.message}`);
  }
  const config = parsed.data;
  const bases = [config.rope_parameters?.rope_theta, config.rope_scaling?.rope_theta, config.rope_theta];
  const [rotaryBase = DEFAULT_ROPE_THETA, ...others] = bases.filter((base) => base !== undefined);
  const other = others.find((base) => base !== rotaryBase);
  if (other !== undefined) refuse(`two rotary bases, rope_theta ${rotaryBase} and ${other}`);
  const architecture: ArchitectureConfig = {
    vocabSize: config.vocab_size,
    maxLengthTokens: config.max_position_embeddings,
    hiddenSize: config.hidden_size,
    numHeads: config.num_attention_heads,
    numLayers: config.num_hidden_layers,
    feedForwardSize: config.intermediate_size,
    rotaryBase,
    normEpsilon: config.rms_norm_eps,
    initializerStd: config.initializer_range,
    tiedEmbeddings: config.tie_word_embeddings,
  };
  const isQwen3 = config.model_type === "qwen3";
  // Qwen3Config has defaults of its own for what its files always hold.
  if (isQwen3 && config.num_key_value_heads === undefined) refuse("no num_key_value_heads");
  if (isQwen3 && config.head_dim == null) refuse("no head_dim");
  // Named only where they are not what follows from the rest, so that one architecture has one form.
  const whole = headShape(architecture);
  const { num_key_value_heads: groups, head_dim: headDim } = config;
  const complete: ArchitectureConfig = {
    ...architecture,
    ...(groups != null && groups !== whole.numKeyValueHeads && { numKeyValueHeads: groups }),
    ...(headDim != null && headDim !== whole.headDim && { headDim }),
    ...(isQwen3 && { queryKeyNorm: "perHead" }),
  };
  try {
    checkArchitecture(complete);
  } catch (fault) {
    if (!(fault instanceof RangeError)) throw fault;
    refuse(`sizes that do not fit: ${fault.message.replace(/^\w+: /, "")}`);
  }
  return complete;
}

/**
 * The `config.json` that Hugging Face's `LlamaForCausalLM` loads as this architecture; `Qwen3ForCausalLM` where it has a
 * query-key norm, which no Llama has.
 */
export function writeLlamaConfig(
  architecture: ArchitectureConfig,
  tokens: {
    readonly startId: number | null;
    readonly endId: number | readonly number[] | null;
    readonly padId: number | null;
  },
  precision: Precision = "float32",
): string {
  const { numHeads, numKeyValueHeads, headDim } = headShape(architecture);
  const config = {
    ...(architecture.queryKeyNorm
      ? { architectures: ["Qwen3ForCausalLM"], model_type: "qwen3", use_sliding_window: false }
      : { architectures: ["LlamaForCausalLM"], model_type: "llama" }),
    vocab_size: architecture.vocabSize,
    max_position_embeddings: architecture.maxLengthTokens,
    hidden_size: architecture.hiddenSize,
    num_attention_heads: numHeads,
    num_key_value_heads: numKeyValueHeads,
    head_dim: headDim,
    num_hidden_layers: architecture.numLayers,
    intermediate_size: architecture.feedForwardSize,
    rope_theta: architecture.rotaryBase,
    rope_scaling: null,
    rms_norm_eps: architecture.normEpsilon,
    initializer_range: architecture.initializerStd,
    tie_word_embeddings: architecture.tiedEmbeddings,
    attention_bias: false,
    ...(!architecture.queryKeyNorm && { mlp_bias: false }),
    hidden_act: "silu",
    bos_token_id: tokens.startId,
    eos_token_id: tokens.endId,
    pad_token_id: tokens.padId,
    torch_dtype: precision, // newer versions of transformers call it dtype and read both
  };
  return JSON.stringify(config, null, 2) + "\n";
}
