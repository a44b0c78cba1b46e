/**
 * @file Text ↔ token ids, through Hugging Face's own `tokenizers` library. Training one lives in `tokenizer-json.ts`.
 */
import { statSync } from "node:fs";
import type { Tokenizer as NativeTokenizer } from "tokenizers";
import { addTokens } from "./added-tokens.js";
import { decodeOne, decoderOf } from "./decoding.js";
import { modelVocabulary } from "./model-vocabulary.js";
import { loadNative } from "./native-tokenizer.js";
import {
  readTokenizerFolder,
  readTokenizerJson,
  usualSpecialTokens,
  type TokenizerFolder,
} from "./tokenizer-folder.js";
import { parseTokenizerJson, type TokenizerJson } from "./tokenizer-json.js";
import type { SpecialTokens } from "./tokenizer-settings.js";

/** A text as tokens. */
export interface EncodedText {
  readonly ids: readonly number[];
  /**
   * Start and end of each token in the text, in Unicode code points. A special token that is not part of the text has
   * [0, 0]; the pieces of a split character all carry that character's offsets.
   */
  readonly offsets: readonly (readonly [startCodePoint: number, endCodePoint: number])[];
}

/** One token of a word that stands alone. */
export interface WordPiece {
  /** The piece decoded by itself; part of a character is U+FFFD. */
  readonly text: string;
  /** The first piece's own id; of a later one, the first id of its text. */
  readonly id: number;
}

/** A tokenizer, ready to use. */
export interface Tokenizer {
  /** Largest id + 1. */
  readonly vocabSize: number;
  /** Ids of `bos_token`, `eos_token` and `pad_token`; null where there is none. */
  readonly startId: number | null;
  readonly endId: number | null;
  readonly padId: number | null;
  /** Id of `mask_token`, which masked rows have in the place of a token; null where there is none. */
  readonly maskId: number | null;
  /**
   * Tokens that end a text the model writes: those of `generation_config.json` or `config.json`, else `endId`.
   */
  readonly endIds: readonly number[];
  readonly specialTokens: SpecialTokens;
  /** Whether decoding takes out the spaces before punctuation. */
  readonly cleansUpSpaces: boolean;
  /** Where a text loses tokens when it is cut. */
  readonly truncationSide: "left" | "right";
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
  /**
   * The text that `ids` add to `context`: what both decode to together, less what the context does. Decoded alone, the
   * first token would lose its leading space in some tokenizers.
   */
  decodeAfter(context: readonly number[], ids: readonly number[]): Promise<string>;
  /**
   * The tokens of a word standing alone, without special tokens, as the official pipeline asks for them.
   *
   * Source: BabyLM evaluation pipeline 2025, reading/evaluation_functions.py, `get_p2`.
   * Differs: a later piece whose text has no token goes by its own id; the pipeline fails there.
   */
  splitWord(word: string): Promise<readonly WordPiece[]>;
  /** Tokens that begin with white space where they follow another. */
  wordStartIds(): Promise<ReadonlySet<number>>;
}

type NativeEncoding = Awaited<ReturnType<NativeTokenizer["encode"]>>;

/** Texts handed to the library at once; bounds the memory its results take. */
const BATCH_TEXTS = 2048;

/**
 * Open a tokenizer.
 *
 * @param from an object, the path of a `tokenizer.json`, or a model's folder, which is read as transformers reads it
 * @throws Error when there is no such file, it is not a tokenizer, it needs what the kit does not support, or the library
 *   refuses it
 *
 * Differs: truncation, padding and dropout that the file asks for are switched off; the kit never cuts a text silently,
 * and encodes it the same way every time.
 */
export async function openTokenizer(from: string | TokenizerJson): Promise<Tokenizer> {
  const settings = readSettings(from, { parsesModel: false });
  const native = load(settings, from);
  // Read from its text, a vocabulary that has a token twice counts it twice.
  if (modelVocabulary(settings.json).size() === native.getVocabSize(false))
    return readyTokenizer(settings, native);
  const parsed = readSettings(from, { parsesModel: true });
  return readyTokenizer(parsed, load(parsed, from));
}

function load({ json, modelText }: TokenizerFolder, from: string | TokenizerJson): NativeTokenizer {
  try {
    return loadNative(json, modelText);
  } catch (cause) {
    const name = typeof from === "string" ? `the tokenizer of ${from}` : "the given tokenizer";
    throw new Error(
      `openTokenizer: the tokenizers library must be able to load ${name}, got ${String(cause)}. ` +
        "Save it again with tokenizers 0.20 or later.",
      { cause },
    );
  }
}

