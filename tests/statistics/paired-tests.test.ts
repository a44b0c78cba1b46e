import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clopperPearsonInterval } from "../../src/statistics/exact-proportion-interval.js";
import { cochranQ } from "../../src/statistics/heterogeneity.js";
import { countDiscordant, exactMcNemar } from "../../src/statistics/mcnemar.js";
import { adjustBenjaminiHochberg, adjustHolm } from "../../src/statistics/multiple-comparisons.js";
import { signFlipTest } from "../../src/statistics/sign-flip-test.js";
import { wilsonInterval } from "../../src/statistics/summary.js";
import { parityFolder, parityJson } from "../support/parity.js";
import { golden } from "./golden.js";

const OPTIONS = { replicates: 20_000, seed: 3 };
const anyP = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

describe("McNemar's exact test", () => {
  test("equals statsmodels", () => {
    for (const { p, ...counts } of golden.mcnemar) expect(exactMcNemar(counts)).toBeCloseTo(p, 10);
  });

  test.skipIf(parityFolder === null)("equals statsmodels on the parity cases, counts included", () => {
    const { cases } = parityJson("statistics", "mcnemar.json") as {
      readonly cases: readonly {
        readonly a: readonly number[];
        readonly b: readonly number[];
        readonly only_a: number;
        readonly only_b: number;
        readonly statsmodels_exact: { readonly p: number };
      }[];
    };
    for (const { a, b, only_a, only_b, statsmodels_exact } of cases) {
      expect(countDiscordant(a, b)).toEqual({ onlyFirst: only_a, onlySecond: only_b });
      expect(exactMcNemar(countDiscordant(a, b))).toBeCloseTo(statsmodels_exact.p, 9);
    }
  });

  test("of 1 against 5 counts 7 of 64 ways to fall, twice; of 3 against 3, or none, nothing stands out", () => {
    const [first, second] = [
      [1, 0, 0, 0, 0, 0, 1, 0],
      [0, 1, 1, 1, 1, 1, 1, 0],
    ];
    expect(countDiscordant(first, second)).toEqual({ onlyFirst: 1, onlySecond: 5 });
    expect(exactMcNemar({ onlyFirst: 1, onlySecond: 5 })).toBeCloseTo((2 * 7) / 64, 12);
    expect(exactMcNemar({ onlyFirst: 3, onlySecond: 3 })).toBe(1);
    expect(exactMcNemar({ onlyFirst: 0, onlySecond: 0 })).toBe(1);
  });

  test("takes no half credits and no lists of two lengths", () => {
    expect(() => countDiscordant([1, 1], [1, 2])).toThrow(/got 2 at index 1/);
    expect(() => exactMcNemar({ onlyFirst: 1, onlySecond: 0.5 })).toThrow(RangeError);
    expect(() => countDiscordant([0.5], [1])).toThrow(/must be 0 or 1, got 0.5 at index 0. Use signFlipTest/);
    expect(() => countDiscordant([1], [1, 0])).toThrow(/same items, got 1 and 2/);
    expect(() => exactMcNemar({ onlyFirst: -1, onlySecond: 2 })).toThrow(/whole numbers from 0/);
  });
});

describe("the sign-flip test", () => {
  test("equals scipy where all patterns are counted", () => {
    for (const { differences, p } of golden.signFlips)
      expect(signFlipTest(differences, OPTIONS)).toBeCloseTo(p, 12);
  });

  test("is McNemar's exact test when answers are right or wrong", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 0, 1), { minLength: 1, maxLength: 14 }), (differences) => {
        const count = (sign: number) => differences.filter((value) => value === sign).length;
        const p = exactMcNemar({ onlyFirst: count(-1), onlySecond: count(1) });
        expect(signFlipTest(differences, OPTIONS)).toBeCloseTo(p, 10);
      }),
    );
  });

  test("drawn patterns come close to the exact p", () => {
    const differences = [...Array.from({ length: 60 }, () => 1), ...Array.from({ length: 41 }, () => -1)];
    const exact = exactMcNemar({ onlyFirst: 41, onlySecond: 60 });
    // Four binomial standard errors of 20,000 patterns.
    const bound = 4 * Math.sqrt((exact * (1 - exact)) / 20_000);
    expect(Math.abs(signFlipTest(differences, OPTIONS) - exact)).toBeLessThan(bound);
  });

  test("of two identical answer sheets has p = 1, however long they are", () => {
    expect(signFlipTest([0, 0, 0], OPTIONS)).toBe(1);
    expect(
      signFlipTest(
        Array.from({ length: 40 }, () => 0),
        OPTIONS,
      ),
    ).toBe(1);
    expect(() => signFlipTest([], OPTIONS)).toThrow(/finite differences, got none/);
  });
});

describe("the sign-flip test by hand", () => {
  test("of 1, 2, 4 only the given signs and their opposites reach 7: 2 of 8; of 1, 2, −4 six do", () => {
    expect(signFlipTest([1, 2, 4], OPTIONS)).toBe(2 / 8);
    expect(signFlipTest([1, 2, -4], OPTIONS)).toBe(1); // |−1|, and no sum is nearer to 0
    expect(signFlipTest([1, 1, 2, 0], OPTIONS)).toBe(2 / 8);
  });

  test("counts all patterns up to 16 differences, and draws from 17 on", () => {
    const alike = (length: number) => Array.from({ length }, () => 1);
    expect(signFlipTest(alike(16), { replicates: 9, seed: 1 })).toBe(2 / 2 ** 16);
    expect(signFlipTest(alike(17), { replicates: 9, seed: 1 })).toBe(1 / 10); // the given one, none of the nine
    // 60 differences take three drawn numbers a pattern.
    expect(signFlipTest(alike(60), { replicates: 99, seed: 1 })).toBe(1 / 100);
  });

  test("names what is not finite, and refuses replicates that are no count", () => {
    expect(() => signFlipTest([1, Number.NaN], OPTIONS)).toThrow(/got NaN at index 1/);
    expect(() => signFlipTest([Number.NaN, 1], OPTIONS)).toThrow(/got NaN at index 0/);
    expect(() => signFlipTest([1], { replicates: 0.5, seed: 1 })).toThrow(/signFlipTest: replicates/);
  });
});

