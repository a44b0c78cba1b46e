/**
 * @file Age of acquisition at one checkpoint: the surprisal of every word in its contexts. What several checkpoints come to is next door
 * in `acquisition-scores.ts`.
 */
import { mean } from "../../../statistics/summary.js";
import { measureContexts } from "../../../evaluation/acquisition-surprisal.js";
import type { WordsToLearn } from "./acquisition-words.js";
import type { Scorer, ScorableTask } from "./task-definition.js";

/** Columns of a checkpoint's table: one row per word. */
export const ACQUISITION_COLUMNS = [
  "id",
  "contexts",
  "surprisalNats",
  "lowestNats",
  "ceilingNats",
  "childMonths",
] as const;

/** Surprisals of every word, one a context. @returns nats, by word */
export async function measureWords(
  { words }: WordsToLearn,
  { logLikelihood }: Pick<Scorer, "logLikelihood">,
): Promise<number[][]> {
  const asked = words.flatMap(({ word, contexts }) => contexts.map((context) => ({ word, context })));
  const nats = await measureContexts(asked, logLikelihood);
  let measured = 0;
  return words.map(({ contexts }) => nats.slice(measured, (measured += contexts.length)));
}

const DECIMALS = 6;
const rounded = (value: number): number => Number(value.toFixed(DECIMALS));

/** What is asked, as a result says it. */
export const acquisitionSettings = ({ kind, words }: WordsToLearn): Readonly<Record<string, unknown>> => ({
  kind,
  words: words.length,
  contexts: words.flatMap(({ contexts }) => contexts).length,
});

/** The words at one checkpoint, as a task whose items are words. */
export function scorableAcquisition(material: WordsToLearn): ScorableTask {
  const { words, files } = material;
  return {
    files,
    async score(scorer) {
      const nats = await measureWords(material, scorer);
      const ceilings = await scorer.guessingNats(words.map(({ word }) => word));
      return {
        columns: ACQUISITION_COLUMNS,
        rows: words.map(({ id, contexts, childMonths }, index) => [
          id,
          contexts.length,
          rounded(mean(nats[index] ?? [])),
          rounded((nats[index] ?? []).reduce((low, value) => Math.min(low, value), Infinity)),
          rounded(ceilings[index] ?? Number.NaN),
          childMonths === null ? null : rounded(childMonths),
        ]),
      };
    },
  };
}
