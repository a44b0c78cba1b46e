/**
 * @file The `tokenizer.json` of a trained tokenizer, in Hugging Face's format (docs/decisions.md#d17).
 * The merges come from `byte-pair-training.ts`; encoding and decoding live in `tokenizer.ts`.
 */
import { z } from "zod";
import type { TokenizerConfig } from "../../config/config.js";
import { trainBytePairs } from "./byte-pair-training.js";
import { faultOfMerges } from "./merge-faults.js";

const AddedTokenSchema = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string(),
  single_word: z.boolean(),
  lstrip: z.boolean(),
  rstrip: z.boolean(),
  normalized: z.boolean(),
  special: z.boolean(),
});

const part = z.looseObject({ type: z.string() }).nullable().default(null);
/** What may be absent is filled in, as the library reads it. */
const TokenizerJsonSchema = z.looseObject({
  version: z.string().default("1.0"),
  added_tokens: z.array(AddedTokenSchema).default([]),
  pre_tokenizer: part,
  post_processor: part,
  decoder: part,
  // Strict about nothing else, and does not touch it: large fields are parsed when they are read.
  model: z.object({ type: z.string().optional() }),
});

const PieceSchema = z.looseObject({
  SpecialToken: z.looseObject({ id: z.string() }).optional(),
  Sequence: z.looseObject({ id: z.string() }).optional(),
});
const TemplateSchema = z.looseObject({
  type: z.literal("TemplateProcessing"),
  single: z.array(PieceSchema),
  pair: z.array(PieceSchema),
  special_tokens: z.record(z.string(), z.unknown()),
});
const SequenceSchema = z.looseObject({ type: z.literal("Sequence"), processors: z.array(z.unknown()) });

/**
 * What a template asks for that is not there, in words, or null: the library ends the whole process when it meets a special
 * token that is not defined, or a second text where there is one. What is no template is for the library to judge.
 */
function faultOfTemplate(processor: unknown): string | null {
  const sequence = SequenceSchema.safeParse(processor);
  if (sequence.success)
    return sequence.data.processors.map(faultOfTemplate).find((fault) => fault !== null) ?? null;
  const template = TemplateSchema.safeParse(processor);
  if (!template.success) return null;
  const { single, pair, special_tokens: defined } = template.data;
  if (single.some(({ Sequence: text }) => text !== undefined && text.id !== "A"))
    return "its template for one text has a second";
  const wanted = [...single, ...pair].flatMap(({ SpecialToken: token }) => token?.id ?? []);
  const stranger = wanted.find((id) => !Object.hasOwn(defined, id));
  return stranger === undefined
    ? null
    : `its template has "${stranger}", which is none of its special_tokens`;
}

/** A token that is found in a text before it is split, as `tokenizer.json` writes it. */
export interface AddedToken {
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** A `tokenizer.json` as an object; only the parts the kit looks at have their own type. */
export interface TokenizerJson {
  readonly [key: string]: unknown;
  readonly version: string;
  readonly added_tokens: readonly (AddedToken & { readonly id: number })[];
  readonly pre_tokenizer: { readonly [key: string]: unknown; readonly type: string } | null;
  readonly post_processor: { readonly [key: string]: unknown; readonly type: string } | null;
  readonly decoder: { readonly [key: string]: unknown; readonly type: string } | null;
  readonly model: { readonly [key: string]: unknown; readonly type?: string | undefined };
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
 * @param value      parsed JSON
 * @param name       what to call it in the error
 * @param mergeFault what is impossible about the model's merges, where somebody has looked
 * @throws Error when a part is missing or impossible
 */
export function parseTokenizerJson(value: unknown, name: string, mergeFault?: string | null): TokenizerJson {
  const parsed = TokenizerJsonSchema.safeParse(value);
  const refuse = (place: string, fault: string): never => {
    throw new Error(
      `parseTokenizerJson: ${name} must be in Hugging Face's tokenizer.json format, got a fault at ` +
        `"${place}": ${fault}. Save it again with the tokenizers library.`,
    );
  };
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return refuse(issue?.path.join(".") ?? "", issue?.message ?? "unknown");
  }
  const fault = faultOfTemplate(parsed.data.post_processor);
  if (fault !== null) refuse("post_processor", fault);
  const { model } = value as { readonly model: TokenizerJson["model"] }; // parsed, so that it is there
  const falseMerge = mergeFault === undefined ? faultOfMerges(model) : mergeFault;
  if (falseMerge !== null) refuse("model.merges", falseMerge);
  return Object.assign({}, value, { ...parsed.data, model }); // in the order of the file
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
 * Differs: the authors' tokenizers are not published; docs/paper.md#tokenizers gives the evidence for these two forms.
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
