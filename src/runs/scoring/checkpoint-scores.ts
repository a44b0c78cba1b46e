/** @file How a model's scores grow with the words it has seen: a task at every checkpoint of a condition, and at the end of its stages. */
import { readdirSync } from "node:fs";
import { z } from "zod";
import { MODELS, type Condition, type ModelName } from "../../config/config.js";
import type { Metric } from "../study/results.js";
import type { Study } from "../study/study.js";
import type { Stage } from "../stages/stage.js";
import { readCurve } from "../training/outcome.js";
import { trainedModel } from "../training/training.js";
import { itemsPath, scoreStage } from "./scoring.js";
import { defineTask, type Task } from "./tasks.js";

const checkpointScoreSchema = z.object({
  model: z.enum(MODELS),
  condition: z.string(),
  /** The stage it was in. */
  phase: z.string(),
  /** All words seen so far. */
  wordsSeen: z.number(),
  /** The reported figure of the task, corrected scoring rule: a proportion or a correlation. */
  value: z.number(),
  n: z.number(),
});
export const checkpointScoresSchema = z.array(checkpointScoreSchema);
/** A model's score on the way. */
export type CheckpointScore = Readonly<z.infer<typeof checkpointScoreSchema>>;

const CHECKPOINT = /^(chck_([\d.]+)M)\.safetensors$/;

/**
 * Scores at the checkpoints of a condition, which is trained first where the cache does not hold it.
 *
 * @param of.backend `mntp` scores masked tokens in place of the causal mode (docs/options.md#d27)
 * @returns in order of words seen
 * @throws RangeError for an unknown task, model or condition, or when a model without a mask token shall be scored by masked ones
 */
export async function checkpointScores(
  study: Study,
  {
    model,
    condition,
    task,
    backend,
  }: {
    readonly model: ModelName;
    readonly condition: Condition;
    readonly task: Task;
    readonly backend?: "mntp";
  },
): Promise<CheckpointScore[]> {
  const definition = await defineTask(study, task);
  const { phases } = await trainedModel(study, { model, condition });
  const scores: CheckpointScore[] = [];
  for (const { phase, stage } of phases) {
    for (const { weights, wordsSeen } of weightsOnTheWay(stage)) {
      const scored = await scoreStage(study, stage, {
        definition,
        label: `${model} ${condition} ${task} ${weights ?? phase}`,
        ...(backend && { backend }),
        ...(weights !== undefined && { weights }),
      });
      const { value, n } = reported(definition.summarise(scored.items, itemsPath(scored.stage)), task);
      scores.push({
        model,
        condition,
        phase,
        wordsSeen,
        value,
        n,
      });
    }
  }
  return scores;
}

/** Weights of a stage by the words seen: those kept on the way, and the last ones, which have no name. */
export function weightsOnTheWay(
  stage: Stage,
): { readonly weights: string | undefined; readonly wordsSeen: number }[] {
  const kept = readdirSync(stage.folder).flatMap((name) => {
    const [, weights, millions] = CHECKPOINT.exec(name) ?? [];
    return weights === undefined ? [] : [{ weights, wordsSeen: Number(millions) * 1e6 }];
  });
  kept.sort((a, b) => a.wordsSeen - b.wordsSeen);
  return [...kept, { weights: undefined, wordsSeen: readCurve(stage).at(-1)?.wordsSeen ?? 0 }];
}

/** The figure a task is known by. */
function reported(metrics: readonly Metric[], task: Task): Metric {
  const part = task === "reading" ? "eyeTracking" : "all";
  const found = metrics.find((metric) => metric.part === part && metric.scoringRule === "corrected");
  if (found) return found;
  throw new Error(
    `checkpointScores: ${task} must have a corrected figure of ${part}, got none. Score it again.`,
  );
}
