/** @file The files of a folder that say what its tokenizer does; what they mean is in `tokenizer-settings.ts`. */
import { isUtf8 } from "node:buffer";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { scanTokenizer } from "./model-text.js";
import { modelVocabulary } from "./model-vocabulary.js";
import { decodeStrictly, readBytes, requireText } from "../text-file.js";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json.js";
import { tokenizerConfigSchema } from "./tokenizer-config.js";
import { applySettings, type SpecialTokens, type TokenizerSettings } from "./tokenizer-settings.js";

/** A tokenizer's settings, and the tokens that end a text its model writes. */
export interface TokenizerFolder extends TokenizerSettings {
  /** Null where neither `generation_config.json` nor `config.json` names any. */
  readonly endIds: readonly number[] | null;
  /** The model as `tokenizer.json` has it, in UTF-8; null where it is not at hand. */
  readonly modelText: Buffer | null;
}

/**
 * The special tokens of a `tokenizer.json` by itself: `<s>`, `</s>` and `<pad>` where it has them, and the model's unknown
 * token, whatever its name.
 */
export function usualSpecialTokens(json: TokenizerJson): SpecialTokens {
  const { added_tokens: added, model } = json;
  const vocabulary = modelVocabulary(json);
  const has = (token: string): boolean =>
    added.some(({ content }) => content === token) || vocabulary.idOf(token) !== undefined;
  const { unk_token: named, unk_id: unknown } = model;
  const unk =
    typeof named === "string" ? named : typeof unknown === "number" ? vocabulary.tokenOf(unknown) : "<unk>";
  const parts = { bos_token: "<s>", eos_token: "</s>", pad_token: "<pad>", unk_token: unk };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([part, token]) =>
      token !== undefined && has(token) ? [[part, token]] : [],
    ),
  );
}

const ids = z.union([
  z
    .int()
    .nonnegative()
    .transform((id) => [id]),
  z.array(z.int().nonnegative()),
]);
const generationSchema = z.looseObject({ eos_token_id: ids.nullish() });
const modelConfigSchema = generationSchema.extend({
  model_type: z.string().optional(),
  tokenizer_class: z.string().nullish(),
});
/**
 * Tokenizer classes of model types, where no file names a class.
 *
 * Source: transformers 4.57.1, models/auto/tokenization_auto.py, `TOKENIZER_MAPPING_NAMES`; decoders of text alone.
 */
const MODEL_CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    LlamaTokenizer: ["llama", "mistral", "mixtral", "phi3"],
    GPT2Tokenizer: ["gpt2", "gptj", "gpt_bigcode", "gpt_neo", "olmo3", "opt", "starcoder2"],
    PreTrainedTokenizer: ["falcon", "glm4", "gpt_oss", "helium", "nemotron", "smollm3"],
  }).flatMap(([name, types]) => types.map((type) => [type, name])),
);
const addedTokensSchema = z.record(z.string(), z.int().nonnegative());

interface ReadOptions {
  /** Whether to parse the model, which takes long and is seldom needed. */
  readonly parsesModel: boolean;
}

/**
 * Reads a folder with a `tokenizer.json` as transformers does.
 *
 * @throws Error that names the file and the field when one does not hold what it should, or what the kit does not support
 *
 * Source: transformers 4.57.1, `AutoTokenizer.from_pretrained`, for the class: that of `tokenizer_config.json`, else that of
 * `config.json`, else the one of the model's type.
 * Differs: a folder that names no class and has no model is a `PreTrainedTokenizerFast` with the usual special tokens;
 * transformers refuses it.
 */
export function readTokenizerFolder(folder: string, options: ReadOptions): TokenizerFolder {
  const at = (name: string): string => join(folder, name);
  const { json, modelText } = readTokenizerJson(at("tokenizer.json"), options);
  const config = readOptional(at("tokenizer_config.json"), tokenizerConfigSchema);
  const model = readOptional(at("config.json"), modelConfigSchema);
  const generation = readOptional(at("generation_config.json"), generationSchema);
  const refuse = (place: string, field: string, must: string, got: unknown): never => {
    throw new Error(
      `openTokenizer: ${field} of ${place} must ${must}, got ${JSON.stringify(got)}. ` +
        "Open the folder with transformers and save a tokenizer that the kit supports.",
    );
  };
  const classOfType = (type: string): string =>
    MODEL_CLASSES.get(type) ??
    refuse(
      at("config.json"),
      "model_type",
      `be one of ${[...MODEL_CLASSES.keys()].join(", ")} where no file names a tokenizer_class`,
      type,
    );
  const className =
    config?.tokenizer_class ??
    model?.tokenizer_class ??
    (model?.model_type === undefined ? null : classOfType(model.model_type));
  const place = at(config ? "tokenizer_config.json" : "config.json");
  const settings = applySettings(
    json,
    {
      className: className ?? "PreTrainedTokenizer",
      config: className === null ? { ...usualSpecialTokens(json), ...config } : (config ?? {}),
      specialTokens: readOptional(at("special_tokens_map.json"), tokenizerConfigSchema),
      addedTokens: readOptional(at("added_tokens.json"), addedTokensSchema),
    },
    (field, must, got) => refuse(place, field, must, got),
  );
  return { ...settings, modelText, endIds: generation?.eos_token_id ?? model?.eos_token_id ?? null };
}

/**
 * A `tokenizer.json` with the text of its model.
 *
 * @throws Error when there is no such file, it holds no JSON, or a part of a tokenizer is missing
 */
export function readTokenizerJson(
  file: string,
  { parsesModel }: ReadOptions,
): Pick<TokenizerFolder, "json" | "modelText"> {
  const bytes = readFile(file);
  const scanned = parsesModel ? null : scanTokenizer(bytes);
  if (!scanned) return { json: parseTokenizerJson(parseJson(bytes, file), file), modelText: null };
  const json = parseTokenizerJson(scanned.value, file, scanned.mergeFault);
  const { dropout = null } = json.model;
  return { json, modelText: dropout === null ? scanned.modelText : null };
}

/** The bytes of a file that is UTF-8. */
function readFile(file: string): Buffer {
  if (!existsSync(file)) {
    throw new Error(
      `openTokenizer: ${file} must exist, found nothing. Give the path of a tokenizer.json or of a folder with one.`,
    );
  }
  const bytes = readBytes(file);
  requireText(bytes, file);
  if (!isUtf8(bytes)) decodeStrictly(bytes, file); // says where
  return bytes;
}

function parseJson(bytes: Buffer, file: string): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (cause) {
    throw new Error(`openTokenizer: ${file} must hold JSON, got ${String(cause)}. Restore the file.`, {
      cause,
    });
  }
}

function readOptional<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> | null {
  if (!existsSync(file)) return null;
  const parsed = schema.safeParse(parseJson(readFile(file), file));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(
    `openTokenizer: ${file} must be what transformers writes, got a fault at "${issue?.path.join(".")}": ` +
      `${issue?.message}. Save the tokenizer again with transformers.`,
  );
}
