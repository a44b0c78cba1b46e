/** @file A language model small enough for pencil and paper: the probability of a word given the one before it. */
import type { LogLikelihood } from "../../src/evaluation/log-likelihood.js";

/** Words with the space in front of them, as a byte-level tokenizer sees them: " cat" is not "cat". */
const tokensOf = (text: string): string[] => text.match(/\s*\S+/gu) ?? [];

/**
 * A scorer from a table of probabilities with keys like "the| cat". What the table lacks has probability 0.
 * Like a decoder without start token it never scores the first word of a text.
 */
export function bigram(probabilities: Readonly<Record<string, number>>): LogLikelihood {
  const logProbOf = (before: string, token: string) => Math.log(probabilities[`${before}|${token}`] ?? 0);
  return async (requests) =>
    requests.map(({ context, continuation, tokenization }) => {
      const before = tokensOf(context);
      if (tokenization === "nextToken") {
        return { logProb: logProbOf(before.at(-1) ?? "", tokensOf(continuation)[0] ?? ""), numTokens: 1 };
      }
      const all = tokensOf(context + continuation);
      const logProbs = all
        .map((token, index) => logProbOf(all[index - 1] ?? "", token))
        .slice(Math.max(1, before.length));
      return { logProb: logProbs.reduce((sum, value) => sum + value, 0), numTokens: logProbs.length };
    });
}
