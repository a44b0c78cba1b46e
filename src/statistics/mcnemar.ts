/** @file McNemar's exact test: whether two models that answered the same items are right equally often. */
import binomialCdf from "@stdlib/stats-base-dists-binomial-cdf";

/** Items that exactly one of two models got right. */
export interface DiscordantCounts {
  readonly onlyFirst: number;
  readonly onlySecond: number;
}

/**
 * Counts the items on which two models differ.
 *
 * @param first  1 for right and 0 for wrong, [N]
 * @param second the same items in the same order, [N]
 * @throws RangeError when lengths differ or a value is neither 0 nor 1: half credits for ties need `signFlipTest`
 */
export function countDiscordant(first: readonly number[], second: readonly number[]): DiscordantCounts {
  if (first.length !== second.length)
    throw new RangeError(
      `countDiscordant: both models must have answered the same items, got ${first.length} and ${second.length}. Pair them by id.`,
    );
  for (const values of [first, second]) {
    const item = values.findIndex((value) => value !== 0 && value !== 1);
    if (item >= 0)
      throw new RangeError(
        `countDiscordant: answers must be 0 or 1, got ${values[item]} at index ${item}. Use signFlipTest for part credit.`,
      );
  }
  return {
    onlyFirst: first.filter((value, item) => value > (second[item] ?? 0)).length,
    onlySecond: second.filter((value, item) => value > (first[item] ?? 0)).length,
  };
}

/**
 * Two-sided exact p: the discordant items fall to either model like tosses of a fair coin.
 *
 *   min(1, 2 · P(X ≤ min(b, c))),  X ~ Binomial(b + c, ½)
 *
 * @returns 1 when the models differ on no item
 * @throws RangeError when a count is not a whole number from 0 up
 *
 * Source: McNemar (1947); statsmodels.stats.contingency_tables.mcnemar, exact.
 */
export function exactMcNemar({ onlyFirst, onlySecond }: DiscordantCounts): number {
  for (const count of [onlyFirst, onlySecond])
    if (!Number.isInteger(count) || count < 0)
      throw new RangeError(
        `exactMcNemar: counts must be whole numbers from 0, got ${onlyFirst} and ${onlySecond}. Take them from countDiscordant.`,
      );
  const discordant = onlyFirst + onlySecond;
  if (discordant === 0) return 1;
  return Math.min(1, 2 * binomialCdf(Math.min(onlyFirst, onlySecond), discordant, 0.5));
}
