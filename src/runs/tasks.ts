/**
 * @file The zero-shot tasks of a study by name. Which items each has and what is counted lies in `tasks/`, a file each; the
 * scoring rules live in `evaluation/`. A new benchmark adds one entry here.
 */
import type { Study } from "./study.js";
import { defineBlimp } from "./tasks/minimal-pairs.js";
import { defineReading } from "./tasks/reading.js";
import type { TaskDefinition } from "./tasks/task-definition.js";

/** Tasks a study can be judged by. */
export const TASKS = ["blimp", "reading"] as const;
export type Task = (typeof TASKS)[number];

/**
 * The items of a task, from the real files or from the microworld.
 *
 * @throws RangeError that lists the tasks when the name is none of them
 */
export async function defineTask(study: Study, task: Task): Promise<TaskDefinition> {
  switch (task) {
    case "blimp":
      return defineBlimp(study);
    case "reading":
      return defineReading(study);
    default:
      throw new RangeError(
        `defineTask: task must be one of ${TASKS.join(", ")}, got "${String(task)}". Correct the name.`,
      );
  }
}
