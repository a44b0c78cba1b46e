/** @file The token that masked rows have in the place of others (docs/options.md#d27), behind a vocabulary that stays as it is. */
import { modelVocabulary } from "./model-vocabulary.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** Its text, and the entry `mask_token` of `tokenizer_config.json`. */
export const MASK_TOKEN = "<mask>";

/** A tokenizer with a mask token behind its vocabulary: every text is encoded as without it. */
export function withMaskToken(json: TokenizerJson): TokenizerJson {
  const id =
    1 +
    json.added_tokens.reduce((most, token) => Math.max(most, token.id), modelVocabulary(json).largestId());
  const token = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return { ...json, added_tokens: [...json.added_tokens, { id, content: MASK_TOKEN, ...token }] };
}
