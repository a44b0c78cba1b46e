/** @file How sure a correlation is: its p value, its interval, and what it would be if the pairs were mixed up. */
import distribution from "@stdlib/stats-base-dists-t-cdf";
import { seeded, shuffled } from "../random.js";
import { pearson } from "./correlation.js";
import { normalQuantile } from "./normal-quantile.js";
import { quantile } from "./summary.js";

/** A correlation of pairs with its uncertainty. */
export interface CorrelationTest {
  readonly r: number;
  /** Two-sided, of no linear relation. */
  readonly p: number;
  /** Ends of the 95 % interval; the whole range from −1 to 1 with three pairs, which leave no degree of freedom. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/**
 * Pearson's r with its p value and interval.
 *
 *   t = r √((n − 2) / (1 − r²)), and tanh(atanh r ± 1.96 / √(n − 3))
 *
 * @param x at least three finite values, not all equal, [N]
 * @param y the same, [N]
 * @throws RangeError when there are fewer than three pairs, and as `pearson`
 *
 * Source: scipy.stats.pearsonr and its `confidence_interval` (Fisher's transformation).
 */
export function testCorrelation(x: readonly number[], y: readonly number[]): CorrelationTest {
  const n = x.length;
  if (n < 3)
    throw new RangeError(
      `testCorrelation: there must be at least three pairs, got ${n}. Report too few pairs as such.`,
    );
  const r = pearson(x, y);
  const t = Math.abs(r) * Math.sqrt((n - 2) / (1 - r * r));
  const z = Math.atanh(r);
  const reach = n === 3 ? Infinity : normalQuantile(0.975) / Math.sqrt(n - 3);
  const [low, high] = n === 3 ? [-1, 1] : [Math.tanh(z - reach), Math.tanh(z + reach)];
  const p = Math.abs(r) === 1 ? 0 : Math.min(1, 2 * distribution(-t, n - 2));
  return { r, p, low, high, n };
}

/** What a correlation comes to when nothing belongs together. */
export interface ShuffledCorrelation {
  /** Middle 95 % of r over the shuffles. */
  readonly low: number;
  readonly high: number;
  /** Share of shuffles, the pairs as they are among them, whose r is at least as far from 0. */
  readonly p: number;
}

/**
 * The correlation with one column shuffled, many times.
 *
 * @throws RangeError as `pearson`
 *
 * Source: Phipson and Smyth (2010) for counting the observed order among the shuffles.
 */
export function shuffledCorrelation(
  x: readonly number[],
  y: readonly number[],
  { shuffles, seed }: { readonly shuffles: number; readonly seed: number },
): ShuffledCorrelation {
  const observed = Math.abs(pearson(x, y));
  const random = seeded(seed);
  const drawn = Array.from({ length: shuffles }, () => pearson(x, shuffled(y, random)));
  // Rounding must not part equal ones.
  const asFar = drawn.filter((r) => Math.abs(r) >= observed - 1e-12).length;
  return { low: quantile(drawn, 0.025), high: quantile(drawn, 0.975), p: (asFar + 1) / (shuffles + 1) };
}
