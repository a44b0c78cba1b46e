/** @file Surprisal of a word in its contexts, and what it would be if the model knew nothing: the numbers behind age of acquisition. */
import { z } from "zod";
import type { Tokenizer } from "../data/tokenizer/tokenizer.js";
import type { LogLikelihood } from "./log-likelihood.js";

/** A word and the text before it. */
export interface WordInContext {
  readonly context: string;
  readonly word: string;
}

/**
 * −ln p of each word after its context, one space between them.
 *
 * @param logLikelihood asked once, with one request a word
 * @returns nats, one a word, in order
 * @throws RangeError naming the word when a probability is not a finite logarithm, or no token of it is scored
 *
 * Source: BabyLM evaluation pipelines 2025 and 2026, AoA_word/evaluation_functions.py, compute_surprisal, causal.
 * Differs: what fails there becomes NaN and drops the checkpoint; here it is an error.
 */
export async function measureContexts(
  words: readonly WordInContext[],
  logLikelihood: LogLikelihood,
): Promise<number[]> {
  const answers = await logLikelihood(
    words.map(({ context, word }) => ({
      context: `${context.trim()} `,
      continuation: word.trim(),
      tokenization: "joined",
    })),
  );
  return words.map(({ word, context }, index) => {
    const { logProb = Number.NaN, numTokens = 0 } = answers[index] ?? {};
    if (Number.isFinite(logProb) && numTokens > 0) return 0 - logProb; // not −0
    throw new RangeError(
      `measureContexts: "${word}" after ${[...context].length} characters must have scored tokens and a finite log-probability, got ${numTokens} and ${logProb}. Check the model's weights for NaN, and give the word a context.`,
    );
  });
}

/**
 * Surprisal of a word under a model that knows nothing: its pieces × ln of the vocabulary's size.
 *
 * @returns nats, one a word, in order
 *
 * Source: BabyLM evaluation pipeline 2026, utils.py, compute_curve_fitness: pieces of "The word" less those of "The", at least one; the
 * vocabulary without added tokens, as transformers' `vocab_size`.
 */
export async function guessingNats(
  words: readonly string[],
  { encodeIds, json }: Pick<Tokenizer, "encodeIds" | "json">,
): Promise<number[]> {
  const [before, ...encoded] = await encodeIds(["The", ...words.map((word) => `The ${word}`)], {
    addSpecialTokens: false,
  });
  // An object by token, or a list of pairs.
  const perPiece = Math.log(Object.keys(vocabularySchema.parse(json.model["vocab"])).length);
  return encoded.map((ids) => Math.max(1, ids.length - (before?.length ?? 0)) * perPiece);
}

const vocabularySchema = z.custom<object>((value) => typeof value === "object" && value !== null);
