/**
 * @file How uncertain the difference of two models is that answered the same items: items drawn again, or seeds and items.
 * Items in clusters are in `cluster-bootstrap.ts`, intervals and p in `bootstrap-interval.ts`.
 */
import { checkReplicates, groupedMean, indexDrawer, resampleMeans, type Resampling } from "./resample.js";

/** A difference and what it came to in samples drawn again. */
export interface BootstrapSample {
  readonly estimate: number;
  /** [replicates] */
  readonly replicates: Float64Array;
  /** How the spread changes with the value, for BCa intervals; null where it is not known. */
  readonly acceleration: number | null;
}

/**
 * The mean difference over items, items drawn with replacement.
 *
 * @param items.differences second minus first model's credit, [N]
 * @param items.groups      the mean is that of the groups' means and items are drawn within their group, such as BLiMP's
 *   paradigms, [N]
 * @throws RangeError when there is no item, lengths differ or a difference is not finite
 *
 * Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapters 8 and 14; for strata Davison and Hinkley
 * (1997), Bootstrap Methods and Their Application, sections 3.2 and 5.3.
 */
export function bootstrapItems(
  items: { readonly differences: readonly number[]; readonly groups?: readonly string[] },
  options: Resampling,
): BootstrapSample {
  const { differences, groups } = items;
  const [replicates = new Float64Array()] = resampleMeans([differences], {
    ...options,
    ...(groups && { groups }),
  });
  return {
    estimate: groupedMean(differences, groups),
    replicates,
    acceleration: accelerationOf(differences, groups),
  };
}

/**
 * The mean difference over seeds and items, both drawn with replacement; every drawn seed answers the same drawn items.
 *
 * @param runs.differences one list a seed, [S][N], S at least 2
 * @param runs.groups      as in `bootstrapItems`, [N]
 * @throws RangeError when there is one seed only: its spread is then unknown, not 0
 *
 * Source: Owen (2007), The pigeonhole bootstrap: errs to the wide side where seeds and items interact.
 * Differs: nothing is done about few seeds, whose drawn spread is short by a factor of (S − 1)/S; reports say S.
 */
export function bootstrapSeedsAndItems(
  runs: { readonly differences: readonly (readonly number[])[]; readonly groups?: readonly string[] },
  options: Resampling,
): BootstrapSample {
  const { differences, groups } = runs;
  if (differences.length < 2)
    throw new RangeError(
      `bootstrapSeedsAndItems: there must be at least two seeds, got ${differences.length}. Run more, or use bootstrapItems and say so.`,
    );
  const bySeed = resampleMeans(differences, { ...options, ...(groups && { groups }) });
  const estimates = differences.map((ofSeed) => groupedMean(ofSeed, groups));
  return {
    estimate: estimates.reduce((sum, value) => sum + value, 0) / estimates.length,
    replicates: drawSeeds([bySeed], options)[0] ?? new Float64Array(),
    acceleration: null,
  };
}

/**
 * Replicates averaged over drawn seeds, the same seeds for every quantity.
 *
 * @param bySeed replicates of each quantity by seed, [Q][S][replicates]
 * @returns [Q][replicates]; with one seed what was given
 */
function drawSeeds(
  bySeed: readonly (readonly Float64Array[])[],
  { replicates, seed }: Resampling,
): Float64Array[] {
  checkReplicates("drawSeeds", replicates);
  const count = bySeed[0]?.length ?? 0;
  const drawn = new Int32Array(count);
  const draw = indexDrawer(seed ^ 0x5eed);
  const out = bySeed.map(() => new Float64Array(replicates));
  for (let replicate = 0; replicate < replicates; replicate++) {
    draw(drawn, count);
    for (const [quantity, seeds] of bySeed.entries()) {
      const sum = drawn.reduce((total, index) => total + (seeds[index]?.[replicate] ?? 0), 0);
      const target = out[quantity];
      if (target) target[replicate] = sum / count;
    }
  }
  return out;
}

/**
 * Skewness of the items' influence on the mean, over 6.
 *
 *   Σ l³ / (6 (Σ l²)^1.5),  l = (d − group mean) / group size
 */
function accelerationOf(differences: readonly number[], groups?: readonly string[]): number {
  const sums = new Map<string, { sum: number; n: number }>();
  differences.forEach((difference, item) => {
    const name = groups?.[item] ?? "";
    const { sum, n } = sums.get(name) ?? { sum: 0, n: 0 };
    sums.set(name, { sum: sum + difference, n: n + 1 });
  });
  let [squares, cubes] = [0, 0];
  differences.forEach((difference, item) => {
    const { sum, n } = sums.get(groups?.[item] ?? "") ?? { sum: 0, n: 1 };
    const influence = (difference - sum / n) / n;
    squares += influence ** 2;
    cubes += influence ** 3;
  });
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
