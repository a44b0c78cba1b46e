/**
 * @file Choosers that do not follow the story of entity tracking: what they score says which scores need no understanding. A model
 * that scores below guessing is explained here too.
 */
import { deriveSeed, normal, seeded } from "../random.js";
import { mean } from "../statistics/summary.js";
import { summariseAccuracy } from "./accuracy.js";
import type { ChoiceItem } from "./choice-items.js";
import { chooseCandidate } from "./choices.js";
import { averageSplits } from "./entity-tracking.js";

/** What a chooser scores, as the benchmark averages; proportions. */
export interface ChooserScore {
  readonly chooser: string;
  readonly accuracy: number;
  /** Lowest and highest of several tastes; null where there is one way to choose. */
  readonly lowest: number | null;
  readonly highest: number | null;
  readonly n: number;
}

/** How many tastes are tried. */
const TASTES = 200;

/**
 * Scores of choosers on items of entity tracking; options that a chooser likes equally share the credit.
 *
 * - *fewest words* takes the shortest option.
 * - *only copies* takes an option that the story contains word for word.
 * - *first mention* takes the option whose words the story contains first; those that it does not contain come last.
 * - *taste for words* reads no story: each word has a random worth, the same in every item, and an option is worth their sum. Wrong
 *   options are the correct one with a part exchanged, so each shares words with it, and the correct one is on top only if it beats
 *   every exchange. That happens in fewer items than one of five.
 *
 * @param items as a year's rules have them, the correct option first
 */
export function scoreChoosers(items: readonly ChoiceItem[]): ChooserScore[] {
  const options = items.map(({ candidates }) =>
    candidates.map(({ context, continuation }) => {
      const text = continuation.trim().replace(/\.$/, "");
      return { words: text.split(/\s+/), at: context.indexOf(text) };
    }),
  );
  type Option = (typeof options)[number][number];
  const scoreOf = (worth: (option: Option) => number): number => {
    const scored = items.map(({ uid, id }, index) => {
      const scores = (options[index] ?? []).map(worth);
      return { uid, scores, ...chooseCandidate(scores, id) };
    });
    return averageSplits(summariseAccuracy(scored, "halfCredit").byUid).average;
  };
  const words = [...new Set(options.flat().flatMap((option) => option.words))];
  const tastes = Array.from({ length: TASTES }, (_, taste) => {
    const random = seeded(deriveSeed(taste, "taste for words"));
    // Whole numbers: sums in another order stay equal, and a tie stays a tie.
    const worth = new Map(words.map((word) => [word, Math.round(1e6 * normal(random))]));
    return scoreOf((option) => option.words.reduce((sum, word) => sum + (worth.get(word) ?? 0), 0));
  });
  const alone = (chooser: string, worth: (option: Option) => number): ChooserScore => {
    return { chooser, accuracy: scoreOf(worth), lowest: null, highest: null, n: items.length };
  };
  return [
    alone("guessing", () => 0),
    alone("fewest words", (option) => -option.words.length),
    alone("only copies", ({ at }) => (at >= 0 ? 1 : 0)),
    alone("first mention", ({ at }) => (at >= 0 ? -at : -Infinity)),
    {
      chooser: `taste for words, ${TASTES} tastes`,
      accuracy: mean(tastes),
      lowest: Math.min(...tastes),
      highest: Math.max(...tastes),
      n: items.length,
    },
  ];
}
