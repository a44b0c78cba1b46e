/**
 * @file How well a model's surprisal explains reading times (docs/paper.md#reading-times): the official regressions. The table is read
 * in `reading-table.ts`, surprisals are measured in `word-surprisal.ts`, least squares live in `statistics/`.
 */
import { completeRows, fitOls, pairwiseProducts, partialRSquared } from "../statistics/regression.js";
import { mean } from "../statistics/summary.js";
import {
  isPreviousMissingOfficially,
  isWordMissingOfficially,
  type ReadingMeasure,
  type ReadingWord,
} from "./reading-table.js";
import type { WordSurprisal } from "./word-surprisal.js";

/** Words that read like missing values to pandas: `official` loses their rows, and the one after "None of"; `kept` keeps them. */
export const MISSING_PREVIOUS = ["official", "kept"] as const;
export type MissingPrevious = (typeof MISSING_PREVIOUS)[number];

/** One pair of regressions. */
export interface MeasureFit {
  readonly measure: ReadingMeasure;
  readonly rSquaredBase: number;
  readonly rSquaredModel: number;
  /** Share of the base model's unexplained variance that surprisal explains, proportion. */
  readonly score: number;
  /** Coefficient of surprisal: how much slower a word is read per nat. */
  readonly msPerNat: number;
  /** t of that coefficient. */
  readonly tValue: number;
  /** Rows both regressions use. */
  readonly n: number;
}

/** A score and the regressions it is the mean of. */
export interface ReadingScore {
  /** Proportion; tables print percent. */
  readonly score: number;
  readonly measures: readonly MeasureFit[];
}

/**
 * The two reading scores.
 *
 * Eye tracking is the mean over four measures of
 *
 *   time ~ frequency + length + context + all 3 products, with and without surprisal.
 *
 * Self-paced reading is the same with two more predictors, length and surprisal of the previous word, and all 10
 * products; rows without a previous word drop out.
 *
 * @param words        the table
 * @param surprisals   one per word, in the same order
 * @param rows.missing which rows count as having no previous word
 * @throws RangeError when ids do not match, a surprisal is not finite, a previous surprisal is absent where the word
 *   has a previous one, or there are too few rows to fit
 *
 * Source: BabyLM evaluation pipeline 2025, reading/run.py, "EYE TRACKING SCORE" and "SELF-PACED READING SCORE".
 * Differs: both regressions use the same complete rows; the pipeline drops rows twice. Proportions, not percent.
 */
export function scoreReadingTimes(
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  rows: { readonly missing: MissingPrevious },
): { readonly eyeTracking: ReadingScore; readonly selfPaced: ReadingScore } {
  checkSurprisals(words, surprisals, rows.missing);
  const surprisal = presentSurprisals(words, surprisals, rows.missing);
  const previousSurprisal = surprisals.map(({ previousSurprisalNats }, index) => {
    const word = words[index];
    const isMissing =
      word === undefined || (rows.missing === "official" && isPreviousMissingOfficially(word));
    return isMissing ? Number.NaN : (previousSurprisalNats ?? Number.NaN);
  });
  const ownPredictors = [
    words.map(({ subtlexLog10 }) => subtlexLog10),
    words.map(({ lengthCharacters }) => lengthCharacters),
    words.map(({ contextLengthWords }) => contextLengthWords),
  ];
  const spillover = [words.map(({ prevLengthCharacters }) => prevLengthCharacters), previousSurprisal];

  const fit = (measure: ReadingMeasure, predictors: readonly (readonly number[])[]): MeasureFit => ({
    measure,
    ...explainBySurprisal({ timeMs: words.map((word) => word[measure]), predictors, surprisal }),
  });
  const eyeTracking = (["firstFixMs", "firstPassMs", "goPastMs", "rightBoundMs"] as const).map((measure) =>
    fit(measure, ownPredictors),
  );
  const selfPaced = fit("selfPacedMs", [...ownPredictors, ...spillover]);
  return {
    eyeTracking: { score: mean(eyeTracking.map(({ score }) => score)), measures: eyeTracking },
    selfPaced: { score: selfPaced.score, measures: [selfPaced] },
  };
}

/** Surprisal of each word, [N]; NaN where the official reader misses the word. */
export const presentSurprisals = (
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  missing: MissingPrevious,
): number[] =>
  words.map((word, row) =>
    missing === "official" && isWordMissingOfficially(word)
      ? Number.NaN
      : (surprisals[row]?.surprisalNats ?? Number.NaN),
  );

/** Both regressions on the rows where nothing is missing. Columns are [N]; predictors come without their products. */
function explainBySurprisal(columns: {
  readonly timeMs: readonly number[];
  readonly predictors: readonly (readonly number[])[];
  readonly surprisal: readonly number[];
}): Omit<MeasureFit, "measure"> {
  const rows = new Set(completeRows([columns.timeMs, columns.surprisal, ...columns.predictors]));
  const select = (column: readonly number[]): number[] => column.filter((_, row) => rows.has(row));
  const [response, surprisal] = [select(columns.timeMs), select(columns.surprisal)];
  const predictors = columns.predictors.map(select);
  const baseline = [...predictors, ...pairwiseProducts(predictors)];
  const base = fitOls({ predictors: baseline, response });
  const full = fitOls({ predictors: [...baseline, surprisal], response });
  return {
    rSquaredBase: base.rSquared,
    rSquaredModel: full.rSquared,
    score: partialRSquared({ full, base }),
    msPerNat: full.coefficients.at(-1) ?? Number.NaN,
    tValue: full.tValues.at(-1) ?? Number.NaN,
    n: full.n,
  };
}

function checkSurprisals(
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  missing: MissingPrevious,
): void {
  if (!MISSING_PREVIOUS.includes(missing)) {
    throw new RangeError(
      `scoreReadingTimes: missing must be one of ${MISSING_PREVIOUS.join(", ")}, got "${String(missing)}". ` +
        'Use "official" to compare with published numbers.',
    );
  }
  if (surprisals.length !== words.length || words.some(({ id }, index) => surprisals[index]?.id !== id)) {
    throw new RangeError(
      `scoreReadingTimes: surprisals must match the words one by one, got ${surprisals.length} for ${words.length} ` +
        "or another order. Pass the table that measureSurprisal was given.",
    );
  }
  words.forEach((word, index) => {
    const { surprisalNats = Number.NaN, previousSurprisalNats = null } = surprisals[index] ?? {};
    const needsPrevious =
      word.prevItem !== null && !(missing === "official" && isPreviousMissingOfficially(word));
    const isBroken =
      !Number.isFinite(surprisalNats) ||
      (previousSurprisalNats === null ? needsPrevious : !Number.isFinite(previousSurprisalNats));
    if (!isBroken) return;
    throw new RangeError(
      `scoreReadingTimes: row ${word.id} must have finite surprisals, its previous word's included, ` +
        `got ${surprisalNats} and ${previousSurprisalNats}. Measure the surprisals of this table again.`,
    );
  });
}
