/** @file What a finished phase leaves behind, and the training result of a condition made from it. */
import { z } from "zod";
import { mean, median } from "../statistics/summary.js";
import type { StepRecord } from "../training/train.js";
import { publishResult, type Metric, type Result, type ResultSubject } from "./results.js";
import type { Stage } from "./stage.js";
import type { Study } from "./study.js";
import { readStageText } from "./text.js";

/** What a phase leaves behind besides its weights and its curve. */
const outcomeSchema = z.object({
  /** Loss on held-out pre-training text afterwards, nats per token. */
  heldOutTextNats: z.number(),
  heldOutTokens: z.number(),
  /** Examples whose prompt was cut from the left; 0 in pre-training. */
  cutRows: z.number(),
  /** Examples left out because their reply alone is too long; 0 in pre-training. */
  leftOutRows: z.number(),
});
export type PhaseOutcome = z.infer<typeof outcomeSchema>;

/** A phase that was trained. */
export interface FinishedPhase {
  readonly phase: string;
  readonly stage: Stage;
  readonly outcome: PhaseOutcome;
}

const curveSchema = z.array(
  z.object({
    step: z.number(),
    steps: z.number(),
    epoch: z.number(),
    lossNats: z.number(),
    learningRate: z.number(),
    gradientNorm: z.number(),
    trainedTokens: z.number(),
    tokensPerSecond: z.number(),
    secondsLeft: z.number(),
  }),
);
/** The records a finished phase left. */
export function readCurve(stage: Stage): readonly StepRecord[] {
  return curveSchema.parse(JSON.parse(readStageText(stage, "curve.json")));
}

/** The outcome a finished phase left. */
export const readOutcome = (stage: Stage): PhaseOutcome =>
  outcomeSchema.parse(JSON.parse(readStageText(stage, "outcome.json")));
/**
 * Writes `training.json`, with the files of all phases, and the learning curve beside it.
 *
 * @param exposure what the condition learned from, in words
 */
export function publishTraining(
  study: Study,
  subject: ResultSubject,
  files: Result["files"],
  phases: readonly FinishedPhase[],
  exposure: readonly Metric[],
): void {
  const ofPhases = phases.flatMap(({ phase, stage, outcome }): Metric[] => {
    const curve = readCurve(stage);
    const metric = (metric: string, value: number, n: number): Metric => ({
      metric,
      part: phase,
      reading: "none",
      value,
      n,
      ties: null,
    });
    return [
      metric("heldOutTextNats", outcome.heldOutTextNats, outcome.heldOutTokens),
      metric(
        "lastStepsLossNats",
        mean(curve.slice(-10).map((record) => record.lossNats)),
        Math.min(10, curve.length),
      ),
      metric("steps", curve.length, curve.length),
      metric("cutRows", outcome.cutRows, curve.length),
      metric("leftOutRows", outcome.leftOutRows, curve.length),
      metric("tokensPerSecond", median(curve.map((record) => record.tokensPerSecond)), curve.length),
    ];
  });
  const columns = [
    "phase",
    "step",
    "epoch",
    "lossNats",
    "learningRate",
    "gradientNorm",
    "trainedTokens",
  ] as const;
  const rows = phases.flatMap(({ phase, stage }) =>
    readCurve(stage).map((record) => columns.map((column) => (column === "phase" ? phase : record[column]))),
  );
  publishResult(study, subject, "training", {
    metrics: [...ofPhases, ...exposure],
    files,
    stages: phases.map(({ stage }) => stage),
    items: { columns, rows },
  });
}