describe("corrections for many tests", () => {
  test("by hand: p of 0.01, 0.04, 0.03 times 3, 1 and 2, or times 3, 1 and 3/2", () => {
    expect(adjustHolm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(adjustBenjaminiHochberg([0.01, 0.04, 0.03])).toEqual([0.03, 0.04, 0.04]);
    expect(adjustHolm([0.6, 0.7])).toEqual([1, 1]);
    expect(adjustBenjaminiHochberg([0, 1])).toEqual([0, 1]);
  });

  test("of what is no probability is refused by both, by its place", () => {
    for (const p of [-0.1, 1.1, Number.NaN]) {
      expect(() => adjustHolm([0.5, p])).toThrow(
        `adjustHolm: every p must be between 0 and 1, got ${p} at index 1`,
      );
      expect(() => adjustBenjaminiHochberg([p])).toThrow(
        `adjustBenjaminiHochberg: every p must be between 0 and 1, got ${p}`,
      );
    }
  });

  test("equal statsmodels", () => {
    for (const { p, holm, benjaminiHochberg } of golden.adjusted) {
      adjustHolm(p).forEach((value, at) => expect(value).toBeCloseTo(holm[at] ?? Number.NaN, 12));
      adjustBenjaminiHochberg(p).forEach((value, at) =>
        expect(value).toBeCloseTo(benjaminiHochberg[at] ?? Number.NaN, 12),
      );
    }
  });

  test("never lower a p, keep their order, and Holm is the stricter", () => {
    fc.assert(
      fc.property(anyP, (p) => {
        const [holm, shares] = [adjustHolm(p), adjustBenjaminiHochberg(p)];
        p.forEach((value, at) => {
          expect(shares[at]).toBeGreaterThanOrEqual(value);
          expect(holm[at] ?? 0).toBeGreaterThanOrEqual((shares[at] ?? 0) - 1e-12);
          p.forEach((other, beside) => {
            if (value < other) expect(holm[at] ?? 0).toBeLessThanOrEqual(holm[beside] ?? 0);
          });
        });
      }),
    );
    expect(() => adjustHolm([1.2])).toThrow(/between 0 and 1, got 1.2 at index 0/);
    expect(() => adjustBenjaminiHochberg([Number.NaN])).toThrow(RangeError);
  });
});

describe("the exact interval of a proportion", () => {
  test("equals statsmodels and contains Wilson's proportion", () => {
    for (const { interval, ...counts } of golden.clopperPearson) {
      const { low, high } = clopperPearsonInterval(counts);
      expect(low).toBeCloseTo(interval[0], 9);
      expect(high).toBeCloseTo(interval[1], 9);
      expect(low).toBeLessThanOrEqual(wilsonInterval(counts).low + 1e-12);
    }
  });

  test("takes whole counts only", () => {
    for (const [successes, n] of [
      [1.5, 3],
      [1, 2.5],
      [0, 0],
      [-1, 3],
      [4, 3],
    ] as const)
      expect(() => clopperPearsonInterval({ successes, n, confidence: 0.95 })).toThrow(/whole number/);
    for (const confidence of [0, 1, 95])
      expect(() => clopperPearsonInterval({ successes: 1, n: 3, confidence })).toThrow(/strictly between/);
  });

  test("of 0 in 1 ends where one success would have probability 1 − α/2, of 1 in 1 is its mirror", () => {
    expect(clopperPearsonInterval({ successes: 0, n: 1, confidence: 0.9 })).toEqual({
      low: 0,
      high: expect.closeTo(0.95, 12),
    });
    expect(clopperPearsonInterval({ successes: 1, n: 1, confidence: 0.9 })).toEqual({
      low: expect.closeTo(0.05, 12),
      high: 1,
    });
  });
});

describe("Cochran's Q", () => {
  test("equals the value of numpy and scipy", () => {
    const { effects, standardErrors, q, p } = golden.cochran;
    const found = cochranQ(
      effects.map((effect, at) => ({ effect, standardError: standardErrors[at] ?? Number.NaN })),
    );
    expect(found.q).toBeCloseTo(q, 10);
    expect(found.p).toBeCloseTo(p, 10);
  });

  test("is 0 for equal effects, and an effect without error is refused", () => {
    expect(cochranQ([1, 1].map((effect) => ({ effect, standardError: 2 })))).toEqual({ q: 0, p: 1 });
    const good = { effect: 1, standardError: 1 };
    expect(() => cochranQ([good])).toThrow(/at least two effects .* got 1/);
    expect(() => cochranQ([good, { effect: 1, standardError: 0 }])).toThrow(/got 1 ± 0/);
    expect(() => cochranQ([good, { effect: Number.NaN, standardError: 1 }])).toThrow(/got NaN ± 1/);
  });

  test("by hand: 0 ± 1 and 3 ± ½ weigh 1 and 4, their mean is 2.4, Q = 1 · 2.4² + 4 · 0.6² = 7.2", () => {
    const found = cochranQ([
      { effect: 0, standardError: 1 },
      { effect: 3, standardError: 0.5 },
    ]);
    expect(found.q).toBeCloseTo(7.2, 12);
    expect(found.p).toBeCloseTo(0.00729, 5); // χ² with one degree of freedom
  });
});
