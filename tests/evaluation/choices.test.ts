import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chooseCandidate,
  creditForFirst,
  TIE_POLICIES,
  type TiePolicy,
} from "../../src/evaluation/choices.js";

// torch 2.9.0, torch.max over the candidates; where a score is NaN it differs from ours on purpose.
const TORCH_MAX = [
  { scores: [0, 0], index: 0 },
  { scores: [-1, -2], index: 0 },
  { scores: [-2, -1], index: 1 },
  { scores: [-Infinity, -Infinity], index: 0 },
  { scores: [-Infinity, -5], index: 1 },
  { scores: [-3, -1, -1], index: 1 },
];

test.each(TORCH_MAX)("of $scores the candidate torch takes is chosen", ({ scores, index }) => {
  expect(chooseCandidate(scores, "item").choice).toBe(index);
});

describe("ties", () => {
  test("only an equal best score is a tie, an equal second one is not", () => {
    expect(chooseCandidate([-3, -1, -1], "item").tie).toBe(true);
    expect(chooseCandidate([-1, -3, -3], "item").tie).toBe(false);
  });

  test.each([
    { name: "two candidates", scores: [-7, -7], official: 1, halfCredit: 1 / 2, wrong: 0 },
    { name: "five candidates", scores: [-7, -7, -7, -7, -7], official: 1, halfCredit: 1 / 5, wrong: 0 },
    { name: "two of three", scores: [-7, -9, -7], official: 1, halfCredit: 1 / 2, wrong: 0 },
    { name: "two wrong ones", scores: [-9, -7, -7], official: 0, halfCredit: 0, wrong: 0 },
    { name: "no tie, right", scores: [-7, -9], official: 1, halfCredit: 1, wrong: 1 },
    { name: "no tie, wrong", scores: [-9, -7], official: 0, halfCredit: 0, wrong: 0 },
  ])("$name earn what the policy says", ({ scores, ...credits }) => {
    for (const policy of TIE_POLICIES) expect(creditForFirst(scores, policy)).toBe(credits[policy]);
  });

  test("no policy is kinder than the official one or harsher than wrong", () => {
    const scores = fc.array(fc.integer({ min: -3, max: 0 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(scores, (candidates) => {
        const [official, half, wrong] = TIE_POLICIES.map((policy) => creditForFirst(candidates, policy));
        expect(official).toBeGreaterThanOrEqual(half ?? Number.NaN);
        expect(half).toBeGreaterThanOrEqual(wrong ?? Number.NaN);
      }),
    );
  });

  test("over a random order of candidates, half credit is what guessing among the best would earn", () => {
    const rotations = [0, 1, 2, 3].map((by) => [-1, -1, -5, -1].map((_, k, all) => all[(k + by) % 4] ?? 0));
    const credits = rotations.map((scores) => creditForFirst(scores, "halfCredit"));
    expect(credits.reduce((sum, credit) => sum + credit, 0)).toBeCloseTo(1, 14);
  });
});

describe("failure", () => {
  test("NaN never wins: the item is named", () => {
    expect(() => chooseCandidate([-1, Number.NaN], "passive_1_116")).toThrow(
      /passive_1_116 .* got \[-1, NaN\]/,
    );
    expect(() => chooseCandidate([Number.NaN, -1], "passive_1_116")).toThrow(RangeError);
    expect(() => creditForFirst([Number.NaN, Number.NaN], "official")).toThrow(RangeError);
  });

  test("a misspelt policy lists the valid ones", () => {
    const misspelt = "halfcredit" as TiePolicy;
    expect(() => creditForFirst([-1, -2], misspelt)).toThrow(
      /one of official, halfCredit, wrong, got "halfcredit"/,
    );
  });
});
