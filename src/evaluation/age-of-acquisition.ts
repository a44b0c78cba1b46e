/**
 * @file Age of acquisition: does a model learn words in the order in which children do? A benchmark of learning, not of a finished model:
 * it needs the surprisals of several checkpoints. The curves are in `acquisition-age.ts`.
 */
import { shuffledCorrelation, testCorrelation } from "../statistics/correlation-test.js";
import { modelAcquisition, type AcquisitionPoint } from "./acquisition-age.js";
import type { Rules } from "./rules.js";

/** A word with what children and a model make of it. */
export interface AcquisitionWord {
  readonly id: string;
  /** Months at which half of the children say it; null where that is not between the months asked. */
  readonly childMonths: number | null;
  /** Surprisal of guessing it: its pieces × ln of the vocabulary's size. */
  readonly ceilingNats: number;
  /** One a checkpoint, of rising words seen. */
  readonly points: readonly AcquisitionPoint[];
}

/** A word both learn. */
export interface AcquiredWord {
  readonly id: string;
  readonly childMonths: number;
  /** Common logarithm of the words the model had seen. */
  readonly logWords: number;
}

/** What the benchmark comes to. */
export interface AcquisitionSummary {
  /** The official figure: the correlation, or 0 where it proves nothing (2026: p > 0.1) or fewer than three words are left. */
  readonly official: number;
  /** Of the model's age in log words with the children's in months, with its 95 % interval; null with fewer than three words. */
  readonly correlation: {
    readonly r: number;
    readonly p: number;
    readonly low: number;
    readonly high: number;
    /** The same with the children's ages shuffled among the words: the middle 95 % of r, and the share as far from 0. */
    readonly shuffled: { readonly low: number; readonly high: number; readonly p: number };
  } | null;
  /** Words with an age of both. */
  readonly acquired: readonly AcquiredWord[];
  /** Words with surprisals. */
  readonly words: number;
  /** Share of them whose curve crosses the threshold between the checkpoints. */
  readonly modelShare: number;
  /** Share of them with an age of the children's. */
  readonly childShare: number;
}

const LARGEST_P = 0.1;
const SHUFFLES = { shuffles: 2_000, seed: 0 };

/**
 * The correlation of a model's ages of acquisition with the children's.
 *
 * @param words at least one, in any order
 * @throws RangeError when there is no word
 *
 * Source: BabyLM evaluation pipelines 2025 and 2026, utils.py, compute_curve_fitness.
 * Differs: the official figure hides how sure it is; r, its interval, p, the number of words and a shuffled control are next to it.
 */
export function summariseAcquisition(
  words: readonly AcquisitionWord[],
  { rules }: { readonly rules: Rules },
): AcquisitionSummary {
  if (words.length === 0)
    throw new RangeError(
      "summariseAcquisition: there must be at least one word, got none. Score some words at some checkpoints first.",
    );
  const fitted = words.map((word) => ({
    word,
    logWords: modelAcquisition(word.points, { ceilingNats: word.ceilingNats, rules })?.logWords ?? null,
  }));
  const acquired = fitted.flatMap(({ word: { id, childMonths }, logWords }) =>
    childMonths === null || logWords === null ? [] : [{ id, childMonths, logWords }],
  );
  const share = (count: number): number => count / words.length;
  const correlation = correlate(acquired);
  const isShown = correlation !== null && (rules === 2025 || correlation.p <= LARGEST_P);
  return {
    official: isShown ? correlation.r : 0,
    correlation,
    acquired,
    words: words.length,
    modelShare: share(fitted.filter(({ logWords }) => logWords !== null).length),
    childShare: share(words.filter(({ childMonths }) => childMonths !== null).length),
  };
}

function correlate(acquired: readonly AcquiredWord[]): AcquisitionSummary["correlation"] {
  const [model, child] = [
    acquired.map(({ logWords }) => logWords),
    acquired.map(({ childMonths }) => childMonths),
  ];
  // Words that a model learns all at the same place have no order.
  if (acquired.length < 3 || [model, child].some((column) => new Set(column).size === 1)) return null;
  const { r, p, low, high } = testCorrelation(model, child);
  return { r, p, low, high, shuffled: shuffledCorrelation(model, child, SHUFFLES) };
}
