/** @file How long the stages of a grid took where they were trained, from the training results of a folder. */
import { studyConfigSchema } from "../../config/config-schema.js";
import type { Condition, ModelName, StudyConfig } from "../../config/config.js";
import { mean } from "../../statistics/summary.js";
import type { Provenance } from "../stages/provenance.js";
import { canonicalJson } from "../stages/stage.js";
import type { Result } from "../study/results.js";

/** Time of one stage. */
export interface MeasuredSeconds {
  /** Mean over the seeds; held-out losses and checkpoints are in it. */
  readonly seconds: number;
  readonly seeds: readonly number[];
  /** Processors with their cores, or GPUs, it was measured on. */
  readonly machines: readonly string[];
}

/** Why there is no time. */
export interface NotMeasured {
  readonly missing: "not trained" | "trained with other settings";
}

/** A stage as results know it, and where it was trained. */
export interface TrainedStage {
  readonly on: "processor" | "gpu";
  readonly model: ModelName;
  readonly condition: Condition;
  /** Its place among the condition's stages; pre-training is 0. */
  readonly phase: number;
  /** As counted; a result with another number is of other work. */
  readonly steps: number;
}

/**
 * The time of one stage, taken only from results whose work is the counted one.
 *
 * @param results of a folder, of whatever tasks
 * @param config  whose work was counted
 * @throws Error when a training result does not have a number of steps for each of its stages
 */
export function measuredSeconds(
  results: readonly Result[],
  config: StudyConfig,
  { on, model, condition, phase, steps }: TrainedStage,
): MeasuredSeconds | NotMeasured {
  const trained = results.filter(
    (result) =>
      result.task === "training" &&
      result.model === model &&
      result.condition === condition &&
      (result.provenance.device === "CPU") === (on === "processor"),
  );
  if (trained.length === 0) return { missing: "not trained" };
  const same = trained.filter(
    (result) => stepsOf(result)[phase] === steps && isSameWork(result, config, model),
  );
  if (same.length === 0) return { missing: "trained with other settings" };
  return {
    seconds: mean(same.map((result) => phasesOf(result)[phase]?.seconds ?? Number.NaN)),
    seeds: same.map(({ seed }) => seed),
    machines: [...new Set(same.map(({ provenance }) => machineOf(provenance)))],
  };
}

const machineOf = ({ device, processor, cores }: Provenance): string =>
  device === "CPU" ? `${processor}, ${cores} cores` : device;

/** The stages that trained, in their order; a result also names those that measured losses. */
const phasesOf = ({ stages }: Result): Result["stages"] =>
  stages.filter(({ kind }) => kind === "pretraining" || kind === "tuning");

/** Steps of the stages that trained, in their order. */
function stepsOf(result: Result): number[] {
  const { metrics, model, condition, seed } = result;
  const steps = metrics.filter(({ metric }) => metric === "steps").map(({ value }) => value);
  const phases = phasesOf(result);
  if (steps.length === phases.length) return steps;
  throw new Error(
    `measuredSeconds: the training of ${model} ${condition} seed ${seed} must have steps for each of its ${phases.length} stages, ` +
      `got ${steps.length}. Train it again.`,
  );
}

/** Whether a step takes the same work; rates and warm-up do not matter. */
function isSameWork(result: Result, config: StudyConfig, model: ModelName): boolean {
  const parsed = studyConfigSchema.safeParse(result.config);
  return parsed.success && canonicalJson(workOf(parsed.data, model)) === canonicalJson(workOf(config, model));
}

const workOf = (config: StudyConfig, model: ModelName): unknown => [
  config.architectures[model],
  config.objective,
  config.rowLengthTokens[model],
  config.instructions.instructionRows,
  [config.pretraining, config.instructionTuning].map(({ batchSize, microBatchSize, precision }) => [
    batchSize,
    microBatchSize,
    precision,
  ]),
];
