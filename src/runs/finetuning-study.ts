/** @file Fine-tuning the models of a study: trained where need be, every task with every seed, published. */
import { SUPERGLUE_TASKS, type SuperglueTask } from "../evaluation/superglue-tasks.js";
import { FINETUNING_SEEDS, finetuningSettings, type FinetuningChoice } from "./finetuning-budget.js";
import { loadTask } from "./finetuning-data.js";
import { finetuneTask, publishFinetuning, type TaskOutcome } from "./finetuning-results.js";
import type { ResultSubject } from "./results.js";
import type { Study } from "./study.js";
import { trainedModel } from "./training.js";

/** An outcome and whose it is. */
export interface SubjectOutcome extends ResultSubject {
  readonly outcome: TaskOutcome;
}

/**
 * Fine-tunes every subject on every task, or takes from the cache what it holds. A study on generated text gets generated items.
 *
 * @param subjects models with their conditions, such as `publishedSubjects`
 * @param how.tasks of (Super)GLUE
 * @param how.seeds of fine-tuning; the study's own seed is that of the models
 * @returns a row a subject and task, each also in `results/`
 * @throws RangeError for an unknown model, condition or task; Error when a task's files are not there
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/; CLASS-IT poster, Figure 2.
 * Differs: the epoch is chosen on a tenth of the training items; the official choice, on the scored items, comes beside
 * it.
 */
export async function finetuneAll(
  study: Study,
  subjects: readonly ResultSubject[],
  how: FinetuningChoice & {
    readonly tasks?: readonly SuperglueTask[];
    readonly seeds?: readonly number[];
  } = {},
): Promise<SubjectOutcome[]> {
  const { tasks = SUPERGLUE_TASKS, seeds = FINETUNING_SEEDS, ...choice } = how;
  const outcomes: SubjectOutcome[] = [];
  for (const subject of subjects) {
    const { stage } = await trainedModel(study, subject);
    for (const task of tasks) {
      const settings = finetuningSettings(task, study.config.scale, choice);
      const data = loadTask(task, { generated: study.source === "microworld" }, settings);
      const finished = await finetuneTask(study.cacheFolder, stage, data, { seeds, settings });
      publishFinetuning(study, subject, finished);
      outcomes.push({ ...subject, outcome: finished.outcome });
    }
  }
  return outcomes;
}
