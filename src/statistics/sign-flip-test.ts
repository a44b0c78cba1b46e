/**
 * @file Paired permutation test: were the two models interchangeable, each item's difference could as well have the other
 * sign. For answers that are right or wrong it equals McNemar's exact test next door.
 */
import { checkReplicates, indexDrawer, type Resampling } from "./resample.js";

/** All 2^m sign patterns are gone through up to this m. */
const EXACT_UP_TO = 16;
// Sums of the same differences in another order differ by less, of their size.
const ROUNDING = 1e-12;

/**
 * Two-sided p of no difference.
 *
 * @param differences second minus first model's credit; divided by its group's size where groups count alike, [N]
 * @param options     used when more than 16 differences are not 0; with fewer, all sign patterns are counted
 * @returns share of sign patterns with a sum at least as far from 0; 1 when all differences are 0
 * @throws RangeError when there is no item, or a difference is not finite
 *
 * Source: Fisher (1935), The Design of Experiments, section 21; scipy.stats.permutation_test, permutation_type "samples".
 * With drawn patterns (count + 1) / (patterns + 1), Phipson and Smyth (2010).
 */
export function signFlipTest(differences: readonly number[], options: Resampling): number {
  checkReplicates("signFlipTest", options.replicates);
  const item = differences.findIndex((value) => !Number.isFinite(value));
  if (differences.length === 0 || item >= 0)
    throw new RangeError(
      `signFlipTest: there must be finite differences, got ${differences.length === 0 ? "none" : `${differences[item]} at index ${item}`}. Leave out items that were not scored.`,
    );
  const sizes = Float64Array.from(differences.filter((value) => value !== 0).map(Math.abs));
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0));
  const bound = observed - ROUNDING * sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length <= EXACT_UP_TO) {
    const patterns = 2 ** sizes.length;
    let count = 0;
    for (let pattern = 0; pattern < patterns; pattern++)
      if (Math.abs(signedSum(sizes, () => pattern)) >= bound) count++;
    return count / patterns;
  }
  const words = new Int32Array(Math.ceil(sizes.length / BITS));
  const draw = indexDrawer(options.seed);
  let count = 0;
  for (let replicate = 0; replicate < options.replicates; replicate++) {
    draw(words, 2 ** BITS);
    if (Math.abs(signedSum(sizes, (word) => words[word] ?? 0)) >= bound) count++;
  }
  return (count + 1) / (options.replicates + 1);
}

/** Signs taken from one drawn number: its upper bits are the good ones. */
const BITS = 24;

function signedSum(sizes: Float64Array, wordAt: (word: number) => number): number {
  let sum = 0;
  for (let item = 0; item < sizes.length; item++) {
    const size = sizes[item] ?? 0;
    sum += (wordAt(Math.floor(item / BITS)) >>> (item % BITS)) & 1 ? size : -size;
  }
  return sum;
}
