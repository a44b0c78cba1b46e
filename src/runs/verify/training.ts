/**
 * @file Verifying a results folder: what the result of a training run says of its steps follows from the curve next to it, and training runs
 * that share their pre-training share its curve.
 */
import { mean } from "../../statistics/summary.js";
import { itemsFile, runFolder, type Metric } from "../study/results.js";
import { LAST_STEPS, readTrainedSteps, type TrainedStep } from "../training/results.js";
import { count, type Check, type OpenedResult } from "./files.js";
import { compareMetrics } from "./scores.js";

/** Compares every training run with its curve. */
export function checkTrainings(results: readonly OpenedResult[]): Check {
  const own = results.filter(({ kind }) => kind === "training");
  const differences: string[] = [];
  const pretrained = new Map<string, { readonly path: string; readonly steps: readonly TrainedStep[] }>();
  let read = 0;
  for (const { study, result, path } of own) {
    let curve: TrainedStep[];
    try {
      curve = readTrainedSteps(study, result);
    } catch (error) {
      differences.push(error instanceof Error ? error.message : String(error));
      continue;
    }
    read += curve.length;
    const file = itemsFile(runFolder(study, result), result.task);
    const phases = phasesOf(curve);
    differences.push(...gapsOf(file, phases), ...comparePhases(path, result.metrics, phases));
    const [first] = phases;
    const stage = result.stages[0]?.hash;
    if (!first || stage === undefined) continue;
    const shared = pretrained.get(stage);
    if (shared) differences.push(...compareCurves(file, first, shared));
    else pretrained.set(stage, { path: file, steps: first });
  }
  return {
    name: "training",
    found: `${count(own.length, "result")} compared with ${count(read, "step")} of their curves`,
    differences,
  };
}

/** A curve in parts, each counted from step 1. */
function phasesOf(curve: readonly TrainedStep[]): TrainedStep[][] {
  const phases: TrainedStep[][] = [];
  for (const step of curve) {
    const last = phases.at(-1);
    if (!last || step.step === 1 || step.phase !== last[0]?.phase) phases.push([step]);
    else last.push(step);
  }
  return phases;
}

const gapsOf = (path: string, phases: readonly (readonly TrainedStep[])[]): string[] =>
  phases.flatMap((steps) => {
    const place = steps.findIndex(({ step }, index) => step !== index + 1);
    return place < 0
      ? []
      : [`${path}: step ${place + 1} of ${steps[place]?.phase} must follow, is ${steps[place]?.step}`];
  });

/** Every phase's number of steps and last losses; phases follow each other as in the result. */
function comparePhases(
  path: string,
  committed: readonly Metric[],
  phases: readonly (readonly TrainedStep[])[],
): string[] {
  const said = committed.filter(({ metric }) => metric === "steps").map(({ part }) => part);
  const found = phases.map(([first]) => first?.phase ?? "");
  if (said.join() !== found.join())
    return [`${path}: its phases are ${said.join(", ")}, those of its curve ${found.join(", ")}`];
  return phases.flatMap((steps, place) => {
    const part = found[place] ?? "";
    // A phase named twice has its metrics twice, in order.
    const turn = found.slice(0, place).filter((name) => name === part).length;
    const own = (name: string): Metric[] =>
      committed.filter((metric) => metric.metric === name && metric.part === part).slice(turn, turn + 1);
    const last = steps.slice(-LAST_STEPS).map(({ lossNats }) => lossNats);
    return compareMetrics(
      path,
      [...own("steps"), ...own("lastStepsLossNats")],
      [
        { metric: "steps", part, scoringRule: "none", value: steps.length, n: steps.length },
        { metric: "lastStepsLossNats", part, scoringRule: "none", value: mean(last), n: last.length },
      ],
    );
  });
}

/** The first step of two curves of one stage that is not the same. */
function compareCurves(
  path: string,
  steps: readonly TrainedStep[],
  shared: { readonly path: string; readonly steps: readonly TrainedStep[] },
): string[] {
  const length = Math.max(steps.length, shared.steps.length);
  for (let index = 0; index < length; index++) {
    const [own, other] = [steps[index], shared.steps[index]];
    for (const field of ["lossNats", "learningRate", "gradientNorm", "trainedTokens", "epoch"] as const)
      if (own?.[field] !== other?.[field])
        return [
          `${path}: ${field} of step ${index + 1} of the same stage is ${own?.[field]}, in ${shared.path} ${other?.[field]}`,
        ];
  }
  return [];
}
