/** @file The paper's claims and what published and own numbers say of them: everything notebook 07 needs. */
export type { Claim, ClaimTask, Comparison, Sides, RunName } from "./claims/claim.js";
export { COMMUNICATIVE_CLAIMS } from "./claims/communicative-claims.js";
export { readCommunicativeOutcomes } from "./claims/communicative-outcomes.js";
export type { CommunicativeClaimTask } from "./claims/communicative-tasks.js";
export type { Finding } from "./claims/decide.js";
export type { Evidence, Missing, TaskEvidence, UncertainScore } from "./claims/evidence.js";
export { judgeClaims, type JudgedClaim, type Verdict } from "./claims/judge.js";
export { KIT_QUESTIONS } from "./claims/kit-questions.js";
export { ownEvidence, type EvidenceOptions } from "./claims/own-evidence.js";
export { PAPER_CLAIMS } from "./claims/paper-claims.js";
export { publishedEvidence, type Pairing } from "./claims/published-evidence.js";
export { seedsNeeded } from "./claims/seeds-needed.js";
export { verdictEffects, verdictOverview, verdictRows, type VerdictEffect } from "./claims/verdict-rows.js";
export { readPairedOutcomes, type Answered, type PairedOutcome } from "./claims/paired-outcomes.js";
export {
  evidenceByYear,
  judgeYears,
  whereYearsDiffer,
  yearlyVerdictEffects,
  yearlyVerdictRows,
  type YearEvidence,
  type YearVerdicts,
} from "./claims/verdicts-by-year.js";
