/**
 * @file How well a model's surprisal explains reading times (paper.md section 4.4): surprisal of every word, then the
 * official regressions. The table is read next door in `reading-table.ts`, least squares live in `statistics/`.
 */
import { completeRows, fitOls, pairwiseProducts, partialRSquared } from "../statistics/regression.js";
import { mean } from "../statistics/summary.js";
import type { LogLikelihood, ScoringRequest, SplitWord } from "./log-likelihood.js";
import { isPreviousMissingOfficially, type ReadingMeasure, type ReadingWord } from "./reading-table.js";

/**
 * How a word is asked for: `official` as the pipeline does, without a space; `spaceCorrected` with it (D19);
 * `wholeWord` with it, and as a word that ends there.
 */
export const WORD_READINGS = ["official", "spaceCorrected", "wholeWord"] as const;
export type WordReading = (typeof WORD_READINGS)[number];

/** Rows without a previous word: `official` also loses the one after "None of"; `kept` keeps it. */
export const MISSING_PREVIOUS = ["official", "kept"] as const;
export type MissingPrevious = (typeof MISSING_PREVIOUS)[number];

/** Surprisal of one word of the table and of the word before it. */
export interface WordSurprisal {
  /** The id of the `ReadingWord`. */
  readonly id: number;
  readonly surprisalNats: number;
  /** Null where the word before is the first of its sentence, which is no item. */
  readonly previousSurprisalNats: number | null;
}

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
 * Surprisal −ln p(word | text before it) of every word and of the word before it.
 *
 * `official` asks for the pieces of the word standing alone, each as the next token after the text so far; a byte-level
 * tokenizer without prefix space is thereby asked for "Arthur placedthe". `spaceCorrected` asks for " " + word.
 * `wholeWord` knows that a word ended before it, and asks that it ends too, so that "cat" is not paid for "category":
 *
 *   p(word | text) = p(" " + word | text) · p(end | text + " " + word) / p(end | text)
 *
 * where `end` is that the next token begins with white space or ends the text.
 *
 * @param options.logLikelihood asked once, with all requests
 * @param options.splitWord     pieces of a word; only `official` needs them
 * @returns one entry per word, in order
 * @throws RangeError naming the word's row when a probability is not a finite logarithm or a word has no pieces
 *
 * Source: BabyLM evaluation pipeline 2025, reading/evaluation_functions.py, get_p2.
 * Differs: logarithms are added (there probabilities are multiplied and may underflow to 0). `spaceCorrected` is ours
 * (paper.md section 5.3, point 4). `wholeWord` is that of Oh and Schuler (2024), arXiv 2406.10851, and Pimentel and
 * Meister (2024), arXiv 2406.14561. The row after "None of" gets its previous surprisal; `scoreReadingTimes` drops it
 * where the official reader does.
 */
export async function measureSurprisal(
  words: readonly ReadingWord[],
  options: {
    readonly logLikelihood: LogLikelihood;
    readonly splitWord: SplitWord;
    readonly reading: WordReading;
  },
): Promise<WordSurprisal[]> {
  const { logLikelihood, splitWord, reading } = options;
  if (!WORD_READINGS.includes(reading)) {
    throw new RangeError(
      `measureSurprisal: reading must be one of ${WORD_READINGS.join(", ")}, got "${String(reading)}". ` +
        'Use "official" to compare with published numbers.',
    );
  }
  const targets = words.flatMap(({ id, item, word, prevItem, prevWord }, row) => [
    { row, id, context: item, word },
    ...(prevItem === null || prevWord === null ? [] : [{ row, id, context: prevItem, word: prevWord }]),
  ]);
  const requestsOf = await Promise.all(
    targets.map(async ({ id, context, word }) =>
      reading === "official"
        ? pieceRequests(id, context, await splitWord(word))
        : reading === "spaceCorrected"
          ? [spacedRequest(context, word)]
          : wholeWordRequests(context, word),
    ),
  );
  const requests = requestsOf.flat();
  const answers = await logLikelihood(requests);
  if (answers.length !== requests.length) {
    throw new RangeError(
      `measureSurprisal: logLikelihood must answer all ${requests.length} requests, got ${answers.length} answers. ` +
        "Return one answer per request, in order.",
    );
  }

  const surprisalsOf: number[][] = words.map(() => []);
  let answered = 0;
  targets.forEach(({ row, id }, target) => {
    const pieces = answers.slice(answered, (answered += requestsOf[target]?.length ?? 0));
    const [first, end, endBefore] = pieces;
    const logProb =
      reading === "wholeWord" && first && end && endBefore
        ? first.logProb + end.logProb - endBefore.logProb
        : pieces.reduce((sum, piece) => sum + piece.logProb, 0);
    if (!Number.isFinite(logProb) || pieces.some(({ numTokens }) => numTokens === 0)) {
      throw new RangeError(
        `measureSurprisal: the word of row ${id} must have scored tokens and a finite log-probability, ` +
          `got ${logProb}. Check the model's weights for NaN, and its tokenizer.`,
      );
    }
    // Not −logProb: that would make −0 of a certain word.
    surprisalsOf[row]?.push(0 - logProb);
  });
  return words.map(({ id }, row) => {
    const [surprisalNats = Number.NaN, previousSurprisalNats = null] = surprisalsOf[row] ?? [];
    return { id, surprisalNats, previousSurprisalNats };
  });
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
  const surprisal = surprisals.map(({ surprisalNats }) => surprisalNats);
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

/** One request per piece of the word; the text grows by each piece. */
function pieceRequests(id: number, context: string, pieces: readonly string[]): ScoringRequest[] {
  if (pieces.length === 0) {
    throw new RangeError(
      `measureSurprisal: splitWord must return at least one piece for row ${id}, got none. Check the tokenizer.`,
    );
  }
  return pieces.map((piece, index) => ({
    context: context + pieces.slice(0, index).join(""),
    continuation: piece,
    tokenization: "nextToken",
  }));
}

// The leading space belongs to the word: " the" and "the" are different tokens.
function spacedRequest(context: string, word: string): ScoringRequest {
  return { context, continuation: ` ${word}`, tokenization: "joined" };
}

/** The word, its end, and the end of the text before it. */
function wholeWordRequests(context: string, word: string): ScoringRequest[] {
  return [
    spacedRequest(context, word),
    { context: `${context} ${word}`, continuation: "", tokenization: "wordEnd" },
    { context, continuation: "", tokenization: "wordEnd" },
  ];
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
