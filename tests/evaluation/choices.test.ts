import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  chooseCandidate,
  creditForFirst,
  rankedScores,
  tiedCandidates,
  TIE_POLICIES,
  type TiePolicy,
} from "../../src/evaluation/choices.js";
import { parityFolder, parityJson } from "../support/parity.js";

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

/** Indices that the official ranking step of 2026 chose in 400 draws a row: parity/statistics/choice_rule_2026.json. */
const RANKING_2026 = [
  { scores: [0, 0], indices: [0, 1] },
  { scores: [-1, -2], indices: [0] },
  { scores: [-2, -1], indices: [1] },
  { scores: [NaN, 0], indices: [1] },
  { scores: [0, NaN], indices: [0] },
  { scores: [NaN, NaN], indices: [0, 1] },
  { scores: [-Infinity, -Infinity], indices: [0, 1] },
  { scores: [-Infinity, -5], indices: [1] },
  { scores: [-3, -1, -1], indices: [1, 2] },
  { scores: [-1, -3, NaN, -1, NaN], indices: [0, 3] },
  { scores: [NaN, -Infinity], indices: [0, 1] },
  { scores: [NaN, -3, -3], indices: [1, 2] },
  { scores: [Infinity, NaN], indices: [0] },
];

test.each(RANKING_2026)("in 2026, of $scores one of $indices is drawn", ({ scores, indices }) => {
  expect(tiedCandidates(rankedScores(scores, 2026))).toEqual(indices);
  expect(chooseCandidate(scores, "item", 2026)).toEqual({ choice: indices[0], tie: indices.length > 1 });
});

test.skipIf(parityFolder === null)("those rows are the ones of the official code", () => {
  const number = z.union([z.number(), z.enum(["nan", "inf", "-inf"])]).transform((value) => {
    const named = { nan: NaN, inf: Infinity, "-inf": -Infinity };
    return typeof value === "number" ? value : named[value];
  });
  const row = z.object({ scores: z.array(number), indices: z.array(z.number()) });
  const { rows } = z.object({ rows: z.array(row) }).parse(parityJson("statistics/choice_rule_2026.json"));
  expect(rows).toEqual(RANKING_2026);
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
