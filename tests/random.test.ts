import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { deriveSeed, integerBelow, normal, seeded, shuffled } from "../src/random.js";

const take = (count: number, random: () => number) => Array.from({ length: count }, () => random());

describe("seeded numbers", () => {
  test("are those of mulberry32 in another language", () => {
    // From a Python version of the algorithm with whole numbers modulo 2³².
    expect(take(3, seeded(0))).toEqual([0.26642920868471265, 0.0003297457005828619, 0.2232720274478197]);
    expect(take(3, seeded(42))).toEqual([0.6011037519201636, 0.44829055899754167, 0.8524657934904099]);
  });

  test("are the same for the same seed, in [0, 1), and only its lower 32 bits count", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const numbers = take(20, seeded(seed));
        expect(take(20, seeded(seed))).toEqual(numbers);
        expect(take(20, seeded(seed + 2 ** 32))).toEqual(numbers);
        expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
      }),
    );
  });

  test("of two streams do not disturb one another", () => {
    const [a, b] = [seeded(1), seeded(2)];
    const mixed = Array.from({ length: 5 }, () => [a(), b()]);
    expect(mixed.map(([first]) => first)).toEqual(take(5, seeded(1)));
    expect(mixed.map(([, second]) => second)).toEqual(take(5, seeded(2)));
  });

  test("fill ten equal boxes equally", () => {
    const boxes = new Array<number>(10).fill(0);
    for (const number of take(20_000, seeded(5))) {
      const box = Math.floor(10 * number);
      boxes[box] = (boxes[box] ?? 0) + 1;
    }
    // Chi-squared with 9 degrees of freedom exceeds 27.9 once in a thousand.
    expect(boxes.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(27.9);
  });
});

describe("a derived seed", () => {
  test("is FNV-1a over seed and purpose", () => {
    expect(deriveSeed(1, "order")).toBe(3_704_501_883);
    expect(deriveSeed(7, "poids é")).toBe(1_582_384_452);
  });

  test("differs by purpose and by seed", () => {
    const purposes = ["weights", "order", "pre-training text", "held-out text", ""];
    const seeds = [0, 1, 2, 11].flatMap((seed) => purposes.map((purpose) => deriveSeed(seed, purpose)));
    expect(new Set(seeds).size).toBe(20);
    expect(deriveSeed(1, "2/x")).not.toBe(deriveSeed(12, "x"));
  });
});

describe("what is made of seeded numbers", () => {
  test("a whole number below a limit reaches all of them and nothing else", () => {
    const random = seeded(9);
    const drawn = Array.from({ length: 200 }, () => integerBelow(5, random));
    expect([...new Set(drawn)].sort()).toEqual([0, 1, 2, 3, 4]);
    expect(integerBelow(5, () => 1 - Number.EPSILON)).toBe(4);
  });

  test("a shuffled list holds the same things, and the given one is left alone", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const given = [...items];
        const sorted = (list: readonly number[]) => [...list].sort((a, b) => a - b);
        const out = shuffled(items, seeded(seed));
        expect(sorted(out)).toEqual(sorted(given));
        expect(items).toEqual(given);
        expect(shuffled(items, seeded(seed))).toEqual(out);
      }),
    );
  });

  test("all orders of three are equally likely", () => {
    const random = seeded(4);
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      const order = shuffled(["a", "b", "c"], random).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Chi-squared with 5 degrees of freedom exceeds 20.5 once in a thousand.
    const distance = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(distance).toBeLessThan(20.5);
  });

  test("normal numbers have mean 0, variance 1, and the tails of a normal distribution", () => {
    const random = seeded(6);
    const numbers = Array.from({ length: 20_000 }, () => normal(random));
    const share = (limit: number) =>
      numbers.filter((number) => Math.abs(number) < limit).length / numbers.length;
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
    // Four standard errors each.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(20_000));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 20_000));
    expect(Math.abs(share(1) - 0.6827)).toBeLessThan(0.0132);
    expect(Math.abs(share(2) - 0.9545)).toBeLessThan(0.006);
    expect(Number.isFinite(normal(() => 1 - 2 ** -32))).toBe(true); // the largest number there is
  });
});
