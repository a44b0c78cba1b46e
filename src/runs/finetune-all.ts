/** @file Fine-tuning the models of a study: trained where need be, every task with every seed, published. */
import { SUPERGLUE_TASKS, type SuperglueTask } from "../evaluation/superglue-tasks.js";
import { announceTraining } from "./cost/announce.js";
import { canonicalJson } from "./stages/stage.js";
import { keptResult } from "./study/kept.js";
import type { Result, ResultRun } from "./study/results.js";
import type { Study } from "./study/study.js";
import { trainedModel } from "./training/training.js";
import { FINETUNING_SEEDS, finetuningSettings, type FinetuningChoice } from "./finetuning/budget.js";
import { finetuneTask } from "./finetuning/outcome.js";
import { finetuningResultName, finetuningSeedsOf, publishFinetuning } from "./finetuning/results.js";
import { loadTask } from "./finetuning/task-data.js";

/**
 * Fine-tunes every run of every study on every task, or takes what the results folder or the cache holds. A study on generated
 * text gets generated items.
 *
 * @param studies   alike but for their seeds, which are those of the models
 * @param runs models with their conditions, such as `publishedRuns`
 * @param how.tasks of (Super)GLUE
 * @param how.seeds of fine-tuning; without them a kept result is taken with those it has
 * @returns a row per run and task, each also in `results/`
 * @throws RangeError for an unknown model, condition or task; Error when a task's files are not there
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/; CLASS-IT poster, Figure 2.
 * Differs: the epoch is chosen on a tenth of the training items; the official choice, on the scored items, comes next to
 * it.
 */
export async function finetuneAll(
  studies: Study | readonly Study[],
  runs: readonly ResultRun[],
  how: FinetuningChoice & {
    readonly tasks?: readonly SuperglueTask[];
    readonly seeds?: readonly number[];
  } = {},
): Promise<Result[]> {
  const { tasks = SUPERGLUE_TASKS, seeds, ...choice } = how;
  const wanted = [studies].flat().flatMap((study) =>
    runs.flatMap((run) =>
      tasks.map((task) => {
        const settings = finetuningSettings(task, study.config.scale, choice);
        const kept = keptResult(study, run, finetuningResultName(task, settings));
        const isSame =
          kept !== null &&
          canonicalJson(kept.settings) === canonicalJson(settings) &&
          (seeds === undefined || finetuningSeedsOf(kept).join() === seeds.join());
        return { study, run, task, settings, kept: isSame ? kept : null };
      }),
    ),
  );
  const needed = runs.filter((run) => wanted.some((one) => one.run === run && one.kept === null));
  await announceTraining([studies].flat(), needed, { needsWeights: true });
  const results: Result[] = [];
  for (const { study, run, task, settings, kept } of wanted) {
    if (kept !== null) {
      results.push(kept);
      continue;
    }
    const { stage } = await trainedModel(study, run);
    const data = loadTask(task, { generated: study.source === "microworld" }, settings);
    const announceAs = `${run.model} ${run.condition}`;
    const how = { seeds: seeds ?? FINETUNING_SEEDS, settings, announceAs };
    results.push(publishFinetuning(study, run, await finetuneTask(study.cacheFolder, stage, data, how)));
  }
  return results;
}
