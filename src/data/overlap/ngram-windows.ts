/**
 * @file Fingerprints of runs of words while text passes by, of every length up to a limit and in constant memory.
 * Fingerprints of words come from `ngram-words.ts`; `ngram-table.ts` remembers them.
 */
import { FINGERPRINT_PRIME } from "./ngram-words.js";

/** The last words of a text. */
export interface NgramWindow {
  /** Words since the last `reset`. */
  readonly words: number;
  /** One more word, by the two lanes of its fingerprint. */
  push(laneA: number, laneB: number): void;
  /** Forget everything: no n-gram crosses this place. */
  reset(): void;
  /** Lanes of the last `length` words, which must have been pushed: the first lane. */
  laneA(length: number): number;
  /** The second lane. */
  laneB(length: number): number;
}

/** Bases of the two lanes. Any two large numbers serve, as long as they do not depend on the text. */
const BASE_A = 1_306_185_629;
const BASE_B = 846_930_886;

/**
 * A window over passing words.
 *
 *   fingerprint(w_1 … w_n) = Σ w_i · base^(n−i)   modulo 2^31 − 1, in two lanes with different bases
 *
 * It comes from the fingerprints of the text's beginnings, so that each length costs one multiplication a lane. Two
 * different n-grams of n words agree in a lane for at most n − 1 of the 2^31 possible bases (a polynomial has no more
 * roots), in both lanes with probability (12 / 2^31)^2 = 3.1e-17 for 13 words. Ten million words, looked at in nine
 * lengths, against three million n-grams give 0.008 false matches at most, all together.
 *
 * @param longest words of the longest n-gram, at least 1
 * @throws RangeError when it is no such number
 *
 * Source: Karp and Rabin 1987, fingerprints by a polynomial modulo a prime.
 */
export function openWindow(longest: number): NgramWindow {
  if (!Number.isInteger(longest) || longest < 1)
    throw new RangeError(
      `openWindow: longest must be a whole number of at least 1, got ${longest}. Give the words of an n-gram.`,
    );
  const size = longest + 1;
  const [beginningsA, beginningsB] = [new Int32Array(size), new Int32Array(size)];
  const [powersA, powersB] = [powersOf(BASE_A, size), powersOf(BASE_B, size)];
  let words = 0;
  let at = 0; // place of the latest beginning in the ring
  const behind = (beginnings: Int32Array, powers: Int32Array, length: number): number => {
    const before = beginnings[at >= length ? at - length : at - length + size] ?? 0;
    const rest = (beginnings[at] ?? 0) - multiply(before, powers[length] ?? 0);
    return rest < 0 ? rest + FINGERPRINT_PRIME : rest;
  };
  return {
    get words() {
      return words;
    },
    push(laneA, laneB) {
      const next = at + 1 === size ? 0 : at + 1;
      beginningsA[next] = add(multiply(beginningsA[at] ?? 0, BASE_A), laneA);
      beginningsB[next] = add(multiply(beginningsB[at] ?? 0, BASE_B), laneB);
      at = next;
      words += 1;
    },
    reset() {
      words = 0;
      beginningsA[at] = 0;
      beginningsB[at] = 0;
    },
    laneA: (length) => behind(beginningsA, powersA, length),
    laneB: (length) => behind(beginningsB, powersB, length),
  };
}

function powersOf(base: number, count: number): Int32Array {
  const powers = new Int32Array(count);
  powers[0] = 1;
  for (let i = 1; i < count; i++) powers[i] = multiply(powers[i - 1] ?? 0, base);
  return powers;
}

function add(a: number, b: number): number {
  const sum = a + b;
  return sum >= FINGERPRINT_PRIME ? sum - FINGERPRINT_PRIME : sum;
}

/** a · b modulo 2^31 − 1, exact for factors below it although the product has up to 62 bits. */
function multiply(a: number, b: number): number {
  const low = Math.imul(a, b) & FINGERPRINT_PRIME;
  // The rounded product is off by at most 2^8, far from half of 2^31: the quotient rounds to the exact one.
  const high = Math.round((a * b - low) / 2147483648);
  return add(high, low);
}
