/** @file Two texts as the tokens of one row, cut to a length by the tokenizers library itself. Single texts are encoded in `tokenizer.ts`. */
import { Tokenizer as NativeTokenizer } from "tokenizers";
import type { TokenizerJson } from "./tokenizer-json.js";

/** Two texts in one row of tokens. */
export interface EncodedTextPair {
  readonly ids: readonly number[];
  /** Tokens of the second text that are left, special ones not counted. */
  readonly secondTokens: number;
  readonly isCut: boolean;
}

/** Pairs handed to the library at once; bounds the memory its results take. */
const BATCH_PAIRS = 1024;

/**
 * An encoder of pairs, with special tokens where the tokenizer adds any.
 *
 * @param options.maxLengthTokens of the whole row; what is beyond is taken from the longer text
 * @param options.truncationSide  the end of a text that loses tokens
 *
 * Source: transformers 4.57.1, a fast tokenizer called with two texts, `truncation=True` and `max_length`.
 */
export function openPairEncoder(
  json: TokenizerJson,
  {
    maxLengthTokens,
    truncationSide,
  }: { readonly maxLengthTokens: number; readonly truncationSide: "left" | "right" },
): (pairs: readonly (readonly [string, string])[]) => Promise<EncodedTextPair[]> {
  const truncation = {
    direction: truncationSide === "left" ? "Left" : "Right",
    max_length: maxLengthTokens,
    strategy: "LongestFirst",
    stride: 0,
  };
  const native = NativeTokenizer.fromString(JSON.stringify({ ...json, truncation }));
  return async (pairs) => {
    const out: EncodedTextPair[] = [];
    for (let start = 0; start < pairs.length; start += BATCH_PAIRS) {
      const batch = pairs.slice(start, start + BATCH_PAIRS);
      // Not `encodeBatch`: the binding takes no pairs there, whatever its types say.
      const encodings = await Promise.all(
        batch.map(([first, second]) => native.encode(first, second, { addSpecialTokens: true })),
      );
      for (const encoding of encodings) {
        out.push({
          ids: encoding.getIds(),
          secondTokens: encoding.getSequenceIds().filter((sequence) => sequence === 1).length,
          isCut: encoding.getOverflowing().length > 0,
        });
      }
    }
    return out;
  };
}
