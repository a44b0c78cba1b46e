/** @file Two sums over plain arrays that correlation and regression share. */

/**
 * Sum of the products of two equally long columns. Lengths are the caller's to check: this runs in inner loops.
 *
 * @param left  [N]
 * @param right [N]
 */
export function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0);
}

/** Root of the sum of squares. `Math.hypot(...column)` would overflow the stack on long columns. */
export function euclideanLength(column: readonly number[]): number {
  return Math.sqrt(dot(column, column));
}
