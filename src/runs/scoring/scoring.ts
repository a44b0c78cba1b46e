/** @file Zero-shot evaluation as cached stages: a trained model, a task, its items scored once and kept. */
import { join } from "node:path";
import type { Condition, ModelName } from "../../config/config.js";
import { requireWritable } from "../../disk/disk-fault.js";
import { takeTurn } from "../stages/interrupt.js";
import { reportProgress } from "../stages/progress.js";
import { computeStage } from "../stages/computed-stage.js";
import type { Stage } from "../stages/stage.js";
import { itemTableSchema, publishResult, runFolder, type ItemTable, type Result } from "../study/results.js";
import type { Study } from "../study/study.js";
import { readStageJson } from "../stages/read-json.js";
import { trainedModel } from "../training/training.js";
import { ITEMS, taskScoring } from "./score-task.js";
import { defineTask, type Task } from "./tasks.js";
import type { TurnTask } from "./tasks/turn-task.js";
import type { TaskDefinition } from "./tasks/task-definition.js";

/**
 * Scores a condition's model on a task, training it first where the cache does not hold it.
 *
 * @param options.model the decoder
 * @param options.condition a name of the study's curricula
 * @param options.task one of `TASKS` or `TURN_TASKS`
 * @returns the result, which also is in `results/`
 * @throws RangeError for an unknown task, model or condition
 */
export async function evaluateCondition(
  study: Study,
  {
    model,
    condition,
    task,
  }: { readonly model: ModelName; readonly condition: Condition; readonly task: Task | TurnTask },
): Promise<Result> {
  const definition = await defineTask(study, task);
  requireWritable(runFolder(study, { model, condition }), "evaluateCondition");
  const trained = await trainedModel(study, { model, condition });
  const { stage, items } = await scoreStage(study, trained.stage, {
    definition,
    label: `${model} ${condition} ${task}`,
  });
  return publishResult(study, { model, condition }, task, {
    metrics: definition.summarise(items, itemsPath(stage)),
    files: definition.files,
    stages: [...trained.phases.map((phase) => phase.stage), stage],
    items,
  });
}

/** The file of a stage's items. */
export const itemsPath = ({ folder }: Pick<Stage, "folder">): string => join(folder, ITEMS);

/**
 * The items of a task as a stage's model scores them, scored once.
 *
 * @param of.weights weights kept on the way, such as `chck_10M`; the stage's last ones without
 * @param of.backend `mntp` scores masked tokens, of a model that was trained on them (docs/options.md#d27)
 */
export async function scoreStage(
  study: Study,
  model: Stage,
  of: {
    readonly definition: Pick<TaskDefinition, "choice" | "files">;
    readonly label: string;
    readonly weights?: string;
    readonly backend?: "mntp";
  },
): Promise<{ readonly stage: Stage; readonly items: ItemTable }> {
  const { definition, label, weights, backend } = of;
  const stage = await computeStage(study.cacheFolder, {
    kind: "evaluation",
    inputs: {
      model: model.hash,
      weights: weights ?? null,
      ...(backend && { backend }),
      items: definition.choice,
      files: definition.files,
    },
    computation: taskScoring,
    parents: [model],
    given: {
      onProgress: async (done: number, total: number) => {
        reportProgress({ type: "work", label, done, total });
        await takeTurn();
      },
    },
  });
  return { stage, items: readStageJson(stage, ITEMS, itemTableSchema) };
}
