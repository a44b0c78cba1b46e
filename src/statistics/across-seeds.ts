/** @file From replicates over items, one set per seed, to replicates that also cover what other seeds would have given. */
import { normal, seeded } from "../random.js";
import { checkReplicates, type Resampling } from "./resample.js";
import { mean } from "./summary.js";

/** One quantity, such as a model's score. */
export interface SeedReplicates {
  /** What each seed came to, [S] */
  readonly estimates: readonly number[];
  /** Replicates over items of each seed, the same items in all, [S][replicates] */
  readonly replicates: readonly Float64Array[];
}

/**
 * Replicates of each quantity's mean over seeds, with chance between seeds added:
 *
 *   mean over s of r_s + √((k − 1) / χ²) · Σ_s w_s (e_s − ē) / √(k (k − 1)),   w_s normal, χ² with k − 1 degrees of freedom
 *
 * so that the seeds' part of any difference of quantities is its deviation between seeds over √k times Student's t with k − 1
 * degrees of freedom. Weights are drawn once a replicate for all quantities: a seed is one training run, and is in all of them.
 *
 * @param quantities alike in their seeds
 * @returns [quantities][replicates]; with one seed the replicates as given
 *
 * Source: the multivariate t distribution of means, Kotz and Nadarajah (2004), chapter 1.
 * Differs: a bootstrap would draw whole seeds; with three of them its intervals are less than half as wide as Student's.
 */
export function acrossSeeds(
  quantities: readonly SeedReplicates[],
  { replicates, seed }: Resampling,
): Float64Array[] {
  checkReplicates("acrossSeeds", replicates);
  const k = quantities[0]?.estimates.length ?? 0;
  const random = seeded(seed);
  const residuals = quantities.map(({ estimates }) => {
    const centre = mean(estimates);
    return estimates.map((estimate) => estimate - centre);
  });
  const out = quantities.map(() => new Float64Array(replicates));
  for (let at = 0; at < replicates; at++) {
    const weights = Array.from({ length: k }, () => normal(random));
    const chiSquared = Array.from({ length: k - 1 }, () => normal(random) ** 2).reduce(
      (sum, v) => sum + v,
      0,
    );
    // √((k − 1) / χ²) / √(k (k − 1))
    const scale = k < 2 ? 0 : 1 / Math.sqrt(k * chiSquared);
    for (const [quantity, target] of out.entries()) {
      const drawn = quantities[quantity]?.replicates ?? [];
      const ofItems = drawn.reduce((sum, row) => sum + (row[at] ?? 0), 0) / k;
      const ofSeeds = (residuals[quantity] ?? []).reduce(
        (sum, residual, s) => sum + residual * (weights[s] ?? 0),
        0,
      );
      target[at] = ofItems + scale * ofSeeds;
    }
  }
  return out;
}
