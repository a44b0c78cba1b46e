/** @file Several models and conditions one after the other: the paper's eight, or a reader's own choice. */
import { MODELS, PUBLISHED_CONDITIONS, type Condition, type ModelName } from "../config.js";
import { isPublished } from "../curricula.js";
import type { Result, ResultSubject } from "./results.js";
import { evaluateCondition } from "./scoring.js";
import type { Study } from "./study.js";
import type { Task } from "./tasks.js";
import type { ConditionStep } from "./build-phase.js";
import { trainCondition } from "./training.js";

/** The eight models of the poster, in its order within each size. */
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
 * @yields one record a step, with the subject it belongs to
 */
export async function* trainAll(
  study: Study,
  subjects: readonly ResultSubject[],
): AsyncGenerator<ConditionStep & ResultSubject, void, void> {
  for (const subject of subjects)
    for await (const step of trainCondition(study, subject)) yield { ...subject, ...step };
}

/** Scores every subject on a task, training first what the cache does not hold. */
export async function evaluateAll(
  study: Study,
  subjects: readonly ResultSubject[],
  task: Task,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const subject of subjects) results.push(await evaluateCondition(study, { ...subject, task }));
  return results;
}
