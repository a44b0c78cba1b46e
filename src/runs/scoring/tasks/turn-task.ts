/** @file Tasks in which a model chooses a turn, as tasks of a study. Each has a file of its own that finds its items. */
import type { InstructionConfig } from "../../../config/config.js";
import { defaultPlaces } from "../../../data/files.js";
import { scoreTurnChoices } from "../../../evaluation/turn-choice.js";
import type { BenchmarkOwner } from "./benchmark.js";
import { dialogueIn, dialogueOf } from "./dialogue.js";
import { questionsIn, questionsOf } from "./questions.js";
import type { ScorableTask, TaskChoice, TaskDefinition, TurnItems } from "./task-definition.js";
import { turnMetrics, turnTable } from "./turn-table.js";

/** Tasks in which a model chooses a turn. They are none of `TASKS`: a study is judged by them only if they are named. */
export const TURN_TASKS = ["dialogue", "questions"] as const;
/** Name of one. */
export type TurnTask = (typeof TURN_TASKS)[number];

/** Whether a task is one of them. */
export const isTurnTask = (name: string): name is TurnTask => TURN_TASKS.some((task) => task === name);

/** What says which items a study takes of such a task. */
export type TurnTaskChoice = Extract<TaskChoice, { readonly task: TurnTask }>;

/** Whoever has items of such tasks: a study, or the part of one that says which. */
export interface TurnOwner extends BenchmarkOwner {
  readonly config: BenchmarkOwner["config"] & {
    readonly instructions: Pick<InstructionConfig, "wikiSource">;
  };
}

/** Which items of a task a study takes. */
export function turnTaskChoice({ source, config }: TurnOwner, task: TurnTask): TurnTaskChoice {
  const { zeroShotItemsPerUid: itemsPerSet } = config.budget;
  if (task === "dialogue") return { task, source, itemsPerSet };
  const isReleased = config.instructions.wikiSource === "released";
  return { task, source, wikiSource: isReleased ? "released" : "standIn", itemsPerSet };
}

/** The items made last of each task: every model of a study is asked the same, and making them reads whole corpora. */
const made = new Map<TurnTask, { readonly from: string; readonly items: TurnItems }>();

/** The items that a choice means. @throws Error when their files are missing or damaged */
export async function turnItems(choice: TurnTaskChoice): Promise<TurnItems> {
  const from = JSON.stringify([choice, defaultPlaces()]);
  const last = made.get(choice.task);
  if (last?.from === from) return last.items;
  const items =
    choice.task === "dialogue" ? await dialogueOf(choice.source, choice) : await questionsOf(choice);
  made.set(choice.task, { from, items });
  return items;
}

/** All items of a task in a data folder. @throws RangeError when a file of the task is not what its name says */
export function turnItemsIn(folder: string, task: TurnTask): TurnItems {
  switch (task) {
    case "dialogue":
      return dialogueIn(folder);
    case "questions":
      return questionsIn(folder);
  }
}

/** Items as a task that can be scored. */
export const scorableTurns = ({ files, choices }: TurnItems): ScorableTask => ({
  files,
  score: async ({ logLikelihood }) => turnTable(await scoreTurnChoices(choices, logLikelihood)),
});

/** A task with a study's items. @throws Error as {@link turnItems} */
export async function defineTurnTask(study: TurnOwner, task: TurnTask): Promise<TaskDefinition> {
  const choice = turnTaskChoice(study, task);
  return { ...scorableTurns(await turnItems(choice)), choice, summarise: turnMetrics };
}
