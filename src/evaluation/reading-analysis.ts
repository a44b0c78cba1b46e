/**
 * @file How sure we are of a reading score, and what it is worth on sentences that were not fitted: intervals over
 * sentences, held-out gain per word, and what the two words before still tell. The scores are in `reading-times.ts`.
 */
import { deriveSeed } from "../random.js";
import { percentileInterval } from "../statistics/bootstrap-interval.js";
import { bootstrapClusters } from "../statistics/cluster-bootstrap.js";
import { bootstrapPartialRSquared } from "../statistics/clustered-regression.js";
import { assignFolds, heldOutGain } from "../statistics/held-out-gain.js";
import { completeRows, pairwiseProducts } from "../statistics/regression.js";
import { mean } from "../statistics/summary.js";
import { isPreviousMissingOfficially, type ReadingMeasure, type ReadingWord } from "./reading-table.js";
import { presentSurprisals, type MissingPrevious } from "./reading-times.js";
import type { WordSurprisal } from "./word-surprisal.js";

/** An estimate with the ends of its 95 % interval over sentences, and the words it is from. */
export interface SentenceEstimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** What surprisal tells about one kind of reading time. */
export interface ReadingAnalysis {
  /** Share of the variance the baseline leaves, proportion: the reading score, all measures on the same rows. */
  readonly partialRSquared: SentenceEstimate;
  /** Log-likelihood that surprisal adds in sentences not fitted, nats per word, mean over the measures. */
  readonly heldOutGainNats: SentenceEstimate;
  /**
   * What the surprisals of the two words before add to that, nats per word, where the sentence has two; frequency and
   * length of both are held constant. In self-paced reading the baseline has the nearer one already.
   */
  readonly spilloverGainNats: SentenceEstimate;
}

/** How the analysis draws. */
export interface AnalysisOptions {
  readonly missing: MissingPrevious;
  readonly folds: number;
  readonly replicates: number;
  readonly seed: number;
}

/** One of something for each kind of reading time. */
export type OfBothTimes<T> = Readonly<Record<"eyeTracking" | "selfPaced", T>>;

const EYE_TRACKING = ["firstFixMs", "firstPassMs", "goPastMs", "rightBoundMs"] as const;

/**
 * Intervals and held-out gains of both reading scores. Rows that lack anything drop out once, before all regressions.
 *
 * @param words      the table
 * @param surprisals one per word, in the same order, as `scoreReadingTimes` takes them
 * @throws RangeError when there are too few sentences or rows for the folds and fits
 *
 * Source: Goodkind and Bicknell (2018), Predictive power of word surprisal for reading times (gain in log-likelihood
 * per word; spillover predictors); Davison and Hinkley (1997) (sentences drawn whole).
 * Differs: the baseline is the BabyLM pipeline's, with its products, not frequency and length by splines.
 */
export function analyseReadingTimes(
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  options: AnalysisOptions,
): OfBothTimes<ReadingAnalysis> {
  const frequency = words.map(({ subtlexLog10 }) => subtlexLog10);
  const { eyeTracking, selfPaced } = columnsOf(words, surprisals, { ...options, frequency });
  return {
    eyeTracking: analyseMeasures(eyeTracking, options),
    selfPaced: analyseMeasures(selfPaced, options),
  };
}

/**
 * The held-out gains of {@link analyseReadingTimes} where words have other frequencies than the table's.
 *
 * @param options.frequency log10 of each word, [N]
 */
export function heldOutGains(
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  options: AnalysisOptions & { readonly frequency: readonly number[] },
): OfBothTimes<SentenceEstimate> {
  const { eyeTracking, selfPaced } = columnsOf(words, surprisals, options);
  return { eyeTracking: surprisalGain(eyeTracking, options), selfPaced: surprisalGain(selfPaced, options) };
}

function columnsOf(
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  { missing, frequency }: Pick<AnalysisOptions, "missing"> & { readonly frequency: readonly number[] },
): OfBothTimes<Columns> {
  const length = words.map(({ lengthCharacters }) => lengthCharacters);
  const own = [frequency, length, words.map(({ contextLengthWords }) => contextLengthWords)];
  const surprisal = presentSurprisals(words, surprisals, missing);
  const lastRow = precedingRows(words);
  const shift = (column: readonly number[]): number[] =>
    lastRow.map((row) => column[row ?? -1] ?? Number.NaN);
  const before = precedingSurprisals(words, surprisals, missing);
  const previousLength = words.map(({ prevLengthCharacters }) => prevLengthCharacters);
  const columns = (
    measures: readonly ReadingMeasure[],
    controls: readonly (readonly number[])[],
  ): Columns => ({
    responses: measures.map((measure) => words.map((word) => word[measure])),
    controls,
    surprisal,
    spillover: [before, shift(before)],
    spilloverControls: [frequency, length].flatMap((column) => [shift(column), shift(shift(column))]),
    sentences: words.map(({ sentenceId }) => String(sentenceId)),
  });
  return {
    eyeTracking: columns(EYE_TRACKING, own),
    selfPaced: columns(["selfPacedMs"], [...own, previousLength, before]),
  };
}

