/** @file What the tests of the bootstrap draw from, and how often. */
import { integerBelow, seeded } from "../../src/random.js";

export const OPTIONS = { replicates: 4_000, seed: 7 };

/** n differences of −1, 0 and 1. */
export function differencesOf(n: number, seed: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: n }, () => integerBelow(3, random) - 1);
}
