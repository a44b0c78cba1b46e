import { expect, test } from "vitest";
import type { Claim } from "../../../src/report/claims/claim.js";
import type { JudgedClaim } from "../../../src/report/claims/judge.js";
import { seedsNeeded } from "../../../src/report/claims/seeds-needed.js";
import { normalQuantile } from "../../../src/statistics/normal-quantile.js";
import { studentQuantile } from "../../../src/statistics/student-quantile.js";

const claim: Claim = {
  id: "gain",
  label: "gain",
  statement: "A gain",
  source: "",
  caveat: null,
  comparison: { kind: "difference", tasks: ["RTE"], more: ["a"], less: ["b"], expect: "positive" },
};
/** A verdict whose interval is that of these standard errors, three seeds. */
function judged(effect: number, errors: { items: number; seeds: number }, more: Partial<Claim> = {}) {
  const z = normalQuantile(0.975);
  const half = Math.hypot(z * errors.items, studentQuantile(0.975, 2) * errors.seeds);
  const of = (width: number): JudgedClaim => ({
    claim: { ...claim, ...more },
    verdict: "inconclusive",
    correctedP: 0.5,
    test: "",
    without: [],
    effect,
    unit: "points",
    interval: { low: effect - width, high: effect + width },
    p: 0.5,
    n: 100,
    trainingRuns: 3,
    direction: "for",
    of: null,
  });
  return { whole: [of(half)], itemsOnly: [of(z * errors.items)] };
}

test("errors of items and seeds stand apart, and the seeds needed follow from both", () => {
  // d = 0.0280159 is 2.80159 standard errors of 0.01: e² = 0.008², so v' = 0.006² = 3 · 0.012² / k', k' = 12.
  const [row] = seedsNeeded(judged(0.0280159, { items: 0.008, seeds: 0.012 }));
  expect(row?.["error from items"]).toBeCloseTo(0.8, 6);
  expect(row?.["error from seeds"]).toBeCloseTo(1.2, 6);
  expect(row).toMatchObject({ claim: "A gain", "seeds that would settle it": "12" });
});

test("where items alone drown the effect no number of seeds helps; a tiny reach needs too many to name", () => {
  const settle = (effect: number, items: number) =>
    seedsNeeded(judged(effect, { items, seeds: 0.01 }))[0]?.["seeds that would settle it"];
  expect(settle(0.01, 0.02)).toMatch(/^none: the items are too few/);
  expect(settle(0.0001, 0)).toBe("more than 1,000");
});

test("a claim of no difference is as far from its margin as the effect", () => {
  const comparison = { ...claim.comparison, expect: { negligibleWithin: 0.03 } } as Claim["comparison"];
  const near = judged(0.0019841, { items: 0.008, seeds: 0.012 }, { comparison });
  expect(seedsNeeded(near)[0]?.["seeds that would settle it"]).toBe("12");
});

test("a claim without verdict, or decided on one training run, is blank; other claims are refused", () => {
  const none: JudgedClaim = { claim, verdict: null, reason: "no results" };
  expect(seedsNeeded({ whole: [none], itemsOnly: [none] })).toEqual([
    expect.objectContaining({ verdict: null, effect: null, "seeds that would settle it": "" }),
  ]);
  const one = judged(0.1, { items: 0.01, seeds: 0.01 });
  const ofOne = {
    whole: one.whole.map((each) => ({ ...each, trainingRuns: 1 })),
    itemsOnly: one.itemsOnly,
  };
  expect(seedsNeeded(ofOne)).toEqual([
    expect.objectContaining({
      verdict: "inconclusive",
      "training runs": 1,
      effect: null,
      "seeds that would settle it": "",
    }),
  ]);
  expect(() => seedsNeeded({ ...one, itemsOnly: [] })).toThrow(/same claims, got "gain" and "undefined"/);
});
