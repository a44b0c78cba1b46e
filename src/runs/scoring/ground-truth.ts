/** @file A trained model against the exact probabilities of the microworld's grammar: the check nothing else can give. */
import type { ModelName } from "../../config/config.js";
import { openMicroworld } from "../../data/microworld/oracle.js";
import { seeded } from "../../random.js";
import type { Study } from "../study/study.js";
import { trainedModel } from "../training/training.js";
import { openScorer } from "./open-scorer.js";

/** Mean surprisal of the same fresh sentences under grammar and model. */
export interface GroundTruth {
  readonly sentences: number;
  readonly words: number;
  /** Of the sentences drawn. */
  readonly grammarNatsPerWord: number;
  /** Of the whole language. */
  readonly entropyNatsPerWord: number;
  readonly modelNatsPerWord: number;
  /** Of a model that knows word frequencies and nothing else. */
  readonly unigramNatsPerWord: number;
}

/**
 * Surprisal of sentences the model never saw, under the grammar that made them, under the model, and under word
 * frequencies alone. On average no model is below the grammar.
 *
 * @param options.model one whose tokenizer adds a start token, so that every word has a probability
 * @param options.sentences how many are generated
 * @param options.seed of the drawing
 * @throws RangeError when the study is not one of the microworld, or the tokenizer adds no start token
 */
export async function compareWithGrammar(
  study: Study,
  {
    model,
    sentences,
    seed,
  }: { readonly model: ModelName; readonly sentences: number; readonly seed: number },
): Promise<GroundTruth> {
  if (study.source !== "microworld")
    throw new RangeError(
      `compareWithGrammar: the study must be one of the microworld, got ${study.source} text. Open it with source "microworld".`,
    );
  const { variant } = study.config.tokenizers[model];
  if (variant !== "byteWithPrefixSpace")
    throw new RangeError(
      `compareWithGrammar: ${model} must have a tokenizer with a start token, got ${variant}, under which the first word has no probability. Choose the other model.`,
    );
  const oracle = openMicroworld();
  const random = seeded(seed);
  const drawn = Array.from({ length: sentences }, () => oracle.sampleSentence(random));
  const words = drawn.reduce((sum, sentence) => sum + sentence.length, 0);
  const trained = await trainedModel(study, { model, condition: "base" });
  const scorer = await openScorer(trained.stage);
  try {
    const scored = await scorer.logLikelihood(
      drawn.map((sentence) => ({ context: "", continuation: sentence.join(" "), tokenization: "joined" })),
    );
    const perWord = (logProbs: readonly number[]) => -logProbs.reduce((sum, value) => sum + value, 0) / words;
    return {
      sentences,
      words,
      grammarNatsPerWord: perWord(drawn.map((sentence) => oracle.textLogProb(sentence))),
      entropyNatsPerWord: oracle.entropyRateNatsPerWord,
      modelNatsPerWord: perWord(scored.map(({ logProb }) => logProb)),
      unigramNatsPerWord: perWord(drawn.flat().map((word) => oracle.frequencyLogProb(word))),
    };
  } finally {
    scorer.dispose();
  }
}
