/**
 * @file The `tokenizer.json` of a trained tokenizer, in Hugging Face's format (D17).
 * The merges come from `byte-pair-training.ts`; encoding and decoding live in `tokenizer.ts`.
 */
import { z } from "zod";
import type { TokenizerConfig } from "../config.js";
import { trainBytePairs } from "./byte-pair-training.js";

const AddedTokenSchema = z.looseObject({ id: z.int().nonnegative(), content: z.string() });

const TokenizerJsonSchema = z.looseObject({
  version: z.string(),
  added_tokens: z.array(AddedTokenSchema),
  pre_tokenizer: z.looseObject({ type: z.string() }).nullable(),
  post_processor: z.looseObject({ type: z.string() }).nullable(),
  decoder: z.looseObject({ type: z.string() }).nullable(),
  model: z.looseObject({ type: z.string() }),
});

/** A `tokenizer.json` as an object; only the parts the kit looks at have their own type. */
export interface TokenizerJson {
  readonly [key: string]: unknown;
  readonly version: string;
  readonly added_tokens: readonly {
    readonly [key: string]: unknown;
    readonly id: number;
    readonly content: string;
  }[];
  readonly pre_tokenizer: { readonly [key: string]: unknown; readonly type: string } | null;
  readonly post_processor: { readonly [key: string]: unknown; readonly type: string } | null;
  readonly decoder: { readonly [key: string]: unknown; readonly type: string } | null;
  readonly model: { readonly [key: string]: unknown; readonly type: string };
}

/** Special tokens of the kit's own tokenizers; a token's place is its id. */
export const SPECIAL_TOKENS = ["<pad>", "<s>", "</s>", "<unk>"] as const;

/**
 * A pair seen once is no pattern: the least count of the GPT-2 style trainer. At the paper's sizes it never binds.
 *
 * Source: huggingface/tokenizers 0.22.2, `ByteLevelBPETokenizer.train`, min_frequency.
 * Differs: the bare `BpeTrainer` has 0.
 */
export const MIN_PAIR_FREQUENCY = 2;

/**
 * Check that an object is a `tokenizer.json`.
 *
 * @param value parsed JSON
 * @param name  what to call it in the error
 * @throws Error when a part is missing
 */
export function parseTokenizerJson(value: unknown, name: string): TokenizerJson {
  const parsed = TokenizerJsonSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(
    `parseTokenizerJson: ${name} must be in Hugging Face's tokenizer.json format, got a fault at ` +
      `"${issue?.path.join(".")}": ${issue?.message}. Save it again with the tokenizers library.`,
  );
}

/**
 * Train a tokenizer on the pre-training text.
 *
 * `bytePlain` encodes a text as it stands. `byteWithPrefixSpace` puts a space in front of it and `<s>` before that, so
 * that a word is spelled alike at the start of a text and inside.
 *
 * @param options.texts     documents
 * @param options.vocabSize special tokens included; the result has fewer when the text has no more pairs to learn
 * @throws RangeError when `vocabSize` cannot hold special tokens and bytes, or there is no text
 *
 * Differs: the authors' tokenizers are not published; paper.md 2.3 gives the evidence for these two forms.
 */
export function trainTokenizer(options: {
  readonly texts: Iterable<string>;
  readonly vocabSize: number;
  readonly variant: TokenizerConfig["variant"];
}): TokenizerJson {
  const addPrefixSpace = options.variant === "byteWithPrefixSpace";
  const { vocabulary, merges } = trainBytePairs({
    texts: options.texts,
    vocabSize: options.vocabSize,
    addPrefixSpace,
    specialTokens: SPECIAL_TOKENS,
    minFrequency: MIN_PAIR_FREQUENCY,
  });
  const byteLevel = { type: "ByteLevel", use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { ...byteLevel, add_prefix_space: addPrefixSpace, trim_offsets: true },
    post_processor: addPrefixSpace
      ? startTokenTemplate()
      : { ...byteLevel, add_prefix_space: true, trim_offsets: false },
    decoder: { ...byteLevel, add_prefix_space: true, trim_offsets: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** `<s> A` for one text and `<s> A </s> B` for two. */
function startTokenTemplate(): { readonly [key: string]: unknown; readonly type: string } {
  const special = (id: string): object => ({ SpecialToken: { id, type_id: 0 } });
  const sequence = (id: string): object => ({ Sequence: { id, type_id: 0 } });
  const entry = (token: (typeof SPECIAL_TOKENS)[number]): object => ({
    id: token,
    ids: [SPECIAL_TOKENS.indexOf(token)],
    tokens: [token],
  });
  return {
    type: "TemplateProcessing",
    single: [special("<s>"), sequence("A")],
    pair: [special("<s>"), sequence("A"), special("</s>"), sequence("B")],
    special_tokens: { "</s>": entry("</s>"), "<s>": entry("<s>") },
  };
}
