/**
 * @file Means, spreads and quantiles of plain arrays, and how uncertain a proportion is. Standing of models against
 * each other lives in `z-scores.ts`, relations between two columns in `correlation.ts` and `regression.ts`.
 */
import { normalQuantile } from "./normal-quantile.js";

/**
 * @param values at least one, all finite
 * @throws RangeError when there is none, or one is not finite
 */
export function mean(values: readonly number[]): number {
  checkFinite("mean", values, 1);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Standard deviation with divisor n − 1.
 *
 * @param values at least two, all finite
 * @throws RangeError when there are fewer, or one is not finite
 */
export function sampleStandardDeviation(values: readonly number[]): number {
  checkFinite("sampleStandardDeviation", values, 2);
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/**
 * Value below which a share of the sample lies, interpolated linearly between order statistics.
 *
 *   position = (n − 1) · probability, counted from the smallest value
 *
 * @param values at least one, all finite, in any order
 * @param probability 0 to 1
 * @throws RangeError when there is no value, one is not finite, or the probability is outside 0 to 1
 *
 * Source: Hyndman and Fan (1996), type 7; the default of numpy.quantile, R and pandas.
 */
export function quantile(values: readonly number[], probability: number): number {
  checkFinite("quantile", values, 1);
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(
      `quantile: probability must be between 0 and 1, got ${probability}. Give proportions, not percent.`,
    );
  }
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * probability;
  const [lower = 0, upper = lower] = sorted.slice(Math.floor(position), Math.floor(position) + 2);
  return lower + (upper - lower) * (position - Math.floor(position));
}

/** Middle value, or the mean of the middle two; `quantile` at one half. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Binomial standard error of a share of n independent items.
 *
 *   √(p · (1 − p) / n)
 *
 * @param share.proportion 0 to 1
 * @param share.n number of items, at least 1
 * @returns a proportion; 0 at the ends, where `wilsonInterval` is the honest choice
 * @throws RangeError when the proportion is outside 0 to 1 or n is below 1
 */
export function proportionStandardError(share: { readonly proportion: number; readonly n: number }): number {
  const { proportion, n } = share;
  if (!(proportion >= 0 && proportion <= 1) || !(n >= 1 && Number.isFinite(n))) {
    throw new RangeError(
      `proportionStandardError: proportion must be between 0 and 1 and n be at least 1, got ${proportion} and ${n}. ` +
        "Divide percentages by 100.",
    );
  }
  return Math.sqrt((proportion * (1 - proportion)) / n);
}

/** A range with both ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Confidence interval of a proportion that stays inside 0 to 1 and is not empty at 0 or n successes.
 *
 * @param counts.successes 0 to n; half credits for ties may make it fractional
 * @param counts.n number of independent items, at least 1
 * @param counts.confidence share of such intervals that cover the truth, for example 0.95
 * @returns proportions
 * @throws RangeError when successes are not within 0 to n, or the confidence is not strictly between 0 and 1
 *
 * Source: Wilson (1927), score interval without continuity correction.
 */
export function wilsonInterval(counts: {
  readonly successes: number;
  readonly n: number;
  readonly confidence: number;
}): Interval {
  const { successes, n, confidence } = counts;
  if (!(n >= 1 && Number.isFinite(n)) || !(successes >= 0 && successes <= n)) {
    throw new RangeError(
      `wilsonInterval: successes must be between 0 and n, and n be at least 1, got ${successes} of ${n}. ` +
        "Pass counts, not proportions.",
    );
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `wilsonInterval: confidence must be strictly between 0 and 1, got ${confidence}. Use 0.95 for 95 %.`,
    );
  }
  const z = normalQuantile((1 + confidence) / 2);
  const proportion = successes / n;
  const shrink = 1 + z ** 2 / n;
  const centre = (proportion + z ** 2 / (2 * n)) / shrink;
  const halfWidth = (z * Math.sqrt((proportion * (1 - proportion)) / n + (z / (2 * n)) ** 2)) / shrink;
  // Exactly 0 and 1 at the ends; the formula leaves rounding of about 1e-17 there.
  return {
    low: successes === 0 ? 0 : centre - halfWidth,
    high: successes === n ? 1 : centre + halfWidth,
  };
}

/** Refuses short or non-finite samples in the name of the function that got them. */
function checkFinite(caller: string, values: readonly number[], atLeast: number): void {
  if (values.length < atLeast) {
    throw new RangeError(
      `${caller}: at least ${atLeast} value${atLeast === 1 ? "" : "s"} must be given, got ${values.length}. ` +
        "Check what was filtered out before.",
    );
  }
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index >= 0) {
    throw new RangeError(
      `${caller}: every value must be finite, got ${values[index]} at index ${index}. Drop missing values first.`,
    );
  }
}
