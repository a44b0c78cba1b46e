/** @file Tokens added to a vocabulary, with the ids that the tokenizers library gives them. */
import type { ModelVocabulary } from "./model-vocabulary.js";
import type { AddedToken } from "./tokenizer-json.js";

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
