/** @file A model's folder, opened to answer requests. */
import { openTokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { guessingNats } from "../../evaluation/acquisition-surprisal.js";
import { createLogLikelihood, type ScoringOptions } from "../../evaluation/log-likelihood.js";
import { loadModel, loadOtherWeights } from "../../model/checkpoint.js";
import type { Scorer } from "./tasks/task-definition.js";

/**
 * A model's folder, ready for requests. The caller disposes it.
 *
 * @param options.weights name of other weights in the folder than the model's own
 */
export async function openScorer(
  { folder }: { readonly folder: string },
  { weights: other, ...options }: ScoringOptions & { readonly weights?: string } = {},
): Promise<Scorer> {
  const { architecture, weights } =
    other === undefined ? loadModel(folder) : loadOtherWeights(folder, `${other}.safetensors`);
  const tokenizer = await openTokenizer(folder);
  return {
    logLikelihood: createLogLikelihood({ weights, architecture, tokenizer }, options),
    splitWord: (word) => tokenizer.splitWord(word),
    guessingNats: (words) => guessingNats(words, tokenizer),
    dispose: () => tf.dispose({ ...weights }),
  };
}
