/** @file Texts to score, and how far their scores lie apart in batches of other sizes. */
import type { ArchitectureConfig } from "../../src/config/config.js";
import { generateNarrative } from "../../src/data/microworld/documents.js";
import type { Tokenizer } from "../../src/data/tokenizer/tokenizer.js";
import {
  createLogLikelihood,
  type LogLikelihood,
  type ScoringRequest,
} from "../../src/evaluation/log-likelihood.js";
import type { Weights } from "../../src/model/weights.js";
import { seeded } from "../../src/random.js";

/** What a scorer is made of. */
export interface Model {
  readonly weights: Weights;
  readonly architecture: ArchitectureConfig;
  readonly tokenizer: Tokenizer;
}

export const joined = (context: string, continuation: string): ScoringRequest => ({
  context,
  continuation,
  tokenization: "joined",
});

/** Texts of 1 to 30 words, all different. */
export const TEXTS = Array.from({ length: 40 }, (_, index) =>
  generateNarrative(8, seeded(index))
    .split(" ")
    .slice(0, 1 + ((index * 17) % 30))
    .join(" "),
);

export async function scoresOf(scorer: LogLikelihood, texts: readonly string[]): Promise<number[]> {
  return (await scorer(texts.map((text) => joined("", text)))).map(({ logProb }) => logProb);
}

/** Largest difference between scores of all texts in batches of 1, 7 and 64. */
export async function gapBetweenBatchSizes(model: Model): Promise<number> {
  const [one, seven, all] = await Promise.all(
    [1, 7, 64].map((batchSize) => scoresOf(createLogLikelihood(model, { batchSize }), TEXTS)),
  );
  const gapTo = (others: readonly number[] = []) =>
    Math.max(...others.map((value, index) => Math.abs(value - (one?.[index] ?? Number.NaN))));
  return Math.max(gapTo(seven), gapTo(all));
}
