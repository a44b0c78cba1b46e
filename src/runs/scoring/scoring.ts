/** @file Zero-shot evaluation as cached stages: a trained model, a task, its items scored once and kept. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Condition, ModelName } from "../../config.js";
import { openTokenizer } from "../../data/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { guessingNats } from "../../evaluation/acquisition-surprisal.js";
import { createLogLikelihood, type ScoringOptions } from "../../evaluation/log-likelihood.js";
import { loadModel, loadOtherWeights } from "../../model/checkpoint.js";
import { requireWritable } from "../../disk/disk-fault.js";
import { takeTurn } from "../stages/interrupt.js";
import { reportProgress } from "../stages/progress.js";
import { codeVersion } from "../stages/provenance.js";
import { runStage, type Stage } from "../stages/stage.js";
import {
  itemTableSchema,
  publishResult,
  subjectFolder,
  type ItemTable,
  type Result,
} from "../study/results.js";
import type { Study } from "../study/study.js";
import { readStageText } from "../study/text.js";
import { trainedModel } from "../training/training.js";
import { defineTask, type ACQUISITION_TASK, type Task } from "./tasks.js";
import type { Scorer, TaskDefinition } from "./tasks/task-definition.js";

/**
 * Scores a condition's model on a task, training it first where the cache does not hold it.
 *
 * @param options.model the decoder
 * @param options.condition a name of the study's curricula
 * @param options.task one of `TASKS`
 * @returns the result, which also lies in `results/`
 * @throws RangeError for an unknown task, model or condition
 */
export async function evaluateCondition(
  study: Study,
  {
    model,
    condition,
    task,
  }: { readonly model: ModelName; readonly condition: Condition; readonly task: Task },
): Promise<Result> {
  const definition = await defineTask(study, task);
  requireWritable(subjectFolder(study, { model, condition }), "evaluateCondition");
  const trained = await trainedModel(study, { model, condition });
  const { stage, items } = await scoreStage(study, trained.stage, {
    task,
    definition,
    label: `${model} ${condition} ${task}`,
  });
  return publishResult(study, { model, condition }, task, {
    metrics: definition.summarise(items),
    files: definition.files,
    stages: [...trained.phases.map((phase) => phase.stage), stage],
    items,
  });
}

/**
 * The items of a task as a stage's model scores them, scored once.
 *
 * @param of.weights weights kept on the way, such as `chck_10M`; the stage's last ones without
 */
export async function scoreStage(
  study: Study,
  model: Stage,
  of: {
    readonly task: Task | typeof ACQUISITION_TASK;
    readonly definition: TaskDefinition;
    readonly label: string;
    readonly weights?: string;
  },
): Promise<{ readonly stage: Stage; readonly items: ItemTable }> {
  const { task, definition, label, weights } = of;
  const inputs = {
    model: model.hash,
    ...(weights !== undefined && { weights }),
    task,
    files: definition.files,
    ...definition.settings,
    code: codeVersion(["random", "engine", "data", "model", "evaluation", "runs/scoring/tasks"]),
  };
  const stage = await runStage(study.cacheFolder, "evaluation", inputs, async (folder) => {
    const scorer = await openScorer(model, {
      onProgress: async (done, total) => {
        reportProgress({ type: "work", label, done, total });
        await takeTurn();
      },
      ...(weights !== undefined && { weights }),
    });
    try {
      const items = await definition.score(scorer);
      writeFileSync(join(folder, "items.json"), JSON.stringify(items) + "\n");
    } finally {
      scorer.dispose();
    }
  });
  return { stage, items: itemTableSchema.parse(JSON.parse(readStageText(stage, "items.json"))) };
}

/**
 * A model's folder, ready for requests. The caller disposes it.
 *
 * @param options.weights name of other weights in the folder than the model's own
 */
export async function openScorer(
  { folder }: Pick<Stage, "folder">,
  { weights: other, ...options }: ScoringOptions & { readonly weights?: string } = {},
): Promise<Scorer> {
  const { architecture, weights } =
    other === undefined ? loadModel(folder) : loadOtherWeights(folder, `${other}.safetensors`);
  const tokenizer = await openTokenizer(folder);
  return {
    logLikelihood: createLogLikelihood({ weights, architecture, tokenizer }, options),
    splitWord: (word) => tokenizer.splitWord(word),
    guessingNats: (words) => guessingNats(words, tokenizer),
    dispose: () => tf.dispose({ ...weights }),
  };
}
