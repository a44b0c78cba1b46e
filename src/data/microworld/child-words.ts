/**
 * @file Simulated children of the microworld: they learn its frequent words first, so that a model that learns from frequencies must find
 * their order (`evaluation/age-of-acquisition.ts`), and sentences of the grammar in which the words occur.
 */
import { normal, type Random } from "../../random.js";
import { openMicroworld } from "./oracle.js";

/** The truth behind the simulated ages. Our own numbers, of a size children's ages have. */
export const CHILD_EFFECT = {
  /** Age at which half of the children say a word of mean log frequency. */
  meanMonths: 23,
  /** How much earlier a word is said that is one standard deviation more frequent. */
  monthsPerDeviation: 3,
  noiseMonths: 1,
  /** Of the S-curve by age. */
  steepness: 0.5,
} as const;

/** A word with what simulated children make of it. */
export interface MicroworldChildWord {
  readonly word: string;
  /** Share of children who say it at each month asked, 0–1. */
  readonly proportions: readonly number[];
  /** What stands before it in sentences of the grammar. */
  readonly contexts: readonly string[];
}

const SENTENCES = 4_000;

/**
 * Words with ages and contexts. Words with a capital or a full stop are none; those without a context are left out.
 *
 * @param options.months     ages asked
 * @param options.contextsPerWord at most so many, each text once
 * @param options.random     fixes everything
 */
export function microworldChildWords({
  months,
  contextsPerWord,
  random,
}: {
  readonly months: readonly number[];
  readonly contextsPerWord: number;
  readonly random: Random;
}): MicroworldChildWord[] {
  const oracle = openMicroworld();
  const words = oracle.vocabulary.filter((word) => /^[a-z]{2,}$/.test(word));
  const contextsOf = new Map(words.map((word) => [word, new Set<string>()]));
  for (let sentence = 0; sentence < SENTENCES; sentence++) {
    const drawn = oracle.sampleSentence(random);
    for (const [index, word] of drawn.entries()) {
      const contexts = contextsOf.get(word);
      if (index > 0 && contexts !== undefined && contexts.size < contextsPerWord)
        contexts.add(drawn.slice(0, index).join(" "));
    }
  }
  const frequency = words.map((word) => oracle.frequencyLogProb(word));
  const mean = frequency.reduce((sum, value) => sum + value, 0) / words.length;
  const variance = frequency.reduce((sum, value) => sum + (value - mean) ** 2, 0) / words.length;
  return words
    .map((word, index) => {
      const deviations = ((frequency[index] ?? mean) - mean) / Math.sqrt(variance);
      const { meanMonths, monthsPerDeviation, noiseMonths, steepness } = CHILD_EFFECT;
      const age = meanMonths - monthsPerDeviation * deviations + noiseMonths * normal(random);
      const proportions = months.map((month) => 1 / (1 + Math.exp(-steepness * (month - age))));
      return { word, proportions, contexts: [...(contextsOf.get(word) ?? [])] };
    })
    .filter(({ contexts }) => contexts.length > 0);
}
