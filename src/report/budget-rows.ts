/** @file What a training would cost, stage by stage: here, and on a graphics card at a stated share of its peak. */
import type { Rehearsal } from "../runs/rehearsal.js";
import {
  H100,
  hoursAt,
  PAPER_TEXT_WORDS,
  scaleCost,
  textFactor,
  type StageCost,
} from "../runs/training-budget.js";
import type { TidyRow } from "./frame.js";

/**
 * A row for each stage, and one for all. At paper scale pre-training is scaled from the text at hand to the paper's words; tuning
 * is counted on the instruction sets at hand.
 */
export function budgetRows(rehearsal: Rehearsal): TidyRow[] {
  const { model, costs, operationsPerSecond } = rehearsal;
  const stages = costs.map((cost, place) => (place === 0 ? scaleCost(cost, textFactor(rehearsal)) : cost));
  const all = stages.reduce((sum, cost): StageCost => ({
    stage: "all",
    words: sum.words + cost.words,
    tokens: sum.tokens + cost.tokens,
    steps: sum.steps + cost.steps,
    operations: sum.operations + cost.operations,
  }));
  const { peakOperationsPerSecond, utilisation } = H100;
  return [...stages, ...(stages.length > 1 ? [all] : [])].map((cost) => ({
    model,
    stage: cost.stage,
    "M words seen": cost.words / 1e6,
    "M tokens": cost.tokens / 1e6,
    steps: cost.steps,
    PFLOP: cost.operations / 1e15,
    "hours here": hoursAt(cost, operationsPerSecond),
    [`hours on one ${H100.name}`]: hoursAt(cost, peakOperationsPerSecond * utilisation),
  }));
}

/** What was measured and what the table assumes, in sentences. */
export function describeRehearsal(rehearsal: Rehearsal): string {
  const { steps, tokensPerSecond, operationsPerSecond, peakGiB, microBatchSize, batchSize } = rehearsal;
  const losses = steps.map(({ lossNats }) => lossNats.toFixed(3)).join(", ");
  const scaled =
    textFactor(rehearsal) === 1
      ? ""
      : ` Pre-training is scaled from the ${(rehearsal.textWords / 1e6).toFixed(1)}M words at hand to the paper's ${PAPER_TEXT_WORDS / 1e6}M.`;
  const percent = Math.round(100 * H100.utilisation);
  return (
    `${rehearsal.model}: ${rehearsal.parameters.toLocaleString("en")} parameters, ${steps.length} optimizer steps of ${batchSize} rows of ` +
    `${rehearsal.rowLengthTokens.toLocaleString("en")} tokens (${microBatchSize} at once) taken here, loss ${losses}; the last at ` +
    `${Math.round(tokensPerSecond)} tokens/s, ${(operationsPerSecond / 1e9).toFixed(0)} GFLOP/s, ${peakGiB.toFixed(1)} GiB at most. ` +
    `Hours are projections at that rate, and on an ${H100.name} at ${percent} % of ${H100.peakOperationsPerSecond / 1e12} TFLOP/s ` +
    `(dense bfloat16; the share is an assumption, nothing was measured there).${scaled}`
  );
}
