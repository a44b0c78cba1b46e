/**
 * @file What a predictor tells about rows that were not fitted: log-likelihood of a Gaussian regression in
 * cross-validation. Least squares are in `regression.ts`, intervals of the mean gain in `cluster-bootstrap.ts`.
 */
import { seeded, shuffled } from "../random.js";
import { fitOls } from "./regression.js";

/**
 * A fold for every row; rows of one cluster share it, and folds differ by at most one cluster.
 *
 * @param clusters name of each row's cluster, [N]
 * @returns fold of each row, from 0, [N]
 * @throws RangeError when folds are no whole number from 2, or outnumber the clusters
 */
export function assignFolds(
  clusters: readonly string[],
  options: { readonly folds: number; readonly seed: number },
): number[] {
  const { folds, seed } = options;
  const names = shuffled([...new Set(clusters)], seeded(seed));
  if (!Number.isInteger(folds) || folds < 2 || folds > names.length) {
    throw new RangeError(
      `assignFolds: folds must be a whole number from 2 to the ${names.length} clusters, got ${folds}. Use 10.`,
    );
  }
  const foldOf = new Map(names.map((name, index) => [name, index % folds]));
  return clusters.map((name) => foldOf.get(name) ?? 0);
}

/**
 * Gain in log-likelihood of every row when the extra predictors are known, both models fitted without the row's fold.
 *
 *   ln N(y; ŷ_full, σ_full) − ln N(y; ŷ_base, σ_base),  σ² = residual sum of squares over rows, of the fitted rows
 *
 * @param data.base  columns both models have, [P][N]
 * @param data.extra columns only the full model has, [Q][N]
 * @param data.folds fold of each row, [N]
 * @returns nats, [N]; negative where the extra predictors mislead
 * @throws RangeError when lengths differ, there is one fold only, or a fold's rest cannot be fitted
 *
 * Source: Goodkind and Bicknell (2018), Predictive power of word surprisal for reading times (gain in
 * log-likelihood); held out as Wilcox et al. (2020), On the predictive power of neural language models.
 * Differs: linear instead of generalised additive models, on times averaged over readers.
 */
export function heldOutGain(data: {
  readonly response: readonly number[];
  readonly base: readonly (readonly number[])[];
  readonly extra: readonly (readonly number[])[];
  readonly folds: readonly number[];
}): number[] {
  const { response, base, extra, folds } = data;
  const names = [...new Set(folds)];
  const columns = [response, ...base, ...extra];
  if (names.length < 2 || columns.some((column) => column.length !== folds.length)) {
    throw new RangeError(
      "heldOutGain: columns must have one value per row, in at least two folds, " +
        `got lengths [${columns.map((c) => c.length).join(", ")}] for ${folds.length} rows in ${names.length} folds. ` +
        "Use assignFolds on the complete rows.",
    );
  }
  const gains = response.map(() => 0);
  for (const fold of names) {
    const full = heldOutLogLikelihood({ response, predictors: [...base, ...extra], folds }, fold);
    const without = heldOutLogLikelihood({ response, predictors: base, folds }, fold);
    full.forEach(({ row, nats }, index) => {
      gains[row] = nats - (without[index]?.nats ?? Number.NaN);
    });
  }
  return gains;
}

/** Log density of the rows of one fold under the fit of all others. */
function heldOutLogLikelihood(
  data: {
    readonly response: readonly number[];
    readonly predictors: readonly (readonly number[])[];
    readonly folds: readonly number[];
  },
  fold: number,
): { readonly row: number; readonly nats: number }[] {
  const { response, predictors, folds } = data;
  const others = (column: readonly number[]): number[] => column.filter((_, row) => folds[row] !== fold);
  const fit = fitOls({ predictors: predictors.map(others), response: others(response) });
  const variance = fit.residualSumOfSquares / fit.n;
  const [intercept = 0, ...slopes] = fit.coefficients;
  return response.flatMap((value, row) => {
    if (folds[row] !== fold) return [];
    const predicted = slopes.reduce((sum, slope, p) => sum + slope * (predictors[p]?.[row] ?? 0), intercept);
    return [{ row, nats: -0.5 * (Math.log(2 * Math.PI * variance) + (value - predicted) ** 2 / variance) }];
  });
}