/** Surprisal of the word before; NaN where there is none. */
function precedingSurprisals(
  words: readonly ReadingWord[],
  surprisals: readonly WordSurprisal[],
  missing: MissingPrevious,
): number[] {
  return surprisals.map(({ previousSurprisalNats }, row) => {
    const word = words[row];
    const isMissing = word === undefined || (missing === "official" && isPreviousMissingOfficially(word));
    return isMissing ? Number.NaN : (previousSurprisalNats ?? Number.NaN);
  });
}

/** Row of the word before; undefined where it is no item. The official table is in no order of reading. */
function precedingRows(words: readonly ReadingWord[]): (number | undefined)[] {
  const placeOf = (sentenceId: number, contextLengthWords: number): string =>
    `${sentenceId} ${contextLengthWords}`;
  const rowAt = new Map(
    words.map(({ sentenceId, contextLengthWords }, row) => [placeOf(sentenceId, contextLengthWords), row]),
  );
  return words.map(({ sentenceId, contextLengthWords }) =>
    rowAt.get(placeOf(sentenceId, contextLengthWords - 1)),
  );
}

interface Columns {
  /** [M][N] */
  readonly responses: readonly (readonly number[])[];
  /** Without their products, [P][N]. */
  readonly controls: readonly (readonly number[])[];
  /** [N] */
  readonly surprisal: readonly number[];
  /** [S][N] */
  readonly spillover: readonly (readonly number[])[];
  /** What is held constant of the words before, [C][N]. */
  readonly spilloverControls: readonly (readonly number[])[];
  /** [N] */
  readonly sentences: readonly string[];
}

function analyseMeasures(columns: Columns, options: AnalysisOptions): ReadingAnalysis {
  const { replicates, seed } = options;
  const all = keepComplete(columns, []);
  const base = [...all.controls, ...pairwiseProducts(all.controls)];
  const score = bootstrapPartialRSquared(
    all.responses,
    { base, extra: all.surprisal, clusters: all.sentences },
    { replicates, seed: deriveSeed(seed, "reading score") },
  );
  const late = keepComplete(columns, [...columns.spillover, ...columns.spilloverControls]);
  // The word before may stand among the controls already.
  const added = late.spillover.filter(
    (_, index) => !columns.controls.includes(columns.spillover[index] ?? []),
  );
  // Self-paced reading has the nearer word's length among its controls.
  const held = late.spilloverControls.filter(
    (column) => !late.controls.some((control) => column.every((value, row) => value === control[row])),
  );
  const lateBase = [...late.controls, ...pairwiseProducts(late.controls), ...held, late.surprisal];
  return {
    partialRSquared: {
      value: score.estimate,
      ...percentileInterval(score, 0.95),
      n: all.surprisal.length,
    },
    heldOutGainNats: surprisalGain(columns, options),
    spilloverGainNats: meanGain(late, { base: lateBase, extra: added }, options),
  };
}

/** What surprisal adds on sentences not fitted. */
function surprisalGain(columns: Columns, options: AnalysisOptions): SentenceEstimate {
  const all = keepComplete(columns, []);
  const base = [...all.controls, ...pairwiseProducts(all.controls)];
  return meanGain(all, { base, extra: [all.surprisal] }, options);
}

/** Mean gain per word over measures and words, sentences drawn whole. */
function meanGain(
  { responses, sentences }: Pick<Columns, "responses" | "sentences">,
  predictors: {
    readonly base: readonly (readonly number[])[];
    readonly extra: readonly (readonly number[])[];
  },
  { folds: count, replicates, seed }: AnalysisOptions,
): SentenceEstimate {
  const folds = assignFolds(sentences, { folds: count, seed: deriveSeed(seed, "reading folds") });
  const gains = responses.map((response) => heldOutGain({ response, ...predictors, folds }));
  const differences = sentences.map((_, row) => mean(gains.map((gain) => gain[row] ?? Number.NaN)));
  const sample = bootstrapClusters(
    { differences, clusters: sentences },
    { replicates, seed: deriveSeed(seed, "reading gain"), within: "kept" },
  );
  return { value: sample.estimate, ...percentileInterval(sample, 0.95), n: differences.length };
}

/** Rows where nothing is missing, in the columns of all regressions and in those `needed` besides them. */
function keepComplete(columns: Columns, needed: readonly (readonly number[])[]): Columns {
  const { responses, controls, surprisal, spillover, spilloverControls, sentences } = columns;
  const rows = new Set(completeRows([...responses, ...controls, surprisal, ...needed]));
  const select = (column: readonly number[]): number[] => column.filter((_, row) => rows.has(row));
  return {
    responses: responses.map(select),
    controls: controls.map(select),
    surprisal: select(surprisal),
    spillover: spillover.map(select),
    spilloverControls: spilloverControls.map(select),
    sentences: sentences.filter((_, row) => rows.has(row)),
  };
}
