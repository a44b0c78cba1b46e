/** @file Zero-shot evaluation as cached stages: a trained model, a task, its items scored once and kept. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Condition, ModelName } from "../config.js";
import { openTokenizer } from "../data/tokenizer.js";
import { tf } from "../engine/backend.js";
import { createLogLikelihood, type ScoringOptions } from "../evaluation/log-likelihood.js";
import { loadModel } from "../model/checkpoint.js";
import { reportProgress } from "./progress.js";
import { codeVersion } from "./provenance.js";
import { itemTableSchema, publishResult, type ItemTable, type Result } from "./results.js";
import { runStage, type Stage } from "./stage.js";
import type { Study } from "./study.js";
import { defineTask, type Task } from "./tasks.js";
import type { Scorer } from "./tasks/task-definition.js";
import { readStageText } from "./text.js";
import { trainedModel } from "./training.js";

/**
 * Scores a condition's model on a task, training it first where the cache does not hold it.
 *
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
  const trained = await trainedModel(study, { model, condition });
  const inputs = {
    model: trained.stage.hash,
    task,
    files: definition.files,
    ...definition.settings,
    code: codeVersion(["random", "engine", "data", "model", "evaluation", "runs/tasks"]),
  };
  const stage = await runStage(study.cacheFolder, "evaluation", inputs, async (folder) => {
    const label = `${model} ${condition} ${task}`;
    const scorer = await openScorer(trained.stage, {
      onProgress: (done, total) => reportProgress({ type: "work", label, done, total }),
    });
    try {
      const items = await definition.score(scorer);
      writeFileSync(join(folder, "items.json"), JSON.stringify(items) + "\n");
    } finally {
      scorer.dispose();
    }
  });
  const items: ItemTable = itemTableSchema.parse(JSON.parse(readStageText(stage, "items.json")));
  return publishResult(study, { model, condition }, task, {
    metrics: definition.summarise(items),
    files: definition.files,
    stages: [...trained.phases.map((phase) => phase.stage), stage],
    items,
  });
}

/** A model's folder, ready for requests. The caller disposes it. */
export async function openScorer(
  stage: Pick<Stage, "folder">,
  options: ScoringOptions = {},
): Promise<Scorer> {
  const { architecture, weights } = loadModel(stage.folder);
  const tokenizer = await openTokenizer(stage.folder);
  return {
    logLikelihood: createLogLikelihood({ weights, architecture, tokenizer }, options),
    splitWord: (word) => tokenizer.splitWord(word),
    dispose: () => tf.dispose({ ...weights }),
  };
}
