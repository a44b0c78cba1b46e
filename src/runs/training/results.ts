/** @file What a finished phase leaves behind, and the training result of a condition made from it. */
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import { mean, median } from "../../statistics/summary.js";
import type { StepRecord } from "../../training/train.js";
import type { Stage } from "../stages/stage.js";
import {
  itemsFile,
  publishResult,
  readItems,
  runFolder,
  type Metric,
  type Result,
  type ResultRun,
} from "../study/results.js";
import type { Study } from "../study/study.js";
import type { MeasuredLosses } from "./measured-losses.js";
import { meanLoss, readCurve, type PhaseOutcome } from "./outcome.js";

/** A phase that was trained. */
export interface FinishedPhase {
  readonly phase: string;
  readonly stage: Stage;
  readonly outcome: PhaseOutcome;
  /** Of its last weights, on every held-out source. */
  readonly losses: MeasuredLosses;
}

/** What the published curve has of a step: what is the same in every run of the same training, on any machine. */
const stepSchema = z.object({
  phase: z.union([z.string(), z.number()]).transform(String), // a stage may be named 2
  step: z.number().int(),
  epoch: z.number().int(),
  lossNats: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  trainedTokens: z.number(),
  /** Those of pre-training text among them; a table made before text could be mixed in lacks them. */
  textTokens: z.number().optional(),
});
export type TrainedStep = z.infer<typeof stepSchema>;

/**
 * The published curve of a condition, phase after phase.
 *
 * @throws Error naming the file when it is not there or is no such table
 */
export function readTrainedSteps(study: Study, run: ResultRun): TrainedStep[] {
  const path = itemsFile(runFolder(study, run), "training");
  const { columns, rows: cells } = readItems(path);
  const rows = z
    .array(stepSchema)
    .safeParse(cells.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]]))));
  if (rows.success) return rows.data;
  throw new Error(
    `readTrainedSteps: ${path} must be a table of steps, got ${describeIssue(rows.error, "table")}. Delete it and run its notebook again.`,
  );
}

/** The steps whose mean loss says where a phase ended. */
export const LAST_STEPS = 10;

/** Loss of a finished phase on all held-out pre-training text, and its tokens. */
export const textLoss = ({ losses }: FinishedPhase): [lossNats: number, tokens: number] =>
  meanLoss(losses.text);

const sumOf = (curve: readonly StepRecord[], field: "trainedTokens" | "textTokens"): number =>
  curve.reduce((sum, record) => sum + record[field], 0);

/**
 * Writes `training.json`, with the files of all phases, and the learning curve next to it.
 *
 * @param exposure what the condition learned from, in words
 */
export function publishTraining(
  study: Study,
  run: ResultRun,
  files: Result["files"],
  phases: readonly FinishedPhase[],
  exposure: readonly Metric[],
): void {
  const ofPhases = phases.flatMap((finished): Metric[] => {
    const { phase, stage, outcome, losses } = finished;
    const curve = readCurve(stage);
    const metric = (metric: string, value: number, n: number): Metric => ({
      metric,
      part: phase,
      scoringRule: "none",
      value,
      n,
      ties: null,
    });
    return [
      metric("heldOutTextNats", ...textLoss(finished)),
      ...[...losses.text, ...losses.sets].map(({ source, lossNats, tokens }) =>
        metric(`heldOutNats.${source}`, lossNats, tokens),
      ),
      metric(
        "lastStepsLossNats",
        mean(curve.slice(-LAST_STEPS).map((record) => record.lossNats)),
        Math.min(LAST_STEPS, curve.length),
      ),
      metric("steps", curve.length, curve.length),
      metric("trainedTokens", sumOf(curve, "trainedTokens"), curve.length),
      metric("textTokens", sumOf(curve, "textTokens"), curve.length),
      metric("cutRows", outcome.cutRows, curve.length),
      metric("leftOutRows", outcome.leftOutRows, curve.length),
      metric("tokensPerSecond", median(curve.map((record) => record.tokensPerSecond)), curve.length),
    ];
  });
  const columns = stepSchema.keyof().options;
  const rows = phases.flatMap(({ phase, stage }) =>
    readCurve(stage).map((record) => columns.map((column) => (column === "phase" ? phase : record[column]))),
  );
  publishResult(study, run, "training", {
    metrics: [...ofPhases, ...exposure],
    files,
    stages: phases.map(({ stage }) => stage),
    measuredBy: phases.flatMap(({ losses }) => losses.stages),
    items: { columns, rows },
  });
}
