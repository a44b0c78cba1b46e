/**
 * @file The communicative tasks, dialogue choice and answer choice, as claims and tables count them: under each of three scores, over the
 * groups of items that a model of this text could know (docs/curricula.md#what-each-set-helps).
 */
import { DIALOGUE_SETS, fullContextOf } from "../../evaluation/dialogue-items.js";
import type { TurnScore } from "../../evaluation/turn-choice.js";
import type { Result } from "../../runs/study/results.js";

const TASK_LABELS = { dialogue: "Dialogue choice", questions: "Answer choice" } as const;
/** Names of the three scores in claims, tables and figures. */
export const SCORE_LABELS = { sum: "sum", perToken: "per token", pmi: "PMI" } as const satisfies Readonly<
  Record<TurnScore, string>
>;

/** Our name of one. */
export type CommunicativeTask = keyof typeof TASK_LABELS;

/** One under one score, such as `Dialogue choice, PMI`. */
export type CommunicativeClaimTask =
  `${(typeof TASK_LABELS)[CommunicativeTask]}, ${(typeof SCORE_LABELS)[TurnScore]}`;

/** Whether a task is one of them. */
export const isCommunicative = (task: string): task is CommunicativeTask => Object.hasOwn(TASK_LABELS, task);

/** Name of a task under a score, in claims, tables and figures. */
export const communicativeLabel = (task: CommunicativeTask, score: TurnScore): CommunicativeClaimTask =>
  `${TASK_LABELS[task]}, ${SCORE_LABELS[score]}`;

/**
 * The groups of items that count: all those of questions; of dialogues, each set after its longest context in order. Models of real text
 * know no microworld.
 */
export function countedGroups({
  task,
  source,
}: {
  readonly task: CommunicativeTask;
  readonly source: Result["source"];
}): (uid: string) => boolean {
  if (task === "questions") return () => true;
  const sets = DIALOGUE_SETS.filter((set) => (set === "microworld") === (source === "microworld"));
  const counted = sets.map((set) => `${set}_${fullContextOf(set)}`);
  return (uid) => counted.includes(uid);
}
