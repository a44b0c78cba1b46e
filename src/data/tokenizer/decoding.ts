/** @file Token ids to text, as tokenizers 0.22 decodes them. Encoding is in `tokenizer.ts`. */
import type { Tokenizer as NativeTokenizer } from "tokenizers";
import { cleanUpSpaces } from "./clean-up-spaces.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** Decodes lists of ids, each by itself. */
type DecodeEach = (
  idLists: readonly (readonly number[])[],
  options: { readonly skipSpecialTokens: boolean },
) => Promise<string[]>;

/**
 * The decoder of a tokenizer. Spaces before punctuation stay.
 *
 * Differs: tokenizers 0.23 decodes an added token to its normalized text ("▁bell"), 0.22 and so transformers 4.57.1 to its
 * own ("bell"). Where the two may differ the tokens are put together here.
 */
export function decoderOf(native: NativeTokenizer, json: TokenizerJson): DecodeEach {
  const { added_tokens: added } = json;
  const mayDiffer = (json["normalizer"] ?? null) !== null && added.some(({ normalized }) => normalized);
  if (!mayDiffer)
    return (idLists, { skipSpecialTokens }) =>
      native.decodeBatch(
        idLists.map((ids) => [...ids]),
        skipSpecialTokens,
      );
  const decoder = native.getDecoder();
  const byId = new Map(added.map((token) => [token.id, token.content]));
  const special = new Set(added.flatMap((token) => (token.special ? [token.content] : [])));
  const decode = (ids: readonly number[], skipSpecialTokens: boolean): string => {
    const tokens = ids
      .map((id) => byId.get(id) ?? native.idToToken(id))
      .filter((token) => token !== null)
      .filter((token) => !(skipSpecialTokens && special.has(token)));
    return decoder ? decoder.decode(tokens) : tokens.join(" ");
  };
  return (idLists, { skipSpecialTokens }) =>
    Promise.resolve(idLists.map((ids) => decode(ids, skipSpecialTokens)));
}

/** Decodes one list of ids; with `cleansUpSpaces` the spaces before punctuation go. */
export const decodeOne = async (
  decodeEach: DecodeEach,
  ids: readonly number[],
  options: { readonly skipSpecialTokens: boolean; readonly cleansUpSpaces: boolean },
): Promise<string> => {
  const [text = ""] = await decodeEach([ids], options);
  return options.cleansUpSpaces ? cleanUpSpaces(text) : text;
};
