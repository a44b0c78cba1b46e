/** @file Learning rate as a function of the step: each schedule after a linear warm-up. */
import { SCHEDULES, type TrainingConfig } from "../config/config.js";

/** What a schedule needs besides the step. */
export interface ScheduleConfig {
  /** Rate at the end of the warm-up. */
  readonly peak: number;
  readonly schedule: TrainingConfig["schedule"];
  readonly warmupSteps: number;
  readonly totalSteps: number;
  readonly cosineCycles: number;
  /** Share of all steps in which `warmupStableDecay` falls. */
  readonly decayRatio?: number;
}

/**
 * A tenth of the steps is enough.
 *
 * Source: Hu et al. 2024, MiniCPM, section 4.3.
 */
const DECAY_RATIO = 0.1;

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
 *   warmupStableDecay: the peak, and in the last decaySteps = decayRatio · totalSteps peak · (totalSteps − step) / decaySteps
 *
 * @param step whole number from 0 to totalSteps
 * @returns rate, 0 to the peak of the schedule
 * @throws RangeError when the step is outside 0 … totalSteps, the schedule is unknown, or warm-up and decay overlap
 *
 * Source: huggingface/transformers, optimization.py, `get_linear_schedule_with_warmup`,
 * `get_cosine_with_hard_restarts_schedule_with_warmup`, and `get_wsd_schedule` with linear decay; Hu et al. 2024, MiniCPM,
 * equation 1, for the last.
 * Differs: MiniCPM halves the rate again and again in place of the line; Hägele et al. 2024 find lines no worse.
 */
export function learningRateAt(step: number, config: ScheduleConfig): number {
  const { peak, schedule, warmupSteps, totalSteps, cosineCycles, decayRatio = DECAY_RATIO } = config;
  if (!(step >= 0 && step <= totalSteps))
    throw new RangeError(`learningRateAt: step must be 0 to ${totalSteps}, got ${step}. Correct totalSteps.`);
  const decaySteps = schedule === "warmupStableDecay" ? Math.round(decayRatio * totalSteps) : 0;
  if (warmupSteps + decaySteps > totalSteps)
    throw new RangeError(
      `learningRateAt: warm-up and decay must fit into ${totalSteps} steps, got ${warmupSteps} and ${decaySteps}. Shorten one of them, or train longer.`,
    );
  if (step < warmupSteps) return (peak * step) / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  switch (schedule) {
    case "linear":
      return peak * (1 - progress);
    case "cosineWithRestarts":
      return progress >= 1 ? 0 : peak * 0.5 * (1 + Math.cos(Math.PI * ((cosineCycles * progress) % 1)));
    case "warmupStableDecay":
      return peak * Math.min(1, (totalSteps - step) / Math.max(1, decaySteps));
    default:
      throw new RangeError(
        `learningRateAt: schedule must be one of ${SCHEDULES.join(", ")}, got "${String(schedule)}". Correct it.`,
      );
  }
}
