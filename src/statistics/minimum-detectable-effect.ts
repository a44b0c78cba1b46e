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

/**
 * The same where both models answer the same items and those they differ on are compared.
 *
 *   (z₁₋α/₂ + z_power) · √(d / n)
 *
 * @param of.items      n, items both models answer
 * @param of.discordant d, share of items that one answers right and the other wrong; above 0, at most 1
 * @returns proportion
 * @throws RangeError when items is no positive whole number or the share lies outside its range
 *
 * Source: the normal approximation of the power of McNemar's test; paper.md 5.3 assumes d = 0.15.
 */
export function minimumDetectableDifference({
  items,
  discordant,
  significance = 0.05,
  power = 0.8,
}: {
  readonly items: number;
  readonly discordant: number;
  readonly significance?: number;
  readonly power?: number;
}): number {
  if (!Number.isInteger(items) || items < 1 || !(discordant > 0 && discordant <= 1))
    throw new RangeError(
      `minimumDetectableDifference: items must be a whole number from 1 and discordant a share above 0, got ${items} and ${discordant}. Count the items on which two models differ.`,
    );
  return (normalQuantile(1 - significance / 2) + normalQuantile(power)) * Math.sqrt(discordant / items);
}
