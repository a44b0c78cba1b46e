/** @file Conditions of a tiny study, trained with every step they took on record. */
import { beforeAll } from "vitest";
import type { Condition } from "../../../src/config/config.js";
import type { Study } from "../../../src/runs/study/study.js";
import type { ConditionStep } from "../../../src/runs/training/build-phase.js";
import { trainCondition, type TrainedModel } from "../../../src/runs/training/training.js";

export const model = "llama100M";

/** Everything a condition yields, and what it returns. */
export interface Run {
  readonly records: ConditionStep[];
  readonly trained: TrainedModel;
}

export async function train(
  study: Study,
  condition: Condition,
  onStep?: (step: ConditionStep) => void,
): Promise<Run> {
  const records: ConditionStep[] = [];
  const steps = trainCondition(study, { model, condition });
  for (;;) {
    const next = await steps.next();
    if (next.done) return { records, trained: next.value };
    records.push(next.value);
    onStep?.(next.value);
  }
}

/** Trains the conditions before the tests of a file. @returns the run of one of them */
export function runsOf(study: Study, conditions: readonly Condition[]): (condition: Condition) => Run {
  const runs = new Map<Condition, Run>();
  beforeAll(async () => {
    for (const condition of conditions) runs.set(condition, await train(study, condition));
  });
  return (condition) => {
    const run = runs.get(condition);
    if (!run) throw new Error(`${condition} must have been trained.`);
    return run;
  };
}
