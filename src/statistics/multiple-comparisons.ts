/** @file Corrections of p for how many questions were asked: Holm for any error at all, Benjamini–Hochberg for their share. */

/**
 * Adjusted p that keep the chance of even one false finding below the level they are compared with.
 *
 *   max over j ≤ i of (m − j + 1) · p₍ⱼ₎, at most 1
 *
 * @param pValues in any order, each 0 to 1, [m]
 * @returns in the given order, [m]
 * @throws RangeError when a p is outside 0 to 1
 *
 * Source: Holm (1979); statsmodels.stats.multitest.multipletests, method "holm".
 */
export function adjustHolm(pValues: readonly number[]): number[] {
  checkPValues("adjustHolm", pValues);
  const adjusted = [...pValues];
  let largest = 0;
  ascending(pValues).forEach((at, rank) => {
    largest = Math.max(largest, (pValues.length - rank) * (pValues[at] ?? 1));
    adjusted[at] = Math.min(1, largest);
  });
  return adjusted;
}

/**
 * Adjusted p that keep the expected share of false findings among the findings below the level they are compared with.
 *
 *   min over j ≥ i of (m / j) · p₍ⱼ₎, at most 1
 *
 * @param pValues of independent or positively dependent tests, in any order, each 0 to 1, [m]
 * @returns in the given order, [m]
 * @throws RangeError when a p is outside 0 to 1
 *
 * Source: Benjamini and Hochberg (1995); statsmodels.stats.multitest.multipletests, method "fdr_bh".
 */
export function adjustBenjaminiHochberg(pValues: readonly number[]): number[] {
  checkPValues("adjustBenjaminiHochberg", pValues);
  const adjusted = [...pValues];
  let smallest = 1;
  ascending(pValues)
    .reverse()
    .forEach((at, fromLast) => {
      const rank = pValues.length - fromLast;
      smallest = Math.min(smallest, (pValues.length / rank) * (pValues[at] ?? 1));
      adjusted[at] = smallest;
    });
  return adjusted;
}

/** Indices from the smallest p to the largest. */
function ascending(pValues: readonly number[]): number[] {
  return pValues.map((_, at) => at).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
}

function checkPValues(caller: string, pValues: readonly number[]): void {
  const at = pValues.findIndex((p) => !(p >= 0 && p <= 1));
  if (at < 0) return;
  throw new RangeError(
    `${caller}: every p must be between 0 and 1, got ${pValues[at]} at index ${at}. Leave out what was not tested.`,
  );
}
