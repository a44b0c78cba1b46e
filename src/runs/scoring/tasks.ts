/**
 * @file The zero-shot tasks of a study by name. Which items each has and what is counted is in `tasks/`; the scoring rules live in
 * `evaluation/`, where `benchmarks.ts` tells how to add one.
 */
import { BENCHMARKS, isBenchmark, type BenchmarkName } from "../../evaluation/benchmarks.js";
import type { Study } from "../study/study.js";
import { scorableAcquisition } from "./tasks/acquisition.js";
import { wordsToLearn } from "./tasks/acquisition-words.js";
import { defineBenchmark, hasBenchmark } from "./tasks/benchmark.js";
import { defineReading, readingWords, scorableReading } from "./tasks/reading.js";
import {
  defineTurnTask,
  isTurnTask,
  scorableTurns,
  TURN_TASKS,
  turnItems,
  type TurnTask,
  type TurnTaskChoice,
} from "./tasks/turn-task.js";
import type { ScorableTask, TaskChoice, TaskDefinition } from "./tasks/task-definition.js";

/** Tasks a study can be judged by. */
export type Task = BenchmarkName | "reading";
/** Age of acquisition, which is none of `TASKS`: it is of the checkpoints of a training run, not of one model. */
export const ACQUISITION_TASK = "aoa";
/** The reference game, which is none of `TASKS`: models play it with each other and with the grammar (`runs/game`). */
export const GAME_TASK = "reference-game";
/** Every task a study can be judged by; `tasksOf` has those whose items are at hand. */
export const TASKS: readonly Task[] = [...Object.keys(BENCHMARKS).filter(isBenchmark), "reading"];

/**
 * The tasks whose items are at hand for a study.
 *
 * @returns in the order of `TASKS`
 */
export const tasksOf = (study: Study): Task[] =>
  TASKS.filter((task) => task === "reading" || hasBenchmark(study, task));

/**
 * The items of a task, from the real files or from the microworld.
 *
 * @throws RangeError that lists the tasks when the name is none of them, or says that its items are not at hand
 */
export async function defineTask(study: Study, task: Task | TurnTask): Promise<TaskDefinition> {
  if (isTurnTask(task)) return defineTurnTask(study, task);
  if (task === "reading") return defineReading(study);
  if (isBenchmark(task)) return defineBenchmark(study, task);
  throw new RangeError(
    `defineTask: task must be one of ${[...TASKS, ...TURN_TASKS].join(", ")}, got "${String(task)}". Correct the name.`,
  );
}

/** The items that a choice means, without what is counted of them. @throws RangeError when they are not at hand */
export async function itemsToScore(choice: TaskChoice): Promise<ScorableTask> {
  if (choice.task === "reading") return scorableReading(choice.source, await readingWords(choice));
  if (choice.task === ACQUISITION_TASK) {
    const { source, contextsPerWord } = choice;
    return scorableAcquisition(await wordsToLearn(source, { contextsPerWord }));
  }
  if (isTurnChoice(choice)) return scorableTurns(await turnItems(choice));
  const { task, source, itemsPerUid } = choice;
  return defineBenchmark({ source, config: { budget: { zeroShotItemsPerUid: itemsPerUid } } }, task);
}

const isTurnChoice = (choice: TaskChoice): choice is TurnTaskChoice => isTurnTask(choice.task);
