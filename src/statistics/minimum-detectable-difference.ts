/** @file The smallest difference between two models that a test set of a given size is likely to show. */
import { normalQuantile } from "./normal-quantile.js";

/** Share of items that one of two models answers right and the other wrong, as docs/paper.md#effect-size-and-noise assumes. */
export const ASSUMED_DISCORDANT = 0.15;

/**
 * Difference of two accuracies on the same items that a two-sided test finds with the given power.
 *
 *   (z₁₋α/₂ + z_power) · √(d / n)
 *
 * @param of.items      n, items both models answer
 * @param of.discordant d, share of items that one answers right and the other wrong; above 0, at most 1
 * @returns proportion; may exceed 1, when nothing can be seen at all
 * @throws RangeError when items is no positive whole number or the share is outside its range
 *
 * Source: the normal approximation of the power of McNemar's test.
 */
export function minimumDetectableDifference({
  items,
  discordant = ASSUMED_DISCORDANT,
  significance = 0.05,
  power = 0.8,
}: {
  readonly items: number;
  readonly discordant?: number;
  readonly significance?: number;
  readonly power?: number;
}): number {
  if (!Number.isInteger(items) || items < 1 || !(discordant > 0 && discordant <= 1))
    throw new RangeError(
      `minimumDetectableDifference: items must be a whole number from 1 and discordant a share above 0, got ${items} and ${discordant}. Count the items on which two models differ.`,
    );
  return (normalQuantile(1 - significance / 2) + normalQuantile(power)) * Math.sqrt(discordant / items);
}
