/** @file The vocabulary of a tokenizer's model: which token has which id, added tokens not counted. */
import type { TokenizerJson } from "./tokenizer-json.js";

/** Tokens and ids of a model. */
export interface ModelVocabulary {
  /** Number of entries. */
  size(): number;
  /** Not `size - 1`: ids may have gaps. -1 where there are no entries. */
  largestId(): number;
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
}

/** Vocabularies that are known already, by their model: counting one takes longer than reading it from the text. */
const known = new WeakMap<TokenizerJson["model"], ModelVocabulary>();

/** Says which vocabulary a model has, so that its own need not be parsed. */
export const registerVocabulary = (model: TokenizerJson["model"], vocabulary: ModelVocabulary): void => {
  known.set(model, vocabulary);
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The vocabulary of a model of any type: ids by token, or for Unigram a list of tokens and scores. */
export function modelVocabulary({ model }: Pick<TokenizerJson, "model">): ModelVocabulary {
  const before = known.get(model);
  if (before) return before;
  const { vocab } = model;
  const vocabulary = Array.isArray(vocab)
    ? vocabularyOfList(vocab)
    : vocabularyOfObject(isObject(vocab) ? vocab : {});
  registerVocabulary(model, vocabulary);
  return vocabulary;
}

function vocabularyOfList(vocab: readonly unknown[]): ModelVocabulary {
  const tokenOf = (id: number): string | undefined => {
    const entry: unknown = vocab[id];
    const token: unknown = Array.isArray(entry) ? entry[0] : undefined;
    return typeof token === "string" ? token : undefined;
  };
  let byToken: Map<string | undefined, number> | undefined; // made once it is asked for
  return {
    size: () => vocab.length,
    largestId: () => vocab.length - 1,
    tokenOf,
    // The library keeps the last of equal ones.
    idOf: (token) => (byToken ??= new Map(vocab.map((_, id) => [tokenOf(id), id]))).get(token),
  };
}

function vocabularyOfObject(ids: Readonly<Record<string, unknown>>): ModelVocabulary {
  let size: number | undefined;
  return {
    size: () => (size ??= Object.keys(ids).length),
    largestId: () => Object.values(ids).reduce<number>((largest, id) => Math.max(largest, Number(id)), -1),
    idOf: (token) => (Object.hasOwn(ids, token) ? Number(ids[token]) : undefined),
    tokenOf: (id) => Object.keys(ids).find((token) => ids[token] === id),
  };
}
