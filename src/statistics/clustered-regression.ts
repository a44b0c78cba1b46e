/**
 * @file Uncertainty of a regression whose rows come in clusters, as words come in sentences: the cluster bootstrap of the
 * partial R² and the sandwich standard error. The fit itself is in `regression.ts`.
 */
import type { BootstrapSample } from "./paired-bootstrap.js";
import { fitOls } from "./regression.js";
import { checkReplicates, indexDrawer, rowsByName, type Resampling } from "./resample.js";
import { mean } from "./summary.js";
import { dot, euclideanLength } from "./vectors.js";

/** Columns of a regression in which one predictor is in question. */
export interface ClusteredColumns {
  /** Predictors of base and full model, [P][N]. */
  readonly base: readonly (readonly number[])[];
  /** The predictor in question, [N]. */
  readonly extra: readonly number[];
  /** Name of each row's cluster, [N]. */
  readonly clusters: readonly string[];
}

/**
 * The partial R² of the extra predictor, averaged over responses, whole clusters drawn with replacement.
 *
 * Columns are centred and scaled once; each cluster then gives one matrix of cross products, and a replicate is the
 * Cholesky factor of a sum of them: its last predictor's row holds what the extra predictor explains.
 *
 * @param responses [M][N], all on the same rows
 * @throws RangeError when lengths differ, there are fewer than two clusters, or a replicate is collinear
 *
 * Source: Davison and Hinkley (1997) (resampling cases), the cases being clusters.
 */
export function bootstrapPartialRSquared(
  responses: readonly (readonly number[])[],
  columns: ClusteredColumns,
  { replicates: count, seed }: Resampling,
): BootstrapSample {
  checkReplicates("bootstrapPartialRSquared", count);
  checkClusters("bootstrapPartialRSquared", [...responses, ...columns.base, columns.extra], columns.clusters);
  const scaled = [...columns.base, columns.extra, ...responses].map(standardised);
  const size = scaled.length + 1; // the intercept comes first
  const numPredictors = columns.base.length + 2;
  const rowsOf = rowsByName(columns.clusters.length, columns.clusters);
  const products = rowsOf.map((rows) => {
    const values = rows.map((row) => [1, ...scaled.map((column) => column[row] ?? 0)]);
    return Float64Array.from({ length: size * size }, (_, at) =>
      values.reduce((sum, cells) => sum + (cells[Math.floor(at / size)] ?? 0) * (cells[at % size] ?? 0), 0),
    );
  });
  const scoreOf = (chosen: Iterable<number>): number => {
    const sum = new Float64Array(size * size);
    for (const index of chosen) {
      const product = products[index] ?? sum;
      for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (product[at] ?? 0);
    }
    return mean(partialRSquares(sum, size, numPredictors));
  };
  const draw = indexDrawer(seed);
  const chosen = new Int32Array(products.length);
  const replicates = Float64Array.from({ length: count }, () => {
    draw(chosen, products.length);
    return scoreOf(chosen);
  });
  return { estimate: scoreOf(products.keys()), replicates, acceleration: null };
}

/**
 * Standard error of the extra predictor's coefficient when residuals of one cluster may depend on each other.
 *
 * @returns in units of response per unit of predictor
 * @throws RangeError when lengths differ, there are fewer than two clusters, or the model cannot be fitted
 *
 * Source: Liang and Zeger (1986); corrected for few clusters as statsmodels' `cov_type="cluster"`,
 * G/(G − 1) · (N − 1)/(N − K).
 */
export function clusteredStandardError(response: readonly number[], columns: ClusteredColumns): number {
  const { base, extra, clusters } = columns;
  checkClusters("clusteredStandardError", [response, ...base, extra], clusters);
  const own = residuals(base, extra); // what the other predictors do not know of it
  const errors = residuals([...base, extra], response);
  const rowsOf = rowsByName(clusters.length, clusters);
  const meat = rowsOf
    .map((rows) => rows.reduce((sum, row) => sum + (own[row] ?? 0) * (errors[row] ?? 0), 0))
    .reduce((sum, value) => sum + value ** 2, 0);
  const [n, numCoefficients, groups] = [response.length, base.length + 2, rowsOf.length];
  const correction = (groups / (groups - 1)) * ((n - 1) / (n - numCoefficients));
  return Math.sqrt(meat * correction) / dot(own, own);
}

function residuals(predictors: readonly (readonly number[])[], response: readonly number[]): number[] {
  const [intercept = 0, ...slopes] = fitOls({ predictors, response }).coefficients;
  return response.map((value, row) =>
    slopes.reduce((rest, slope, p) => rest - slope * (predictors[p]?.[row] ?? 0), value - intercept),
  );
}

function standardised(column: readonly number[]): number[] {
  const middle = mean(column);
  const centred = column.map((value) => value - middle);
  const length = euclideanLength(centred);
  return centred.map((value) => value / length);
}

/** Partial R² of the last predictor for each response, from the cross products of predictors, then responses. */
function partialRSquares(products: Float64Array, size: number, numPredictors: number): number[] {
  const factor = new Float64Array(size * size);
  const at = (row: number, column: number): number => factor[row * size + column] ?? 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= Math.min(row, numPredictors - 1); column++) {
      let rest = products[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) rest -= at(row, k) * at(column, k);
      if (row === column && !(rest > 0)) {
        throw new RangeError(
          `bootstrapPartialRSquared: predictors must stay independent in every draw, got predictor ${row - 1} as a ` +
            "combination of those before it. Use more clusters or fewer predictors.",
        );
      }
      factor[row * size + column] = row === column ? Math.sqrt(rest) : rest / at(column, column);
    }
  }
  const last = numPredictors - 1;
  return Array.from({ length: size - numPredictors }, (_, index) => {
    const row = numPredictors + index;
    let unexplained = products[row * size + row] ?? 0;
    for (let k = 0; k < last; k++) unexplained -= at(row, k) ** 2;
    return at(row, last) ** 2 / unexplained;
  });
}

function checkClusters(
  caller: string,
  columns: readonly (readonly number[])[],
  clusters: readonly string[],
): void {
  const isWhole = columns.every(
    (column) => column.length === clusters.length && column.every((value) => Number.isFinite(value)),
  );
  if (isWhole && new Set(clusters).size >= 2) return;
  throw new RangeError(
    `${caller}: finite columns must have one value per row, in at least two clusters, got lengths ` +
      `[${columns.map((column) => column.length).join(", ")}] for ${clusters.length} rows in ` +
      `${new Set(clusters).size} clusters. Keep complete rows only.`,
  );
}
