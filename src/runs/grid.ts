/** @file Several models and conditions one after the other: the paper's eight, or a reader's own choice. */
import { MODELS, PUBLISHED_CONDITIONS, type Condition, type ModelName } from "../config.js";
import { isPublished } from "../curricula.js";
import { checkpointScores, type CheckpointScore } from "./checkpoint-scores.js";
import type { Result, ResultSubject } from "./results.js";
import { evaluateCondition } from "./scoring.js";
import type { Study } from "./study.js";
import type { Task } from "./tasks.js";
import type { ConditionStep } from "./build-phase.js";
import { trainCondition } from "./training.js";

/**
 * The eight models of the poster, in its order within each size.
 *
 * Source: CLASS-IT poster, Figures 2 and 3.
 */
export function publishedSubjects(): ResultSubject[] {
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
 * Trains every subject, or replays it from the cache.
 *
 * @param subjects models with their conditions, one after the other
 * @yields one record a step, with the subject it belongs to
 * @throws RangeError and Error as `trainCondition` does
 */
export async function* trainAll(
  study: Study,
  subjects: readonly ResultSubject[],
): AsyncGenerator<ConditionStep & ResultSubject, void, void> {
  for (const subject of subjects)
    for await (const step of trainCondition(study, subject)) yield { ...subject, ...step };
}

/**
 * Scores every subject on one task or several, training first what the cache does not hold; task after task.
 *
 * @param subjects models with their conditions
 * @param tasks names of `TASKS`
 * @returns a row a task and subject, each also in `results/`
 * @throws RangeError and Error as `evaluateCondition` does
 */
export async function evaluateAll(
  study: Study,
  subjects: readonly ResultSubject[],
  tasks: Task | readonly Task[],
): Promise<Result[]> {
  const results: Result[] = [];
  for (const task of [tasks].flat())
    for (const subject of subjects) results.push(await evaluateCondition(study, { ...subject, task }));
  return results;
}

/**
 * Scores at the checkpoints of several decoders and conditions, decoder after decoder.
 *
 * @param models decoders, each scored at its checkpoints by words seen
 * @param options.conditions names of the study's curricula
 * @param options.task one of `TASKS`
 * @throws RangeError for an unknown model, condition or task
 */
export async function checkpointScoresOf(
  study: Study,
  models: readonly ModelName[],
  { conditions, task }: { readonly conditions: readonly Condition[]; readonly task: Task },
): Promise<CheckpointScore[]> {
  const scores: CheckpointScore[] = [];
  for (const model of models)
    for (const condition of conditions)
      scores.push(...(await checkpointScores(study, { model, condition, task })));
  return scores;
}
