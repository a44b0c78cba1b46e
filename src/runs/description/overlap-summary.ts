/** @file Overlap with the training text in tables: by task, by instruction set, and by item for splitting scores. */
import { mean } from "../../statistics/summary.js";
import type { MeasuredItem, StudyOverlap } from "./overlap.js";

/** One task in numbers. Shares are 0–1 and of the items that are long enough; null where there are none. */
export type OverlapSummary = {
  readonly task: string;
  readonly items: number;
  readonly tooShort: number;
  /** Share of items of which the pre-training text holds any n-gram. */
  readonly anyOverlap: number | null;
  readonly meanOverlap: number | null;
  /** The same for the Switchboard dialogues. */
  readonly anyInDialogues: number | null;
  readonly meanInDialogues: number | null;
};

const INSTRUCTIONS = "instructions_";

/** A row for each evaluation task, (Super)GLUE by its tasks. */
export function summariseOverlap({ items }: StudyOverlap): OverlapSummary[] {
  return summarise(evaluationOnly(items));
}

/** A row for each instruction set; conversation examples are the dialogues, so only the pre-training text is counted. */
export function summariseInstructionOverlap({
  items,
}: StudyOverlap): Omit<OverlapSummary, "anyInDialogues" | "meanInDialogues">[] {
  const examples = items.filter(({ task }) => task.startsWith(INSTRUCTIONS));
  return summarise(examples).map(({ task, items, tooShort, anyOverlap, meanOverlap }) => ({
    task: task.slice(INSTRUCTIONS.length),
    items,
    tooShort,
    anyOverlap,
    meanOverlap,
  }));
}

/**
 * Overlap with the pre-training text by task, one value per item that is long enough: what the figure shows. Tasks
 * without such an item are left out.
 */
export function overlapByTask({ items }: StudyOverlap): { task: string; overlaps: number[] }[] {
  return [...groups(items)]
    .map(([task, members]) => ({ task, overlaps: sharesOf(members, "overlap") }))
    .filter(({ overlaps }) => overlaps.length > 0);
}

/**
 * Overlap by item id for one task, as `splitByOverlap` wants it.
 *
 * @param task a name of the measured items
 * @throws RangeError when the task was not measured
 */
export function overlapsOfTask({ items }: StudyOverlap, task: string): ReadonlyMap<string, number | null> {
  const members = items.filter((item) => item.task === task);
  if (members.length === 0)
    throw new RangeError(
      `overlapsOfTask: task must be one of ${[...new Set(items.map((item) => item.task))].join(", ")}, got "${task}". ` +
        "Correct the name.",
    );
  return new Map(members.map(({ id, overlap }) => [id, overlap]));
}

const evaluationOnly = (items: readonly MeasuredItem[]): MeasuredItem[] =>
  items.filter(({ task }) => !task.startsWith(INSTRUCTIONS));

/** Items by task, (Super)GLUE by its tasks, in order of first appearance. */
function groups(items: readonly MeasuredItem[]): Map<string, MeasuredItem[]> {
  const byTask = new Map<string, MeasuredItem[]>();
  for (const item of items) {
    const name = item.task === "superglue" ? item.uid : item.task;
    const members = byTask.get(name);
    if (members) members.push(item);
    else byTask.set(name, [item]);
  }
  return byTask;
}

function sharesOf(items: readonly MeasuredItem[], field: "overlap" | "dialogueOverlap"): number[] {
  return items.flatMap((item) => item[field] ?? []);
}

function summarise(items: readonly MeasuredItem[]): OverlapSummary[] {
  const shareAboveZero = (shares: readonly number[]) =>
    shares.length === 0 ? null : shares.filter((share) => share > 0).length / shares.length;
  const average = (shares: readonly number[]) => (shares.length === 0 ? null : mean(shares));
  return [...groups(items)].map(([task, members]) => {
    const [inText, inDialogues] = [sharesOf(members, "overlap"), sharesOf(members, "dialogueOverlap")];
    return {
      task,
      items: members.length,
      tooShort: members.length - inText.length,
      anyOverlap: shareAboveZero(inText),
      meanOverlap: average(inText),
      anyInDialogues: shareAboveZero(inDialogues),
      meanInDialogues: average(inDialogues),
    };
  });
}
