/** @file Verdicts under the rules of several years: rows and lines next to each other, and a sentence where they differ. */
import type { Rules } from "../../evaluation/rules.js";
import type { TidyRow } from "../render/frame.js";
import { readPairedOutcomes, type PairedOutcome } from "./paired-outcomes.js";
import type { Claim } from "./claim.js";
import type { Evidence } from "./evidence.js";
import { judgeClaims, type JudgedClaim } from "./judge.js";
import { ownEvidence } from "./own-evidence.js";
import { effectInWords, verdictEffects, verdictRows, type VerdictEffect } from "./verdict-rows.js";

/** Our results as one year's rules count them. */
export interface YearEvidence {
  readonly rules: Rules;
  readonly outcomes: readonly PairedOutcome[];
  readonly evidence: Evidence;
}

/**
 * Our results under each year's rules. Samples are drawn once, however many claims are judged on them.
 *
 * @param resultsFolder `results/<scale>`
 * @throws RangeError or Error as `readPairedOutcomes` does
 */
export const evidenceByYear = (resultsFolder: string, years: readonly Rules[]): YearEvidence[] =>
  years.map((rules) => {
    const outcomes = readPairedOutcomes(resultsFolder, rules);
    return { rules, outcomes, evidence: ownEvidence(outcomes, { rules }) };
  });

/** The same claims judged on each year's evidence. */
export const judgeYears = (claims: readonly Claim[], years: readonly YearEvidence[]): YearVerdicts[] =>
  years.map(({ rules, evidence }) => ({ rules, judged: judgeClaims(claims, evidence) }));

/** Claims judged on results that one year's rules counted. */
export interface YearVerdicts {
  readonly rules: Rules;
  readonly judged: readonly JudgedClaim[];
}

/** A verdict with its year. */
interface OfYear {
  readonly rules: Rules;
  readonly one: JudgedClaim;
}

/** Claim after claim, each under every year's rules. */
const byClaim = (years: readonly YearVerdicts[]): OfYear[][] =>
  (years[0]?.judged ?? []).map((_, at) =>
    years.flatMap(({ rules, judged }) => {
      const one = judged[at];
      return one ? [{ rules, one }] : [];
    }),
  );

/**
 * `verdictRows` with a column for the year, claim after claim.
 *
 * @param years the same claims in one order
 */
export const yearlyVerdictRows = (years: readonly YearVerdicts[]): TidyRow[] =>
  byClaim(years)
    .flat()
    .flatMap(({ rules, one }) => verdictRows([one]).map((row) => ({ rules: String(rules), ...row })));

/**
 * `verdictEffects` with the year in the label, claim after claim.
 *
 * @param years the same claims in one order
 */
export const yearlyVerdictEffects = (years: readonly YearVerdicts[]): VerdictEffect[] =>
  byClaim(years)
    .flat()
    .flatMap(({ rules, one }) =>
      verdictEffects([one]).map((effect) => ({ ...effect, label: `${effect.label} · ${rules}` })),
    );

/**
 * One sentence for each claim whose verdict depends on the year.
 *
 * @param years the same claims in one order
 * @returns a sentence that says so where none does
 */
export function whereYearsDiffer(years: readonly YearVerdicts[]): string[] {
  const sentences = byClaim(years)
    .filter((ofClaim) => new Set(ofClaim.map(({ one }) => one.verdict)).size > 1)
    .map((ofClaim) => {
      const verdicts = ofClaim.map(
        ({ rules, one }) =>
          `${one.verdict ?? "not decided"} under the rules of ${rules} (${effectInWords(one)})`,
      );
      return `“${ofClaim[0]?.one.claim.statement}” is ${verdicts.join(", and ")}.`;
    });
  return sentences.length > 0 ? sentences : ["Every verdict is the same under the rules of both years."];
}
