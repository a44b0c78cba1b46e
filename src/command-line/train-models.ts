/** @file Training the models of a condition with progress and a clean end at Ctrl-C, for `train` and `evaluate`. */
import type { Condition, ModelName } from "../config/config.js";
import type { Study } from "../runs/study/study.js";
import type { ConditionStep } from "../runs/training/build-phase.js";
import type { TrainedModel } from "../runs/training/training.js";
import { interruptible } from "./interruptible.js";
import { describeStep, progressLine } from "./progress-line.js";
import type { Surroundings } from "./surroundings.js";

/** A model with what its phases left behind. */
export interface TrainedRun extends TrainedModel {
  readonly model: ModelName;
}

const INTERRUPTED =
  "class-it: interrupted. What was trained is kept; the same command resumes at the last step.";

/**
 * Trains one model after the other, or takes from the cache what it holds.
 *
 * @throws Interrupted after a Ctrl-C; the phase in progress then leaves a checkpoint
 */
export async function trainModels(
  study: Study,
  { models, condition }: { readonly models: readonly ModelName[]; readonly condition: Condition },
  { stderr }: Surroundings,
): Promise<TrainedRun[]> {
  // The commands load what needs TensorFlow when they run, so that help and refusals come at once.
  const [{ trainCondition }, { announceTraining }] = await Promise.all([
    import("../runs/training/training.js"),
    import("../runs/cost/announce.js"),
  ]);
  const runs = models.map((model) => ({ model, condition }));
  await announceTraining([study], runs, { needsWeights: true });
  const trained: TrainedRun[] = [];
  const progress = progressLine(stderr);
  async function* stepsOf(model: ModelName): AsyncGenerator<ConditionStep, void, void> {
    trained.push({ model, ...(yield* trainCondition(study, { model, condition })) });
  }
  try {
    await interruptible(INTERRUPTED, async (signal) => {
      for (const model of models)
        for await (const step of stepsOf(model)) {
          progress.show(describeStep(model, step));
          signal.throwIfAborted();
        }
    });
  } finally {
    progress.end();
  }
  return trained;
}
