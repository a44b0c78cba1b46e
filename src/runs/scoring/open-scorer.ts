/** @file A model's folder, opened to answer requests. */
import { openTokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { guessingNats } from "../../evaluation/acquisition-surprisal.js";
import type { Backend } from "../../evaluation/backends.js";
import { createLogLikelihood, type ScoringOptions } from "../../evaluation/log-likelihood.js";
import { createMaskedLogLikelihood } from "../../evaluation/masked-log-likelihood.js";
import { loadModel, loadOtherWeights } from "../../model/checkpoint.js";
import type { Scorer } from "./tasks/task-definition.js";

/**
 * A model's folder, ready for requests. The caller disposes it.
 *
 * @param options.weights name of other weights in the folder than the model's own
 * @throws RangeError when the tokenizer has no mask token and the backend is `mntp`
 */
export async function openScorer(
  { folder }: { readonly folder: string },
  {
    weights: other,
    backend = "causal",
    ...options
  }: ScoringOptions & { readonly weights?: string; readonly backend?: Backend } = {},
): Promise<Scorer> {
  const { architecture, weights } =
    other === undefined ? loadModel(folder) : loadOtherWeights(folder, `${other}.safetensors`);
  const tokenizer = await openTokenizer(folder);
  const create = backend === "mntp" ? createMaskedLogLikelihood : createLogLikelihood;
  return {
    logLikelihood: create({ weights, architecture, tokenizer }, options),
    splitWord: (word) => tokenizer.splitWord(word),
    guessingNats: (words) => guessingNats(words, tokenizer),
    dispose: () => tf.dispose({ ...weights }),
  };
}
