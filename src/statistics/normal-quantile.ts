/** @file Points of the normal distribution, which intervals are made of. */
import quantile from "@stdlib/stats-base-dists-normal-quantile";

/**
 * Point below which a standard normal variable falls with the given probability.
 *
 * @param probability strictly between 0 and 1
 * @returns standard deviations
 * @throws RangeError when the probability is outside that range
 */
export function normalQuantile(probability: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RangeError(
      `normalQuantile: probability must be strictly between 0 and 1, got ${probability}. Give a proportion, not percent.`,
    );
  }
  return quantile(probability, 0, 1);
}
