/** @file The one point of the normal distribution that intervals need; its users live next door in `summary.ts`. */

/** Tails thinner than this are lost in the rounding of 1 − tail. */
const THINNEST_TAIL = 1e-12;

/**
 * Point below which a standard normal variable falls with the given probability.
 *
 * @param probability within 1e-12 of neither 0 nor 1
 * @returns standard deviations; error below 1e-10 for tails down to 1e-4
 * @throws RangeError when the probability is outside that range
 *
 * Source: bisection of the cumulative series of Marsaglia (2004), "Evaluating the normal distribution".
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= THINNEST_TAIL && probability <= 1 - THINNEST_TAIL)) {
    throw new RangeError(
      `normalQuantile: probability must lie strictly between 0 and 1, ${THINNEST_TAIL} from either end, ` +
        `got ${probability}. Give a proportion, not percent.`,
    );
  }
  // The series loses digits in the lower tail only, so the upper one stands for both.
  if (probability < 0.5) return -normalQuantile(1 - probability);
  let [low, high] = [0, 8];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (cumulative(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ(x) = ½ + φ(x) · (x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + …), for x ≥ 0. */
function cumulative(x: number): number {
  let term = x;
  let sum = x;
  for (let odd = 3; sum + term !== sum; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
}
