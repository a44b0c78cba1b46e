/** @file Seeded randomness. Everything random in the kit takes a `Random`; the linter forbids `Math.random` in `src/`. */

/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/**
 * Uniform generator with 32 bits of state: the same numbers on every machine.
 *
 * @param seed any number; its lower 32 bits count
 * @returns numbers in [0, 1), one a call
 *
 * Source: mulberry32, Tommy Ettinger, public domain.
 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A seed for one named purpose, so that two uses of one run's seed do not share their numbers.
 *
 * @param seed of the run, any number
 * @param purpose such as `shuffle/epoch 3`
 * @returns whole number from 0 to 2³² − 1
 *
 * Source: FNV-1a over "seed/purpose", 32 bits.
 */
export function deriveSeed(seed: number, purpose: string): number {
  let hash = 0x811c9dc5;
  for (const unit of new TextEncoder().encode(`${seed}/${purpose}`))
    hash = Math.imul(hash ^ unit, 0x01000193);
  return hash >>> 0;
}

/** Whole number in [0, limit). */
export function integerBelow(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

/** A new array in random order (Fisher–Yates); the given one is left alone. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let last = out.length - 1; last > 0; last--) {
    const other = integerBelow(last + 1, random);
    [out[last], out[other]] = [out[other] as T, out[last] as T];
  }
  return out;
}

/** Standard normal numbers (Box–Muller), one a call. */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
