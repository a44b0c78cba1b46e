/** @file The first optimizer steps of a stage, really taken and then forgotten: to measure by, or to compare with a curve. */
import { tf } from "../../engine/backend.js";
import { TrainingRun, type StepRecord, type TrainingPlan, type TrainingStart } from "../../training/train.js";

/**
 * Takes the first steps of a plan and keeps nothing.
 *
 * @param start its tensors are disposed
 * @param steps how many; fewer where the plan has fewer
 * @yields one record per step
 */
export async function* takeFirstSteps(
  start: Pick<TrainingStart, "weights" | "moments">,
  plan: TrainingPlan,
  steps: number,
): AsyncGenerator<StepRecord, void, void> {
  const run = new TrainingRun(start, plan);
  tf.dispose([{ ...start.weights }, { ...start.moments?.first }, { ...start.moments?.second }]);
  try {
    let taken = 0;
    for await (const record of run.steps()) {
      yield record;
      if (++taken >= steps) break;
    }
  } finally {
    run.dispose();
  }
}
