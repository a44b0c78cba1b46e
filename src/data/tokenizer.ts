/**
 * @file Text ↔ token ids, through Hugging Face's own `tokenizers` library. Training one lives in `tokenizer-json.ts`.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { z } from "zod";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json.js";

/** A text as tokens. */
export interface EncodedText {
  readonly ids: readonly number[];
  /**
   * Start and end of each token in the text, in Unicode code points. A special token that is not part of the text has
   * [0, 0]; the pieces of a split character all carry that character's offsets.
   */
  readonly offsets: readonly (readonly [startCodePoint: number, endCodePoint: number])[];
}

/** A tokenizer, ready to use. */
export interface Tokenizer {
  /** Largest id + 1. */
  readonly vocabSize: number;
  /** `<s>`, `</s>` and `<pad>`, or what `tokenizer_config.json` names instead; null where there is none. */
  readonly startId: number | null;
  readonly endId: number | null;
  readonly padId: number | null;
  /** Whether encoding with special tokens puts the start token in front. */
  readonly addsStartToken: boolean;
  /** What to write into a model's folder. */
  readonly json: TokenizerJson;
  encode(
    texts: readonly string[],
    options: { readonly addSpecialTokens: boolean },
  ): Promise<readonly EncodedText[]>;
  /** As `encode`, ids alone: several times faster on long texts. */
  encodeIds(
    texts: readonly string[],
    options: { readonly addSpecialTokens: boolean },
  ): Promise<readonly (readonly number[])[]>;
  decode(ids: readonly number[], options: { readonly skipSpecialTokens: boolean }): Promise<string>;
  /** The tokens of a word standing alone, without special tokens, each decoded by itself. */
  splitWord(word: string): Promise<readonly string[]>;
}

const SpecialNameSchema = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const TokenizerConfigSchema = z.looseObject({
  add_prefix_space: z.boolean().nullish(),
  bos_token: SpecialNameSchema,
  eos_token: SpecialNameSchema,
  pad_token: SpecialNameSchema,
});
type TokenizerConfigFile = z.infer<typeof TokenizerConfigSchema>;

type NativeEncoding = Awaited<ReturnType<NativeTokenizer["encode"]>>;

/** Texts handed to the library at once; bounds the memory its results take. */
const BATCH_TEXTS = 2048;

/**
 * Open a tokenizer.
 *
 * @param from an object, the path of a `tokenizer.json`, or a model's folder; in a folder `tokenizer_config.json` names
 *   the special tokens and its `add_prefix_space` (false when absent) overrides `tokenizer.json`
 * @throws Error when there is no such file, it is not a tokenizer, or the library refuses it
 *
 * Source: transformers 4.57.1, `PreTrainedTokenizerFast.__init__`, for the override.
 * Differs: truncation and padding that the file asks for are switched off; the kit never cuts a text silently.
 */
export async function openTokenizer(from: string | TokenizerJson): Promise<Tokenizer> {
  if (typeof from !== "string") parseTokenizerJson(from, "the given tokenizer");
  const { json: found, config } =
    typeof from === "string" ? readTokenizerFiles(from) : { json: from, config: null };
  const preTokenizer =
    config !== null && found.pre_tokenizer !== null && "add_prefix_space" in found.pre_tokenizer
      ? { ...found.pre_tokenizer, add_prefix_space: config.add_prefix_space ?? false }
      : found.pre_tokenizer;
  const json: TokenizerJson = { ...found, pre_tokenizer: preTokenizer, truncation: null, padding: null };
  let native: NativeTokenizer;
  try {
    native = NativeTokenizer.fromString(JSON.stringify(json));
  } catch (cause) {
    throw new Error(
      `openTokenizer: the tokenizers library must be able to load the tokenizer, got ${String(cause)}. ` +
        "Save it again with tokenizers 0.20 or later.",
      { cause },
    );
  }

  const encodeInBatches = async <T>(
    texts: readonly string[],
    options: { readonly addSpecialTokens: boolean },
    read: (encoding: NativeEncoding) => T,
  ): Promise<T[]> => {
    const out: T[] = [];
    for (let start = 0; start < texts.length; start += BATCH_TEXTS) {
      const batch = texts.slice(start, start + BATCH_TEXTS);
      const encodings = await native.encodeBatch(batch, { addSpecialTokens: options.addSpecialTokens });
      for (const encoding of encodings) out.push(read(encoding));
    }
    return out;
  };
  const encodeIds: Tokenizer["encodeIds"] = (texts, options) =>
    encodeInBatches(texts, options, (encoding) => encoding.getIds());

  const idOf = (name: string): number | null => native.tokenToId(name);
  const startId = idOf(specialName(config?.bos_token) ?? "<s>");
  const [probe] = await encodeIds(["a"], { addSpecialTokens: true });
  return {
    // Not the number of entries: ids may have gaps, and a model needs a row for the largest.
    vocabSize: Object.values(native.getVocab(true)).reduce((largest, id) => Math.max(largest, id), -1) + 1,
    startId,
    endId: idOf(specialName(config?.eos_token) ?? "</s>"),
    padId: idOf(specialName(config?.pad_token) ?? "<pad>"),
    addsStartToken: startId !== null && probe?.[0] === startId,
    json,
    encode: (texts, options) =>
      encodeInBatches(texts, options, (encoding) => ({
        ids: encoding.getIds(),
        offsets: encoding.getOffsets().map(([start = 0, end = 0]): [number, number] => [start, end]),
      })),
    encodeIds,
    decode: (ids, options) => native.decode([...ids], options.skipSpecialTokens),
    splitWord: async (word) => {
      const [ids = []] = await encodeIds([word], { addSpecialTokens: false });
      return native.decodeBatch(
        ids.map((id) => [id]),
        false,
      );
    },
  };
}

function specialName(token: z.infer<typeof SpecialNameSchema>): string | undefined {
  return typeof token === "string" ? token : (token?.content ?? undefined);
}

function readTokenizerFiles(path: string): { json: TokenizerJson; config: TokenizerConfigFile | null } {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = isFolder ? join(path, "tokenizer.json") : path;
  const configFile = join(path, "tokenizer_config.json");
  const json = parseTokenizerJson(readJson(file), file);
  if (!isFolder || !existsSync(configFile)) return { json, config: null };
  const config = TokenizerConfigSchema.safeParse(readJson(configFile));
  if (config.success) return { json, config: config.data };
  const issue = config.error.issues[0];
  throw new Error(
    `openTokenizer: ${configFile} must be a tokenizer configuration, got a fault at "${issue?.path.join(".")}": ` +
      `${issue?.message}. Save the tokenizer again with transformers.`,
  );
}

function readJson(file: string): unknown {
  if (!existsSync(file)) {
    throw new Error(
      `openTokenizer: ${file} must exist, found nothing. Give the path of a tokenizer.json or of a folder with one.`,
    );
  }
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`openTokenizer: ${file} must hold JSON, got ${String(cause)}. Restore the file.`, {
      cause,
    });
  }
}
