/** @file Claims made up for tests, and the judgement of one alone. */
import type { Claim, Comparison } from "../../../src/report/claims/claim.js";
import { judgeClaims, type JudgedClaim } from "../../../src/report/claims/judge.js";
import { ownEvidence } from "../../../src/report/claims/own-evidence.js";
import type { PairedOutcome } from "../../../src/report/claims/paired-outcomes.js";

export const BASE = "llama140M base";
export const TUNED = "llama140M merged";
export const DRAWING = { replicates: 2_000, seed: 1 };
export const claimOf = (comparison: Comparison): Claim => ({
  id: "made-up",
  label: "made up",
  statement: "",
  source: "",
  comparison,
  caveat: null,
});
export const GAIN = claimOf({
  kind: "difference",
  tasks: ["BLiMP"],
  more: [TUNED],
  less: [BASE],
  expect: "positive",
});
export const SIDES = { tasks: ["BLiMP"], more: [TUNED], less: [BASE] } as const;

export function judgeOne(claim: Claim, outcomes: readonly PairedOutcome[]): JudgedClaim {
  const [judged] = judgeClaims([claim], ownEvidence(outcomes, DRAWING));
  if (!judged) throw new Error("no verdict");
  return judged;
}
