/** @file Two sums over plain arrays that correlation and regression share. */

/**
 * Sum of the products of two equally long columns. Lengths are the caller's to check: this runs in inner loops.
 *
 * @param left  [N]
 * @param right [N]
 */
export function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/** Root of the sum of squares. `Math.hypot(...column)` would overflow the stack on long columns. */
export function euclideanLength(column: ArrayLike<number>): number {
  return Math.sqrt(dot(column, column));
}
