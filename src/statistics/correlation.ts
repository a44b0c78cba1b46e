/**
 * @file Correlation of two columns: Pearson's r for values, Spearman's ρ for ranks, which the WUG tasks report.
 * Regression with several predictors lives in `regression.ts`.
 */
import { mean } from "./summary.js";
import { dot, euclideanLength } from "./vectors.js";

/**
 * Linear correlation.
 *
 *   Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² · Σ (y − ȳ)²)
 *
 * @param x at least two finite values, not all equal, [N]
 * @param y the same, [N]
 * @returns −1 to 1
 * @throws RangeError when lengths differ, a value is not finite, or a column is constant and r therefore undefined
 */
export function pearson(x: readonly number[], y: readonly number[]): number {
  checkPair("pearson", x, y);
  // Clamped because rounding can leave 1 + 2e-16.
  return Math.min(1, Math.max(-1, dot(centredToUnitLength(x), centredToUnitLength(y))));
}

/**
 * Rank correlation: Pearson's r of the average ranks.
 *
 * The short formula with Σ d² is wrong as soon as there are ties, and human ratings are full of them.
 *
 * @param x at least two finite values, not all equal, [N]
 * @param y the same, [N]
 * @returns −1 to 1
 * @throws RangeError when lengths differ, a value is not finite, or a column is constant and ρ therefore undefined
 *
 * Source: scipy.stats.spearmanr.
 * Differs: constant or missing input is an error; scipy returns NaN.
 */
export function spearman(x: readonly number[], y: readonly number[]): number {
  checkPair("spearman", x, y);
  return pearson(averageRanks(x), averageRanks(y));
}

/**
 * Ranks from 1 up; equal values share the mean of the ranks they occupy.
 *
 * @param values finite, [N]
 * @throws RangeError when a value is not finite
 *
 * Source: scipy.stats.rankdata, method "average".
 */
export function averageRanks(values: readonly number[]): number[] {
  checkFinite("averageRanks", "values", values);
  const sorted = [...values].sort((a, b) => a - b);
  const occupied = new Map<number, { first: number; count: number }>();
  sorted.forEach((value, index) => {
    const place = occupied.get(value);
    if (place === undefined) occupied.set(value, { first: index + 1, count: 1 });
    else place.count += 1;
  });
  return values.map((value) => {
    const { first, count } = occupied.get(value) ?? { first: 0, count: 0 };
    return first + (count - 1) / 2;
  });
}

function checkPair(caller: string, x: readonly number[], y: readonly number[]): void {
  if (x.length !== y.length || x.length < 2) {
    throw new RangeError(
      `${caller}: x and y must have the same length of at least 2, got ${x.length} and ${y.length}. ` +
        "Pair the columns row by row.",
    );
  }
  for (const [name, column] of [["x", x] as const, ["y", y] as const]) {
    checkFinite(caller, name, column);
    if (column.every((value) => value === column[0])) {
      throw new RangeError(
        `${caller}: ${name} must vary, got ${x.length} times ${column[0]}. ` +
          "A constant column has no correlation; report it as missing, with this reason.",
      );
    }
  }
}

function checkFinite(caller: string, name: string, column: readonly number[]): void {
  const row = column.findIndex((value) => !Number.isFinite(value));
  if (row < 0) return;
  throw new RangeError(
    `${caller}: ${name} must be finite, got ${column[row]} at index ${row}. Drop incomplete rows first.`,
  );
}

/** The column minus its mean, scaled to Euclidean length 1, so that products neither overflow nor vanish. */
function centredToUnitLength(column: readonly number[]): number[] {
  const centre = mean(column);
  const centred = column.map((value) => value - centre);
  const length = euclideanLength(centred);
  return centred.map((value) => value / length);
}
