/** @file Tokens added to a vocabulary, with the ids that the tokenizers library gives them. */
import type { AddedToken, TokenizerJson } from "./tokenizer-json.js";

/** Id of a token of the vocabulary itself, added ones not counted, and how many entries it has. */
interface ModelVocabulary {
  size(): number;
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The vocabulary of a model of any type: ids by token, or for Unigram a list of tokens and scores. */
export function modelVocabulary({ model: { vocab } }: Pick<TokenizerJson, "model">): ModelVocabulary {
  if (Array.isArray(vocab)) {
    const tokenOf = (id: number): string | undefined => {
      const entry: unknown = vocab[id];
      const token: unknown = Array.isArray(entry) ? entry[0] : undefined;
      return typeof token === "string" ? token : undefined;
    };
    let byToken: Map<string | undefined, number> | undefined; // made once it is asked for
    return {
      size: () => vocab.length,
      tokenOf,
      // The library keeps the last of equal ones.
      idOf: (token) => (byToken ??= new Map(vocab.map((_, id) => [tokenOf(id), id]))).get(token),
    };
  }
  const ids = isObject(vocab) ? vocab : {};
  let size: number | undefined;
  return {
    size: () => (size ??= Object.keys(ids).length),
    idOf: (token) => (Object.hasOwn(ids, token) ? Number(ids[token]) : undefined),
    tokenOf: (id) => Object.keys(ids).find((token) => ids[token] === id),
  };
}

/**
 * The added tokens after more were added, each with its id. One that was there takes the newer flags.
 *
 * @param vocabulary of the model
 * @param tokens     in the order they are added
 * @returns by id, as the library saves them
 *
 * Source: huggingface/tokenizers 0.22.2, `AddedVocabulary::add_tokens`: a token of the vocabulary keeps its id, another
 * takes the next one. What was special once stays special.
 */
export function addTokens(
  vocabulary: ModelVocabulary,
  tokens: Iterable<AddedToken>,
): (AddedToken & { readonly id: number })[] {
  const added = new Map<string, AddedToken & { readonly id: number }>();
  let largest = -1;
  for (const token of tokens) {
    const { content } = token;
    if (content === "") continue;
    const before = added.get(content);
    const id = before?.id ?? vocabulary.idOf(content) ?? Math.max(largest + 1, vocabulary.size());
    largest = Math.max(largest, id);
    added.set(content, { ...{ id, ...token }, id, special: token.special || before?.special === true });
  }
  return [...added.values()].sort((a, b) => a.id - b.id);
}
