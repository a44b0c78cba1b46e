/** @file Minimal pairs that a test holds, scored as the items they are. */
import { scoreItems, type ScoredChoice } from "../../src/evaluation/choice-items.js";
import type { LogLikelihood } from "../../src/evaluation/log-likelihood.js";
import { pairItem, type MinimalPair } from "../../src/evaluation/minimal-pairs.js";

export const scorePairs = (
  pairs: readonly MinimalPair[],
  logLikelihood: LogLikelihood,
): Promise<ScoredChoice[]> => scoreItems(pairs.map(pairItem), logLikelihood);