async function readyTokenizer(settings: TokenizerFolder, native: NativeTokenizer): Promise<Tokenizer> {
  const { json } = settings;
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

  const { specialTokens, cleansUpSpaces, truncationSide } = settings;
  const idOf = (part: string): number | null => {
    const name = specialTokens[part];
    if (typeof name !== "string") return null;
    const unknown = specialTokens["unk_token"];
    return native.tokenToId(name) ?? (typeof unknown === "string" ? native.tokenToId(unknown) : null);
  };
  const [startId, endId] = [idOf("bos_token"), idOf("eos_token")];
  const [probe] = await encodeIds(["a"], { addSpecialTokens: true });
  const decodeEach = decoderOf(native, json);
  const decode: Tokenizer["decode"] = (ids, options) =>
    decodeOne(decodeEach, ids, { ...options, cleansUpSpaces });
  const vocabSize = largestId(json) + 1;
  return {
    vocabSize,
    startId,
    endId,
    padId: idOf("pad_token"),
    maskId: idOf("mask_token"),
    endIds: settings.endIds ?? (endId === null ? [] : [endId]),
    specialTokens,
    cleansUpSpaces,
    truncationSide,
    addsStartToken: startId !== null && probe?.[0] === startId,
    json,
    encode: (texts, options) =>
      encodeInBatches(texts, options, (encoding) => ({
        ids: encoding.getIds(),
        offsets: encoding.getOffsets().map(([start = 0, end = 0]): [number, number] => [start, end]),
      })),
    encodeIds,
    decode,
    decodeAfter: async (context, ids) => {
      const options = { skipSpecialTokens: true };
      for (const before of [context, context.slice(-1), []]) {
        const head = await decode(before, options);
        const whole = await decode([...before, ...ids], options);
        if (whole.startsWith(head)) return whole.slice(head.length);
      }
      return "";
    },
    splitWord: async (word) => {
      const [ids = []] = await encodeIds([word], { addSpecialTokens: false });
      const texts = await Promise.all(ids.map((id) => decode([id], { skipSpecialTokens: false })));
      const again = await encodeIds(texts, { addSpecialTokens: false });
      return ids.map((id, place) => ({
        text: texts[place] ?? "",
        id: place === 0 ? id : (again[place]?.[0] ?? id),
      }));
    },
    wordStartIds: async () => {
      // Behind another token, since decoding drops the space in front of a text.
      const [[anchor = 0] = []] = await encodeIds(["a"], { addSpecialTokens: false });
      const all = Array.from({ length: vocabSize }, (_, id) => id);
      // And without cleaning up, which would take the space of "▁." away.
      const [before = "", ...texts] = await decodeEach([[anchor], ...all.map((id) => [anchor, id])], {
        skipSpecialTokens: false,
      });
      return new Set(all.filter((id) => /^\s/u.test(texts[id]?.slice(before.length) ?? "")));
    },
  };
}

/** Truncation, padding and dropout are switched off. */
function readSettings(
  from: string | TokenizerJson,
  options: { readonly parsesModel: boolean },
): TokenizerFolder {
  const found =
    typeof from === "string" && statSync(from, { throwIfNoEntry: false })?.isDirectory()
      ? readTokenizerFolder(from, options)
      : settingsOfFile(from, options);
  const { json } = found;
  const { dropout = null } = json.model;
  const plain = { ...json, truncation: null, padding: null };
  return {
    ...found,
    json: dropout === null ? plain : { ...plain, model: { ...json.model, dropout: null } },
  };
}

function settingsOfFile(
  from: string | TokenizerJson,
  options: { readonly parsesModel: boolean },
): TokenizerFolder {
  const { json: found, modelText } =
    typeof from === "string"
      ? readTokenizerJson(from, options)
      : { json: parseTokenizerJson(from, "the given tokenizer"), modelText: null };
  const json = { ...found, added_tokens: addTokens(modelVocabulary(found), found.added_tokens) };
  return {
    json,
    modelText,
    specialTokens: usualSpecialTokens(json),
    cleansUpSpaces: false,
    truncationSide: "right",
    endIds: null,
  };
}

/** Not the number of entries: ids may have gaps, and a model needs a row for the largest. */
const largestId = (json: TokenizerJson): number =>
  json.added_tokens.reduce((largest, { id }) => Math.max(largest, id), modelVocabulary(json).largestId());
