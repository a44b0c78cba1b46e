/**
 * @file Pairs of texts as token ids: encoded once, cut as the official pipeline cuts them, and padded as it pads them, for
 * readings of a position that padding moves. What the pairs are is in `superglue-tasks.ts`; `superglue-packing.ts` packs them.
 */
import { openPairEncoder } from "../data/tokenizer/pair-encoder.js";
import type { Tokenizer } from "../data/tokenizer/tokenizer.js";
import type { SupergluePair } from "./superglue-tasks.js";

/** An item as the model reads it. */
export interface EncodedPair {
  readonly id: string;
  readonly ids: readonly number[];
  readonly label: number;
}

/** Items and what encoding did to them. */
export interface EncodedPairs {
  readonly pairs: readonly EncodedPair[];
  /** Items that were cut at all, and items of whose second text nothing was left. */
  readonly cut: number;
  readonly withoutSecond: number;
}

/**
 * Encodes pairs, once for all epochs and seeds.
 *
 * @param options.maxLengthTokens officially 512, or what the model takes where that is less
 * @throws RangeError when an item has no tokens at all
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/dataset.py: `tokenizer(texts, truncation=True, max_length)`, which takes
 * tokens from the longer text first.
 */
export async function encodePairs(
  tokenizer: Tokenizer,
  pairs: readonly SupergluePair[],
  { maxLengthTokens }: { readonly maxLengthTokens: number },
): Promise<EncodedPairs> {
  const encoder = openPairEncoder(tokenizer.json, {
    maxLengthTokens,
    truncationSide: tokenizer.truncationSide,
  });
  const encoded = await encoder(pairs.map(({ first, second }) => [first, second] as const));
  const empty = encoded.findIndex(({ ids }) => ids.length === 0);
  if (empty >= 0)
    throw new RangeError(
      `encodePairs: every item must have tokens, got none for ${pairs[empty]?.id}. Use a tokenizer that knows its characters.`,
    );
  return {
    pairs: pairs.map(({ id, label }, index) => ({ id, label, ids: encoded[index]?.ids ?? [] })),
    cut: encoded.filter(({ isCut }) => isCut).length,
    withoutSecond: encoded.filter(({ secondTokens }) => secondTokens === 0).length,
  };
}

/** Where the padding is. */
export type PaddingSide = "left" | "right";

/** Rows side by side, padded. Row-major arrays of B · T values. */
export interface PaddedRows {
  readonly inputIds: Int32Array;
  /** 1 where a token is one of the text's. */
  readonly attentionMask: Int32Array;
  readonly batchSize: number;
  readonly lengthTokens: number;
}

/**
 * Rows of one length.
 *
 * @param options.lengthTokens T; every row must fit
 * @throws RangeError when a row is longer
 */
export function padRows(
  rows: readonly (readonly number[])[],
  {
    lengthTokens,
    padId,
    side,
  }: { readonly lengthTokens: number; readonly padId: number; readonly side: PaddingSide },
): PaddedRows {
  const inputIds = new Int32Array(rows.length * lengthTokens).fill(padId);
  const attentionMask = new Int32Array(rows.length * lengthTokens);
  rows.forEach((ids, row) => {
    if (ids.length > lengthTokens)
      throw new RangeError(
        `padRows: a row must have at most ${lengthTokens} tokens, got ${ids.length}. Choose a larger length.`,
      );
    const begin = row * lengthTokens + (side === "left" ? lengthTokens - ids.length : 0);
    inputIds.set(ids, begin);
    attentionMask.fill(1, begin, begin + ids.length);
  });
  return { inputIds, attentionMask, batchSize: rows.length, lengthTokens };
}
