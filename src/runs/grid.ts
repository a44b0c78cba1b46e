/** @file Several models and conditions one after the other: the paper's eight, or a reader's own choice; with one seed or several. */
import { MODELS, type Condition, type ModelName } from "../config/config.js";
import { PUBLISHED_CONDITIONS } from "../config/paper-settings.js";
import { isPublished } from "../config/curricula.js";
import {
  checkpointScores,
  checkpointScoresSchema,
  type CheckpointScore,
} from "./scoring/checkpoint-scores.js";
import { announceScoring, announceTraining } from "./cost/announce.js";
import { evaluateCondition } from "./scoring/scoring.js";
import { TASKS, tasksOf, type Task } from "./scoring/tasks.js";
import type { TurnTask } from "./scoring/tasks/turn-task.js";
import { keptResult, keptValue } from "./study/kept.js";
import type { Result, ResultRun } from "./study/results.js";
import type { Study } from "./study/study.js";
import { readTrainedSteps, type TrainedStep } from "./training/results.js";
import { trainCondition } from "./training/training.js";

/**
 * The eight models of the poster, in its order within each size.
 *
 * Source: CLASS-IT poster, Figures 2 and 3.
 */
export function publishedRuns(): ResultRun[] {
  return MODELS.flatMap((model) => PUBLISHED_CONDITIONS[model].map((condition) => ({ model, condition })));
}

/** The decoders the poster trains in a condition; none for one that is not the poster's. */
export function publishedModels(condition: Condition): ModelName[] {
  return MODELS.filter((model) => PUBLISHED_CONDITIONS[model].some((published) => published === condition));
}

/** The decoders a condition is trained with unless one is chosen: the poster's, or both for a condition it has not. */
export const modelsOf = (condition: Condition): readonly ModelName[] =>
  isPublished(condition) ? publishedModels(condition) : MODELS;

/**
 * Trains every run with every seed, or replays it from the cache or from what the results folder keeps.
 *
 * @param runs models with their conditions, one after the other
 * @yields one record per step, with the run and the seed it belongs to
 * @throws RangeError and Error as `trainCondition` does
 */
export async function* trainAll(
  studies: Study | readonly Study[],
  runs: readonly ResultRun[],
): AsyncGenerator<TrainedStep & ResultRun & { readonly seed: number }, void, void> {
  await announceTraining([studies].flat(), runs, { needsWeights: false });
  for (const run of runs)
    for (const study of [studies].flat()) {
      const whose = { ...run, seed: study.seed };
      if (keptResult(study, run, "training"))
        for (const step of readTrainedSteps(study, run)) yield { ...whose, ...step };
      else for await (const step of trainCondition(study, run)) yield { ...whose, ...step };
    }
}

/**
 * Scores every run with every seed on one task or several, training first what the cache does not hold; task after task. Results
 * that the folder keeps are read.
 *
 * @param runs models with their conditions
 * @param tasks names of `TASKS` or `TURN_TASKS`
 * @returns a row per task and run, each also in `results/`
 * @throws RangeError and Error as `evaluateCondition` does
 */
export async function evaluateAll(
  studies: Study | readonly Study[],
  runs: readonly ResultRun[],
  tasks: Task | TurnTask | readonly (Task | TurnTask)[],
): Promise<Result[]> {
  await announceScoring([studies].flat(), runs, [tasks].flat());
  const results: Result[] = [];
  for (const task of [tasks].flat())
    for (const study of [studies].flat())
      for (const run of runs)
        results.push(keptResult(study, run, task) ?? (await evaluateCondition(study, { ...run, task })));
  return results;
}

/**
 * The runs that have kept results on a task from every seed; all of them where none has.
 *
 * @param runs models with their conditions
 * @param task name of a result, such as `blimp`
 */
export function runsAtHand(
  studies: Study | readonly Study[],
  runs: readonly ResultRun[],
  task: string,
): readonly ResultRun[] {
  const kept = runs.filter((run) => [studies].flat().every((study) => keptResult(study, run, task) !== null));
  return kept.length > 0 ? kept : runs;
}

/**
 * The studies that keep results of all runs on a task; all of them where none does.
 *
 * @param runs models with their conditions
 * @param task name of a result, such as `blimp`
 */
export function studiesAtHand(
  studies: readonly Study[],
  runs: readonly ResultRun[],
  task: string,
): readonly Study[] {
  const kept = studies.filter((study) => runs.every((run) => keptResult(study, run, task) !== null));
  return kept.length > 0 ? kept : studies;
}

/** A study and the runs taken from it. */
export interface StudyRuns {
  readonly study: Study;
  readonly runs: readonly ResultRun[];
}

/**
 * For every study the runs that have kept results on all tasks; all runs of all studies where there are none.
 *
 * @param runs models with their conditions
 * @param tasks names of results, such as `superglue-rte`
 */
export function runsByStudy(
  studies: readonly Study[],
  runs: readonly ResultRun[],
  tasks: readonly string[],
): StudyRuns[] {
  const kept = studies.map((study) => ({
    study,
    runs: runs.filter((run) => tasks.every((task) => keptResult(study, run, task) !== null)),
  }));
  const found = kept.filter((each) => each.runs.length > 0);
  return found.length > 0 ? found : studies.map((study) => ({ study, runs }));
}

/**
 * The tasks all runs have kept results on; where none is kept, those whose items are at hand.
 *
 * @param runs models with their conditions
 */
export function tasksAtHand(studies: Study | readonly Study[], runs: readonly ResultRun[]): Task[] {
  const all = [studies].flat();
  const kept = TASKS.filter((task) =>
    all.every((study) => runs.every((run) => keptResult(study, run, task) !== null)),
  );
  const [first] = all;
  return kept.length > 0 || first === undefined ? kept : tasksOf(first);
}

/**
 * Scores at the checkpoints of several decoders and conditions, decoder after decoder.
 *
 * @param models decoders, each scored at its checkpoints by words seen
 * @param options.conditions names of the study's curricula
 * @param options.task one of `TASKS`
 * @param options.backend `mntp` scores masked tokens, of models that were trained on them (docs/options.md#d27)
 * @throws RangeError for an unknown model, condition or task
 */
export async function checkpointScoresOf(
  study: Study,
  models: readonly ModelName[],
  {
    conditions,
    task,
    backend,
  }: {
    readonly conditions: readonly Condition[];
    readonly task: Task;
    readonly backend?: "mntp";
  },
): Promise<CheckpointScore[]> {
  const scores: CheckpointScore[] = [];
  for (const model of models)
    for (const condition of conditions) {
      const of = { model, condition, task, ...(backend && { backend }) };
      scores.push(
        ...(await keptValue(study, { name: "checkpoint-scores", inputs: of }, checkpointScoresSchema, () =>
          checkpointScores(study, of),
        )),
      );
    }
  return scores;
}
