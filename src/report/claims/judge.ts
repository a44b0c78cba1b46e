/** @file Verdicts: every claim decided on one body of evidence, p corrected for the number of claims that could be decided. */
import { adjustHolm } from "../../statistics/multiple-comparisons.js";
import type { Claim, ClaimTask, Comparison, RunName } from "./claim.js";
import { decide, type Finding } from "./decide.js";
import { isMissing, type Evidence } from "./evidence.js";

/** What a claim came to; `inconclusive` where the effect is smaller than its error. */
export type Verdict = "supported" | "not supported" | "inconclusive";

/** A claim with its verdict, or with the reason why there is none. */
export type JudgedClaim =
  | (Finding & {
      readonly claim: Claim;
      readonly verdict: Verdict;
      /** Holm over all claims decided on the same evidence. */
      readonly correctedP: number;
      readonly test: string;
      /** How many training runs of each model it rests on; null where that is unknown. */
      readonly trainingRuns: number | null;
      /** Tasks of the claim without any result: the verdict is on the others. */
      readonly without: readonly ClaimTask[];
    })
  | { readonly claim: Claim; readonly verdict: null; readonly reason: string };

const LEVEL = 0.05;

/**
 * Decides every claim on the same evidence. A claim on the mean or the median over tasks is decided on those that have results; a
 * claim on each task needs them all. Each is decided on the training runs that its models share.
 *
 * @param claims all of those that are decided together: p is corrected for their number
 * @param evidence scores with their uncertainty, `publishedEvidence` or `ownEvidence`
 * @returns in the order of the claims; a claim that lacks a score has no verdict but a reason
 *
 * Source: Holm (1979), over the claims that could be decided, at a level of 0.05.
 */
export function judgeClaims(claims: readonly Claim[], evidence: Evidence): JudgedClaim[] {
  const reduced = claims.map(({ comparison }) => onTasksAtHand(comparison, evidence));
  const own = reduced.map(
    ({ comparison }) => evidence.among?.(runsOf(comparison), tasksOf(comparison)) ?? evidence,
  );
  const findings = reduced.map(({ comparison }, at) => decide(comparison, own[at] ?? evidence));
  const pValues = findings.flatMap((finding) => (isMissing(finding) ? [] : [finding.p]));
  const corrected = adjustHolm(pValues).values();
  return claims.map((claim, at): JudgedClaim => {
    const finding = findings[at];
    if (!finding || isMissing(finding))
      return { claim, verdict: null, reason: finding?.missing ?? "not decided" };
    const correctedP = corrected.next().value ?? 1;
    const verdict =
      correctedP >= LEVEL ? "inconclusive" : finding.direction === "for" ? "supported" : "not supported";
    const { comparison = claim.comparison, without = [] } = reduced[at] ?? {};
    const decidedOn = own[at] ?? evidence;
    const test = decidedOn.test(tasksOf(comparison));
    return { ...finding, claim, verdict, correctedP, without, test, trainingRuns: decidedOn.trainingRuns };
  });
}

const runsOf = (comparison: Comparison): readonly RunName[] => {
  if (comparison.kind === "everyAtChance") return comparison.runs;
  const sides = [...comparison.more, ...comparison.less];
  return comparison.kind === "medianZ" ? [...sides, ...comparison.among] : sides;
};

const tasksOf = (comparison: Comparison): readonly ClaimTask[] =>
  "tasks" in comparison ? comparison.tasks : [comparison.task];

/** The comparison without the tasks that have no result at all, where it is one of an average over tasks. */
function onTasksAtHand(
  comparison: Comparison,
  evidence: Evidence,
): { readonly comparison: Comparison; readonly without: readonly ClaimTask[] } {
  const isAverage =
    comparison.kind === "difference" ||
    comparison.kind === "dependsOnTask" ||
    comparison.kind === "medianZ" ||
    (comparison.kind === "everyDifference" && comparison.over === "meanOfTasks");
  if (!isAverage) return { comparison, without: [] };
  const without = comparison.tasks.filter((task) => isMissing(evidence.task(task)));
  const tasks = comparison.tasks.filter((task) => !without.includes(task));
  return tasks.length === 0 ? { comparison, without: [] } : { comparison: { ...comparison, tasks }, without };
}
