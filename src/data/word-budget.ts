/**
 * @file The word budget of BabyLM's strict track: how many words a run learns from and how often it sees them
 * (docs/paper.md#babylm-rules). Words are counted in `words.ts`; which phases a condition has is decided in `curricula.ts`.
 */

/** What the strict track allows. Source: BabyLM 2025 rules; docs/paper.md#babylm-rules. */
export const WORD_LIMITS = {
  /** Words of text that any phase trains on. */
  distinctWords: 100_000_000,
  /** Words seen, each as often as it is seen. */
  exposureWords: 1_000_000_000,
  /** Epochs over any text. */
  epochs: 10,
} as const;
export type WordLimit = keyof typeof WORD_LIMITS;

/** A phase's text, and how often a model goes through it. */
export interface WordPhase {
  readonly name: string;
  /** As `countWords` counts. */
  readonly words: number;
  /** May end within an epoch. */
  readonly epochs: number;
  /** Its text is that of an earlier phase: seen again, not learned from a second time. */
  readonly isRepeat?: boolean;
}

/** What a run uses of its budget. */
export interface WordBudget {
  readonly phases: readonly (WordPhase & { readonly exposureWords: number })[];
  readonly distinctWords: number;
  readonly exposureWords: number;
  /** Limits the run would exceed; none where it is within the rules. */
  readonly exceeded: readonly WordLimit[];
}

/**
 * Words a run learns from, words it sees, and the limits it would exceed.
 *
 * Words of different phases count as distinct: instruction examples made from pre-training text are new text under the
 * rules. The sum is therefore an upper bound where phases share text.
 *
 * @param phases in order; each with the words of its text and how often they are seen
 * @throws RangeError when words are no whole number or epochs no number from 0, or a phase occurs twice
 *
 * Source: docs/paper.md#training, 91M + 8.7M words and 8 · 91M + 10 · 8.7M seen.
 */
export function checkWordBudget(phases: readonly WordPhase[]): WordBudget {
  for (const [index, { name, words, epochs }] of phases.entries()) {
    if (!(Number.isInteger(words) && words >= 0 && epochs >= 0))
      throw new RangeError(
        `checkWordBudget: words must be a whole number and epochs a number from 0, got ${words} and ${epochs} for ${name}. ` +
          "Count the words of the phase's text.",
      );
    if (phases.findIndex((phase) => phase.name === name) !== index)
      throw new RangeError(
        `checkWordBudget: each phase must stand once, got ${name} twice. Add up its epochs instead.`,
      );
  }
  const counted = phases.map((phase) => ({
    ...phase,
    exposureWords: Math.round(phase.words * phase.epochs),
  }));
  const used: Readonly<Record<WordLimit, number>> = {
    distinctWords: counted.reduce((sum, { words, isRepeat }) => sum + (isRepeat ? 0 : words), 0),
    exposureWords: counted.reduce((sum, { exposureWords }) => sum + exposureWords, 0),
    epochs: counted.reduce((most, { epochs }) => Math.max(most, epochs), 0),
  };
  const limits = ["distinctWords", "exposureWords", "epochs"] as const;
  return {
    phases: counted,
    distinctWords: used.distinctWords,
    exposureWords: used.exposureWords,
    exceeded: limits.filter((limit) => used[limit] > WORD_LIMITS[limit]),
  };
}

/**
 * A budget in a sentence: what is used, and what would be exceeded.
 *
 * @returns such as "99.7M words, 815M seen: within the BabyLM strict rules"
 */
export function describeWordBudget({ distinctWords, exposureWords, exceeded }: WordBudget): string {
  const million = (words: number): string => `${Number((words / 1e6).toPrecision(3))}M`;
  const says: Readonly<Record<WordLimit, string>> = {
    distinctWords: `${million(WORD_LIMITS.distinctWords)} words`,
    exposureWords: `${million(WORD_LIMITS.exposureWords)} words seen`,
    epochs: `${WORD_LIMITS.epochs} epochs`,
  };
  const verdict =
    exceeded.length === 0
      ? "within the BabyLM strict rules"
      : `more than the BabyLM strict rules allow: ${exceeded.map((limit) => says[limit]).join(", ")}`;
  return `${million(distinctWords)} words, ${million(exposureWords)} seen: ${verdict}`;
}
