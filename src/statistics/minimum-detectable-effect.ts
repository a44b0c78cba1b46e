/** @file The smallest difference between two models that a test set of a given size is likely to show. */
import { normalQuantile } from "./normal-quantile.js";

/**
 * Difference of two accuracies that a two-sided test finds with the given power.
 *
 *   (z₁₋α/₂ + z_power) · √(2 p (1 − p) / n)
 *
 * @param of.items    n, items both models answer
 * @param of.accuracy p, about where both lie; strictly between 0 and 1
 * @returns proportion; may exceed 1, when nothing can be seen at all
 * @throws RangeError when items is no positive whole number or a proportion lies outside its range
 *
 * Source: the normal approximation of the power of a two-proportion test. Differs from a paired test in that the items' common
 * difficulty is not used: a paired one sees differences that are smaller by about √(1 − r).
 */
export function minimumDetectableEffect({
  items,
  accuracy,
  significance = 0.05,
  power = 0.8,
}: {
  readonly items: number;
  readonly accuracy: number;
  readonly significance?: number;
  readonly power?: number;
}): number {
  if (!Number.isInteger(items) || items < 1)
    throw new RangeError(
      `minimumDetectableEffect: items must be a whole number from 1, got ${items}. Count the items of the set.`,
    );
  if (!(accuracy > 0 && accuracy < 1))
    throw new RangeError(
      `minimumDetectableEffect: accuracy must lie strictly between 0 and 1, got ${accuracy}. Give a proportion, such as the majority class's share.`,
    );
  const reach = normalQuantile(1 - significance / 2) + normalQuantile(power);
  return reach * Math.sqrt((2 * accuracy * (1 - accuracy)) / items);
}
