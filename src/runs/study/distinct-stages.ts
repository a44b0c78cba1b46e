/** @file The stages that several conditions need, each once: conditions share what they have in common. */
import type { Condition, Curriculum, StudyConfig, TuningStage } from "../../config/config.js";
import { curriculumOf } from "../../config/curricula.js";
import { canonicalJson } from "../stages/stage.js";

/** A stage of training, however many conditions go through it. */
export interface DistinctStage {
  /** The first condition that needs it. */
  readonly condition: Condition;
  /** Counted from pre-training, which is 0. */
  readonly phase: number;
  /** Null for pre-training. */
  readonly stage: TuningStage | null;
  /** Names of the tuning stages before it. */
  readonly after: readonly string[];
}

type Choices = Pick<StudyConfig, "curriculum" | "curricula">;

/** Whether the phase before the stage at this place keeps its moments, because the stage continues with them (docs/decisions.md#d8). */
export const keepsMoments = ({ curriculum }: Choices, stages: Curriculum, place: number): boolean => {
  const stage = stages[place];
  return stage !== undefined && (stage.optimizer ?? curriculum.optimizerAtPhase) === "carry";
};

/**
 * Stages in the order in which the conditions need them. Two are the same where they and all before them train alike.
 *
 * @throws RangeError when a condition does not exist
 */
export function distinctStages(config: Choices, conditions: readonly Condition[]): DistinctStage[] {
  const found = new Map<string, DistinctStage>();
  for (const condition of conditions) {
    const stages = curriculumOf(config, condition);
    // Where one schedule spans all of tuning, its first stage depends on what follows.
    const span = config.curriculum.scheduleSpan === "whole" ? stages : null;
    const chain: unknown[] = [];
    for (const [phase, stage] of [null, ...stages].entries()) {
      chain.push([stage, stage && span, keepsMoments(config, stages, phase)]);
      const key = canonicalJson(chain);
      if (!found.has(key))
        found.set(key, {
          condition,
          phase,
          stage,
          after: stages.slice(0, Math.max(0, phase - 1)).map(({ name }) => name),
        });
    }
  }
  return [...found.values()];
}
