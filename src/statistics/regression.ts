/**
 * @file Ordinary least squares for the reading-time scores (docs/paper.md#reading-times): fit, complete rows, interaction
 * terms, and the share of variance one more predictor explains. The scores themselves live in `evaluation/`.
 */
import { mean } from "./summary.js";
import { dot, euclideanLength } from "./vectors.js";

/** A fitted linear model; entry 0 of each list belongs to the intercept, entry 1 + p to predictor p. */
export interface OlsFit {
  readonly coefficients: readonly number[];
  readonly standardErrors: readonly number[];
  /** Coefficient over its standard error; infinite where the fit is exact. */
  readonly tValues: readonly number[];
  /** 1 − residual over total sum of squares, not adjusted for the number of predictors. */
  readonly rSquared: number;
  readonly residualSumOfSquares: number;
  /** Number of rows. */
  readonly n: number;
}

// Columns have length 1 when this is asked. Reading predictors leave 0.01 or more; equal columns leave 1e-15.
const COLLINEAR_BELOW = 1e-10;
// Relative rounding of a column that is constant but for its last digits.
const CONSTANT_BELOW = 1e-13;

/**
 * Least-squares fit with an intercept.
 *
 * Columns are centred and scaled to length 1, then reduced by Householder reflections: the reading predictors with
 * their products have condition numbers in the thousands, which normal equations would square.
 *
 * @param data.predictors columns without the intercept, [P][N]
 * @param data.response   [N]
 * @returns coefficients in the units of the given columns
 * @throws RangeError when columns differ in length, a value is not finite, rows do not outnumber the P + 1
 *   coefficients, the response is constant, or a predictor is constant or follows from those before it
 *
 * Source: Golub and Van Loan, Matrix Computations, algorithm 5.3.2; checked against statsmodels and NIST's Longley set.
 * Differs: statsmodels fits collinear columns with a pseudo-inverse; here they are an error.
 */
export function fitOls(data: {
  readonly predictors: readonly (readonly number[])[];
  readonly response: readonly number[];
}): OlsFit {
  const { predictors, response } = data;
  const [n, numPredictors] = [response.length, predictors.length];
  checkColumns(predictors, response);

  const means = predictors.map(mean);
  const centred = predictors.map((column, p) => column.map((value) => value - (means[p] ?? 0)));
  const lengths = centred.map((column, p) => lengthOfVarying(column, predictors[p] ?? [], `predictor ${p}`));
  const columns = centred.map((column, p) => column.map((value) => value / (lengths[p] ?? 1)));
  const responseMean = mean(response);
  const centredResponse = response.map((value) => value - responseMean);
  const totalSumOfSquares = lengthOfVarying(centredResponse, response, "the response") ** 2;

  const { upper, rotated } = reduceToTriangle(columns, centredResponse);
  // Slopes of the scaled columns, and the columns of the inverse triangle for the standard errors.
  const scaledSlopes = solveUpper(upper, rotated.slice(0, numPredictors));
  const inverse = upper.map((_, p) =>
    solveUpper(
      upper,
      upper.map((_, row) => (row === p ? 1 : 0)),
    ),
  );
  const slopes = scaledSlopes.map((slope, p) => slope / (lengths[p] ?? 1));
  const residualSumOfSquares = rotated.slice(numPredictors).reduce((sum, value) => sum + value ** 2, 0);

  const residualDeviation = Math.sqrt(residualSumOfSquares / (n - numPredictors - 1));
  const slopeErrors = lengths.map(
    (length, p) => (residualDeviation * euclideanLength(inverse.map((column) => column[p] ?? 0))) / length,
  );
  const meansInTriangle = inverse.map((column) =>
    column.reduce((sum, value, p) => sum + (value * (means[p] ?? 0)) / (lengths[p] ?? 1), 0),
  );
  const interceptError = residualDeviation * Math.hypot(1 / Math.sqrt(n), ...meansInTriangle);

  const coefficients = [responseMean - dot(slopes, means), ...slopes];
  const standardErrors = [interceptError, ...slopeErrors];
  return {
    coefficients,
    standardErrors,
    tValues: coefficients.map((value, p) => (value === 0 ? 0 : value / (standardErrors[p] ?? 0))),
    rSquared: 1 - residualSumOfSquares / totalSumOfSquares,
    residualSumOfSquares,
    n,
  };
}

/**
 * Rows that have a finite value in every column, as pandas' `dropna` keeps them.
 *
 * @param columns at least one, all of one length N; NaN (or an infinity) marks a missing value
 * @returns row indices in ascending order
 * @throws RangeError when there is no column or lengths differ
 */
export function completeRows(columns: readonly (readonly number[])[]): number[] {
  const [first] = columns;
  if (first === undefined || columns.some((column) => column.length !== first.length)) {
    throw new RangeError(
      `completeRows: columns must exist and be equally long, got lengths [${columns.map((c) => c.length).join(", ")}]. ` +
        "Give one value per row, NaN where it is missing.",
    );
  }
  return [...first.keys()].filter((row) => columns.every((column) => Number.isFinite(column[row])));
}

/**
 * Products of every two columns, the terms `a:b` of a regression formula.
 *
 * @param columns [P][N]
 * @returns [P(P − 1)/2][N], in the order 0·1, 0·2, …, 1·2, …
 * @throws RangeError when lengths differ
 */
