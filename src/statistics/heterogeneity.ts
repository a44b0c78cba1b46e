/** @file Whether effects differ from each other by more than their own sampling errors: does a gain depend on the task? */
import chiSquareCdf from "@stdlib/stats-base-dists-chisquare-cdf";

/** One effect and how uncertain it is. */
export interface UncertainEffect {
  readonly effect: number;
  /** Above 0. */
  readonly standardError: number;
}

/**
 * Weighted squared distances of independent effects from their weighted mean.
 *
 *   Q = Σ w (e − ē)²,  w = 1 / standardError²,  Q ~ χ²(k − 1) when all effects are one
 *
 * @param effects at least two
 * @returns Q and the chance of a larger one
 * @throws RangeError when there are fewer, or a standard error is not above 0
 *
 * Source: Cochran (1954), The combination of estimates from different experiments.
 */
export function cochranQ(effects: readonly UncertainEffect[]): { readonly q: number; readonly p: number } {
  const broken = effects.find(
    ({ effect, standardError }) => !Number.isFinite(effect) || !(standardError > 0),
  );
  if (effects.length < 2 || broken)
    throw new RangeError(
      "cochranQ: there must be at least two effects with standard errors above 0, got " +
        `${broken ? `${broken.effect} ± ${broken.standardError}` : effects.length}. Leave out tasks without items.`,
    );
  const weights = effects.map(({ standardError }) => standardError ** -2);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const centre = effects.reduce((sum, { effect }, at) => sum + (weights[at] ?? 0) * effect, 0) / total;
  const q = effects.reduce((sum, { effect }, at) => sum + (weights[at] ?? 0) * (effect - centre) ** 2, 0);
  return { q, p: 1 - chiSquareCdf(q, effects.length - 1) };
}
