/** @file Learning rate as a function of the step: linear decay, and cosine with restarts, both after a linear warm-up. */
import type { TrainingConfig } from "../config/config.js";

/** What a schedule needs besides the step. */
export interface ScheduleConfig {
  /** Rate at the end of the warm-up. */
  readonly peak: number;
  readonly schedule: TrainingConfig["schedule"];
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly cosineCycles: number;
}

/**
 * Steps of warm-up for a run of this length: the configured number, or its share where a scale sets one (docs/decisions.md#d10).
 *
 * @param totalSteps of the whole run, warm-up included
 * @throws RangeError when the warm-up would take the whole run
 */
export function warmupStepsOf(
  config: Pick<TrainingConfig, "warmupRatio" | "warmupSteps">,
  totalSteps: number,
): number {
  const steps =
    config.warmupRatio === null ? config.warmupSteps : Math.round(config.warmupRatio * totalSteps);
  if (steps >= totalSteps)
    throw new RangeError(
      `warmupStepsOf: warm-up must end before the run does, got ${steps} of ${totalSteps} steps. Set warmupRatio or train longer.`,
    );
  return steps;
}

/**
 * Learning rate of update number `step`, counted from 0; the first update of a warm-up has rate 0.
 *
 *   warm-up: peak · step / warmupSteps
 *   linear:  peak · (totalSteps − step) / (totalSteps − warmupSteps)
 *   cosine:  peak · ½ (1 + cos(π · ((cycles · progress) mod 1))), progress = (step − warmup) / (total − warmup)
 *
 * @param step whole number from 0 to totalSteps
 * @returns rate, 0 to the peak of the schedule
 * @throws RangeError when the step is outside 0 … totalSteps or the schedule is unknown
 *
 * Source: huggingface/transformers, optimization.py, `get_linear_schedule_with_warmup` and
 * `get_cosine_with_hard_restarts_schedule_with_warmup`.
 */
export function learningRateAt(step: number, config: ScheduleConfig): number {
  const { peak, schedule, warmupSteps, totalSteps, cosineCycles } = config;
  if (!(step >= 0 && step <= totalSteps))
    throw new RangeError(`learningRateAt: step must be 0 to ${totalSteps}, got ${step}. Correct totalSteps.`);
  if (step < warmupSteps) return (peak * step) / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  switch (schedule) {
    case "linear":
      return peak * (1 - progress);
    case "cosineWithRestarts":
      return progress >= 1 ? 0 : peak * 0.5 * (1 + Math.cos(Math.PI * ((cosineCycles * progress) % 1)));
    default:
      throw new RangeError(
        `learningRateAt: schedule must be linear or cosineWithRestarts, got "${String(schedule)}". Correct it.`,
      );
  }
}
