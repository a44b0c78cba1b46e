/**
 * @file A trained model as a complete Hugging Face folder, which `AutoModelForCausalLM` and `AutoTokenizer` load as it is.
 * Reading one is in `checkpoint.ts` and `data/tokenizer.ts`.
 */
import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Precision } from "../config.js";
import type { Tokenizer } from "../data/tokenizer.js";
import { writeWeights } from "./checkpoint.js";
import type { TextModel } from "./generate.js";
import { writeLlamaConfig } from "./llama-config.js";

/**
 * Writes the folder whole or not at all: beside its place, then renamed.
 *
 * @param folder  made with its parents; one that is there must be empty
 * @param options.precision of the weights; `bfloat16` rounds each to the nearest one and halves the file
 * @param options.readme    text of README.md; without it there is none
 * @returns bytes of each file
 * @throws Error when something is in the folder's place, or the tokenizer has no end token
 *
 * Source: transformers 4.57.1, `save_pretrained` of model and tokenizer.
 * Differs: `model_input_names` leaves out token types, which `LlamaForCausalLM.generate` refuses.
 */
export function writeHuggingFaceFolder(
  folder: string,
  { weights, architecture, tokenizer }: TextModel,
  { precision = "float32", readme }: { readonly precision?: Precision; readonly readme?: string } = {},
): Readonly<Record<string, number>> {
  const place = resolve(folder);
  requireFree(place);
  const { startId, endId, padId } = tokenizer;
  if (endId === null)
    throw new Error(
      "writeHuggingFaceFolder: the tokenizer must have an end token, got none. Name one in tokenizer_config.json.",
    );
  const special = specialTokens(tokenizer);
  const json = (value: unknown): string => JSON.stringify(value, null, 2) + "\n";
  const files: Readonly<Record<string, string | Uint8Array>> = {
    "config.json": writeLlamaConfig(architecture, { startId, endId, padId }, precision),
    "generation_config.json": json({ bos_token_id: startId, eos_token_id: endId, pad_token_id: padId }),
    "tokenizer.json": JSON.stringify(tokenizer.json, null, 1) + "\n",
    "tokenizer_config.json": json({
      ...prefixSpace(tokenizer),
      added_tokens_decoder: Object.fromEntries(
        tokenizer.json.added_tokens.map(({ id, ...token }) => [id, token]),
      ),
      ...special,
      clean_up_tokenization_spaces: false,
      model_input_names: ["input_ids", "attention_mask"],
      model_max_length: architecture.maxLengthTokens,
      tokenizer_class: "PreTrainedTokenizerFast",
    }),
    "special_tokens_map.json": json(special),
    "model.safetensors": writeWeights(weights, precision),
    ...(readme !== undefined && { "README.md": readme }),
  };
  mkdirSync(dirname(place), { recursive: true });
  const beside = `${place}.partial-${randomUUID()}`;
  try {
    mkdirSync(beside);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(beside, name), content);
    requireFree(place);
    if (existsSync(place)) rmdirSync(place); // empty: not every system renames over a folder
    renameSync(beside, place);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [name, Buffer.byteLength(content)]),
  );
}

/** @throws Error when anything is there that would be lost */
function requireFree(place: string): void {
  const there = statSync(place, { throwIfNoEntry: false });
  if (!there) return;
  const found = there.isDirectory() ? readdirSync(place) : null;
  if (found?.length !== 0)
    throw new Error(
      `writeHuggingFaceFolder: ${place} must be empty or not exist, got ${found ? `a folder with ${found[0]}` : "a file"}. Choose another folder; nothing is overwritten.`,
    );
}

/** Only a pre-tokenizer that has the setting itself is overridden by it; see `openTokenizer`. */
function prefixSpace({ json: { pre_tokenizer: preTokenizer } }: Tokenizer): Record<string, unknown> {
  const setting = preTokenizer?.["add_prefix_space"];
  return typeof setting === "boolean" ? { add_prefix_space: setting } : {};
}

/** Special tokens by the names transformers gives their parts; those that do not exist are left out. */
function specialTokens(tokenizer: Tokenizer): Readonly<Record<string, string>> {
  const { added_tokens: added, model } = tokenizer.json;
  const vocabulary = typeof model["vocab"] === "object" && model["vocab"] !== null ? model["vocab"] : {};
  const nameOf = (id: number | null): string | undefined =>
    added.find((token) => token.id === id)?.content ??
    Object.entries(vocabulary).find(([, other]) => other === id)?.[0];
  const parts = {
    bos_token: nameOf(tokenizer.startId),
    eos_token: nameOf(tokenizer.endId),
    pad_token: nameOf(tokenizer.padId),
    unk_token: added.find(({ content }) => content === "<unk>")?.content,
  };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, name]) => (name === undefined ? [] : [[part, name]])),
  );
}