export function pairwiseProducts(columns: readonly (readonly number[])[]): number[][] {
  if (columns.some((column) => column.length !== columns[0]?.length)) {
    throw new RangeError(
      `pairwiseProducts: columns must be equally long, got lengths [${columns.map((c) => c.length).join(", ")}]. ` +
        "Select complete rows first.",
    );
  }
  return columns.flatMap((left, index) =>
    columns.slice(index + 1).map((right) => left.map((value, row) => value * (right[row] ?? 0))),
  );
}

/**
 * Share of the variance left by a base model that a larger model explains.
 *
 *   (R²_full − R²_base) / (1 − R²_base)
 *
 * @param fits.full fit with the extra predictors
 * @param fits.base fit of the same response on the same rows without them
 * @returns proportion, 0 when the extra predictors add nothing
 * @throws RangeError when row counts differ or the base model leaves nothing to explain
 *
 * Source: BabyLM evaluation pipeline 2025, reading/run.py, "EYE TRACKING SCORE", which prints it times 100.
 */
export function partialRSquared(fits: {
  readonly full: Pick<OlsFit, "rSquared" | "n">;
  readonly base: Pick<OlsFit, "rSquared" | "n">;
}): number {
  const { full, base } = fits;
  if (full.n !== base.n || !(base.rSquared < 1)) {
    throw new RangeError(
      "partialRSquared: both fits must use the same rows and the base must leave variance, " +
        `got n = ${full.n} and ${base.n}, base R² = ${base.rSquared}. Fit both on the complete rows of the full model.`,
    );
  }
  return (full.rSquared - base.rSquared) / (1 - base.rSquared);
}

function checkColumns(predictors: readonly (readonly number[])[], response: readonly number[]): void {
  [...predictors, response].forEach((column, index) => {
    const name = index < predictors.length ? `predictor ${index}` : "the response";
    if (column.length !== response.length) {
      throw new RangeError(
        `fitOls: ${name} must have one value per response, got ${column.length} for ${response.length}. ` +
          "Pass columns, not rows.",
      );
    }
    const row = column.findIndex((value) => !Number.isFinite(value));
    if (row >= 0) {
      throw new RangeError(
        `fitOls: ${name} must be finite, got ${column[row]} in row ${row}. Keep completeRows(columns) only.`,
      );
    }
  });
  if (response.length <= predictors.length + 1) {
    throw new RangeError(
      `fitOls: rows must outnumber the ${predictors.length + 1} coefficients (intercept included), ` +
        `got ${response.length} rows. Use more data or fewer predictors.`,
    );
  }
}

/** Euclidean length of a centred column, refused when the column does not vary. */
function lengthOfVarying(centred: readonly number[], column: readonly number[], name: string): number {
  const length = euclideanLength(centred);
  if (length <= CONSTANT_BELOW * euclideanLength(column)) {
    throw new RangeError(`fitOls: ${name} must vary, got ${column[0]} in every row. Leave it out.`);
  }
  return length;
}

/**
 * Rotates the columns, and the response with them, until they form an upper triangle.
 *
 * @returns upper[row][p] of the triangle, [P, P], and the rotated response, [N], whose rows from P on are the residual
 */
function reduceToTriangle(columns: readonly (readonly number[])[], response: readonly number[]) {
  const rest = columns.map((column) => Float64Array.from(column));
  const rotated = Float64Array.from(response);
  const mirror = new Float64Array(response.length);
  rest.forEach((pivotColumn, step) => {
    mirror.fill(0, 0, step);
    mirror.set(pivotColumn.subarray(step), step);
    const length = euclideanLength(mirror);
    if (length < COLLINEAR_BELOW) {
      throw new RangeError(
        `fitOls: predictors must be linearly independent, got predictor ${step} as a combination of those before it. ` +
          "Leave it out.",
      );
    }
    const pivot = pivotColumn[step] ?? 0;
    // Away from the pivot's sign, so that nothing cancels.
    mirror[step] = pivot + (pivot < 0 ? -length : length);
    const mirrorLength = euclideanLength(mirror);
    for (let row = step; row < mirror.length; row++) mirror[row] = (mirror[row] ?? 0) / mirrorLength;
    for (const column of rest.slice(step)) reflect(column, mirror, step); // those before are triangular already
    reflect(rotated, mirror, step);
  });
  const upper: number[][] = columns.map(() => []);
  rest.forEach((column) => upper.forEach((cells, row) => cells.push(column[row] ?? 0)));
  return { upper, rotated: [...rotated] };
}

/** column − 2 · mirror · (mirror · column) in place, for a mirror of length 1 that is 0 before `from`. */
function reflect(column: Float64Array, mirror: Float64Array, from: number): void {
  const twice = 2 * dot(column, mirror);
  for (let row = from; row < column.length; row++)
    column[row] = (column[row] ?? 0) - twice * (mirror[row] ?? 0);
}

/** Solution of upper · x = right by back substitution. */
function solveUpper(upper: readonly (readonly number[])[], right: readonly number[]): number[] {
  const x = right.map(() => 0);
  for (let row = right.length - 1; row >= 0; row--) {
    const cells = upper[row] ?? [];
    x[row] = ((right[row] ?? 0) - dot(cells.slice(row + 1), x.slice(row + 1))) / (cells[row] ?? 1);
  }
  return x;
}
