/** @file The interval of a proportion that never covers too rarely; the shorter Wilson interval is in `summary.ts`. */
import betaQuantile from "@stdlib/stats-base-dists-beta-quantile";
import type { Interval } from "./summary.js";

/**
 * Confidence interval of a proportion from the binomial distribution itself.
 *
 * @param counts.successes whole number from 0 to n
 * @param counts.n number of independent items, at least 1
 * @param counts.confidence at least this share of such intervals covers the truth, for example 0.95
 * @returns proportions
 * @throws RangeError when successes or n are no such counts, or the confidence is not strictly between 0 and 1
 *
 * Source: Clopper and Pearson (1934); statsmodels.stats.proportion.proportion_confint, method "beta".
 */
export function clopperPearsonInterval(counts: {
  readonly successes: number;
  readonly n: number;
  readonly confidence: number;
}): Interval {
  const { successes, n, confidence } = counts;
  if (!Number.isInteger(successes) || !Number.isInteger(n) || n < 1 || successes < 0 || successes > n)
    throw new RangeError(
      `clopperPearsonInterval: successes must be a whole number from 0 to n, got ${successes} of ${n}. Half credits need wilsonInterval.`,
    );
  if (!(confidence > 0 && confidence < 1))
    throw new RangeError(
      `clopperPearsonInterval: confidence must be strictly between 0 and 1, got ${confidence}. Use 0.95 for 95 %.`,
    );
  const tail = (1 - confidence) / 2;
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes, n - successes + 1),
    high: successes === n ? 1 : betaQuantile(1 - tail, successes + 1, n - successes),
  };
}
