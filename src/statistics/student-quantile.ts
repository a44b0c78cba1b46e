/** @file Points of Student's t distribution: intervals of a mean over few seeds. */
import quantile from "@stdlib/stats-base-dists-t-quantile";

/**
 * Point below which a variable of Student's t distribution falls with the given probability.
 *
 * @param probability      strictly between 0 and 1
 * @param degreesOfFreedom above 0
 * @throws RangeError when either is outside its range
 */
export function studentQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1) || !(degreesOfFreedom > 0)) {
    throw new RangeError(
      `studentQuantile: probability must be strictly between 0 and 1 and degrees of freedom be above 0, got ${probability} and ${degreesOfFreedom}. ` +
        "Give a proportion, and one less than the number of values.",
    );
  }
  return quantile(probability, degreesOfFreedom);
}
