/** @file What a bootstrap says: percentile and BCa intervals and a two-sided p. The drawing is in `paired-bootstrap.ts`. */
import normalCdf from "@stdlib/stats-base-dists-normal-cdf";
import { normalQuantile } from "./normal-quantile.js";
import type { BootstrapSample } from "./paired-bootstrap.js";
import type { Interval } from "./summary.js";

// Sums of the same credits in another order differ by less.
const ROUNDING = 1e-12;

/**
 * The middle part of the replicates.
 *
 * @param sample.replicates the statistic on each drawn sample
 * @param confidence share of such intervals that cover the truth, for example 0.95
 * @throws RangeError when the confidence is not strictly between 0 and 1
 *
 * Source: Efron and Tibshirani (1993), section 13.3; ends interpolated as numpy.quantile does.
 */
export function percentileInterval(
  { replicates }: Pick<BootstrapSample, "replicates">,
  confidence: number,
): Interval {
  checkConfidence("percentileInterval", confidence);
  const sorted = Float64Array.from(replicates).sort();
  return { low: quantileOf(sorted, (1 - confidence) / 2), high: quantileOf(sorted, (1 + confidence) / 2) };
}

/**
 * Percentile interval corrected for bias and for a spread that changes with the value.
 *
 * @param sample estimate, replicates and acceleration, as `bootstrapItems` gives them
 * @param confidence share of such intervals that cover the truth, for example 0.95
 * @returns the estimate alone when all replicates equal it
 * @throws RangeError when the confidence is not strictly between 0 and 1, the sample knows no acceleration, or no replicate
 *   is on one side of the estimate
 *
 * Source: Efron (1987), Better bootstrap confidence intervals; as scipy.stats.bootstrap, method BCa: replicates equal to the
 * estimate count half.
 */
export function bcaInterval(sample: BootstrapSample, confidence: number): Interval {
  checkConfidence("bcaInterval", confidence);
  const { estimate, replicates, acceleration } = sample;
  if (acceleration === null)
    throw new RangeError(
      "bcaInterval: the sample must know its acceleration, got null, as drawn clusters or seeds have it. Use percentileInterval.",
    );
  const { below, equal } = countAround(replicates, estimate);
  if (equal === replicates.length) return { low: estimate, high: estimate };
  const share = (below + equal / 2) / replicates.length;
  if (share === 0 || share === 1)
    throw new RangeError(
      `bcaInterval: replicates must be on both sides of the estimate, got all ${replicates.length} on one. Draw more, or use percentileInterval.`,
    );
  const bias = normalQuantile(share);
  const sorted = Float64Array.from(replicates).sort();
  const end = (probability: number): number => {
    const z = bias + normalQuantile(probability);
    return quantileOf(sorted, normalCdf(bias + z / (1 - acceleration * z), 0, 1));
  };
  return { low: end((1 - confidence) / 2), high: end((1 + confidence) / 2) };
}

/**
 * Two-sided p of no difference: how often the replicates reach 0 from the estimate's side.
 *
 *   min(1, 2 · (min(#{≤ 0}, #{≥ 0}) + 1) / (replicates + 1))
 *
 * @returns 1 when all replicates are 0, never 0
 *
 * Source: Davison and Hinkley (1997), section 4.4, inverting the percentile interval.
 */
export function bootstrapP({ replicates }: Pick<BootstrapSample, "replicates">): number {
  const { below, equal, above } = countAround(replicates, 0);
  return Math.min(1, (2 * (Math.min(below, above) + equal + 1)) / (replicates.length + 1));
}

function countAround(
  replicates: Float64Array,
  value: number,
): { readonly below: number; readonly equal: number; readonly above: number } {
  let [below, above] = [0, 0];
  for (const replicate of replicates) {
    if (replicate < value - ROUNDING) below++;
    else if (replicate > value + ROUNDING) above++;
  }
  return { below, equal: replicates.length - below - above, above };
}

function quantileOf(sorted: Float64Array, probability: number): number {
  const position = (sorted.length - 1) * probability;
  const lower = sorted[Math.floor(position)] ?? Number.NaN;
  const upper = sorted[Math.ceil(position)] ?? Number.NaN;
  return lower + (upper - lower) * (position - Math.floor(position));
}

function checkConfidence(caller: string, confidence: number): void {
  if (confidence > 0 && confidence < 1) return;
  throw new RangeError(
    `${caller}: confidence must be strictly between 0 and 1, got ${confidence}. Use 0.95 for 95 %.`,
  );
}
