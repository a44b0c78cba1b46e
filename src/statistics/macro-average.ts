/** @file The mean of several accuracies and its sampling error, as in BLiMP's mean over paradigms. */
import { normalQuantile } from "./normal-quantile.js";
import { mean } from "./summary.js";

/**
 * Interval for the unweighted mean of independent proportions.
 *
 *   mean ± z · √(Σ p̃ (1 − p̃) / n) / groups,  p̃ = (p n + 2) / (n + 4)
 *
 * The smoothed p̃ (Agresti and Coull 1998) keeps a group of all successes from looking certain.
 *
 * @param groups     proportion and number of items of each
 * @param confidence two-sided, such as 0.95
 * @returns [low, high] within 0 … 1
 * @throws RangeError when there is no group, a proportion is outside 0 … 1 or a group is empty
 */
export function macroAverageInterval(
  groups: readonly { readonly proportion: number; readonly n: number }[],
  confidence = 0.95,
): readonly [low: number, high: number] {
  for (const { proportion, n } of groups)
    if (!(proportion >= 0 && proportion <= 1) || !(n >= 1))
      throw new RangeError(
        `macroAverageInterval: groups must have a proportion from 0 to 1 and at least one item, got ${proportion} of ${n}. Correct the group.`,
      );
  const center = mean(groups.map(({ proportion }) => proportion));
  const variance = groups.reduce((sum, { proportion, n }) => {
    const smoothed = (proportion * n + 2) / (n + 4);
    return sum + (smoothed * (1 - smoothed)) / n;
  }, 0);
  const margin = (normalQuantile(0.5 + confidence / 2) * Math.sqrt(variance)) / groups.length;
  return [Math.max(0, center - margin), Math.min(1, center + margin)];
}
