/**
 * @file Results as answers that can be paired: who answered which items with what credit. The one place that knows the item
 * files; verdicts see outcomes only.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Condition, ModelName } from "../../config/config.js";
import { isBenchmark } from "../../evaluation/benchmarks.js";
import { asksOtherItems } from "../../evaluation/items-under-rules.js";
import type { Rules } from "../../evaluation/rules.js";
import { isScoredUnder, itemCreditsUnder } from "../../runs/scoring/results-under-rules.js";
import { itemsFile, readItemsText, readResults, type Result } from "../../runs/study/results.js";
import type { ClaimTask } from "./claim.js";
import { checkComparable } from "../rows/comparable.js";
import { parseCsv } from "../render/csv.js";

/** Which model answered which task. */
export interface Answered {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly seed: number;
  readonly task: ClaimTask;
}

/** One model's answers to the items of a task; where no items can be kept, its score and how many items that is over. */
export type PairedOutcome = Answered &
  (
    | {
        readonly kind: "items";
        readonly ids: readonly string[];
        /** The score is the mean over groups of the mean of each, such as BLiMP's paradigms, [N] */
        readonly groups: readonly string[];
        /** Items of one name share a text and err together, such as MultiRC's answers, [N]; absent where items are alone. */
        readonly clusters?: readonly string[];
        /** 0 to 1; half for a tie of two candidates, [N] */
        readonly credits: readonly number[];
      }
    | { readonly kind: "rSquared"; readonly score: number; readonly n: number }
  );

/** Our name of a task with items → the paper's. The score must be a mean of credits. */
const ITEM_TASKS: ReadonlyMap<string, ClaimTask> = new Map([
  ["blimp", "BLiMP"],
  ["blimp_supplement", "BLiMP supplement"],
  ["ewok", "EWoK"],
  ["entity_tracking", "Entity tracking"],
  ["wug_adj", "WUG adjective nominalization"],
  ["superglue-boolq", "BoolQ"],
  ["superglue-multirc", "MultiRC"],
  ["superglue-rte", "RTE"],
  ["superglue-wsc", "WSC"],
  ["superglue-mrpc", "MRPC"],
  ["superglue-qqp", "QQP"],
  ["superglue-mnli", "MNLI"],
]);

/** Parts of our task `reading` → the paper's tasks. */
const READING_PARTS: ReadonlyMap<string, ClaimTask> = new Map([
  ["eyeTracking", "Eye tracking"],
  ["selfPaced", "Self-paced reading"],
]);

/**
 * Every result under a folder of results that a claim can be decided on, under the corrected scoring rule (half credit for ties, word
 * boundaries done right for surprisal, the share of seeds that are right after fine-tuning).
 *
 * @param resultsFolder `results/<scale>`
 * @param rules the year that says which items and which of their candidates count; tasks that it does not have are left out
 * @throws RangeError when results of one task differ in scale, kind of text or data files; Error when a file is none of results
 *
 * Differs: MRPC and QQP count as accuracy, the poster has F1, which is no mean over items.
 */
export function readPairedOutcomes(resultsFolder: string, rules: Rules = 2025): PairedOutcome[] {
  // Training runs read other files by condition, and rightly so.
  const results = readResults(resultsFolder)
    .filter(({ task }) => ITEM_TASKS.has(task) || task === "reading")
    .filter(({ task }) => isScoredUnder(task, rules))
    // Trained on a substitute or generated items, a task is not the paper's.
    .filter(({ metrics }) => !metrics.some(({ metric }) => metric === "trainedOn"));
  checkComparable(results);
  return results.flatMap((result): PairedOutcome[] => {
    const { model, condition, seed } = result;
    if (result.task === "reading") return readingOutcomes(result);
    const task = ITEM_TASKS.get(result.task);
    if (task === undefined) return [];
    // Elsewhere the corrected scoring rule asks the same of every year, and the kept credits hold.
    if (isBenchmark(result.task) && asksOtherItems(result.task) && rules !== 2025)
      return [
        {
          ...{ model, condition, seed, task, kind: "items" as const },
          ...itemCreditsUnder(resultsFolder, result, { task: result.task, rules }),
        },
      ];
    const file = itemsFile(join(resultsFolder, model, condition, `seed-${seed}`), result.task);
    if (!existsSync(file))
      throw new Error(
        `readPairedOutcomes: ${file} must be next to its result, got no such file. Run its notebook again.`,
      );
    return [{ model, condition, seed, task, kind: "items", ...itemCredits(file) }];
  });
}

/** Whether a year's rules lack a task altogether, as those of 2026 lack WUGs, so that no result can be expected. */
export const isOutsideRules = (task: ClaimTask, rules: Rules): boolean =>
  [...ITEM_TASKS].some(([name, paperTask]) => paperTask === task && !isScoredUnder(name, rules));

function readingOutcomes({ model, condition, seed, metrics }: Result): PairedOutcome[] {
  return [...READING_PARTS].flatMap(([part, task]): PairedOutcome[] => {
    const found = metrics.find(
      ({ metric, ...of }) =>
        metric === "partialRSquared" && of.part === part && of.scoringRule === "corrected",
    );
    if (!found) return [];
    return [{ model, condition, seed, task, kind: "rSquared", score: found.value, n: found.n }];
  });
}

/** Numbers are text in CSV; `uid` is absent where a task has no parts. */
const itemRow = z.object({
  id: z.string().min(1),
  uid: z.string().default(""),
  cluster: z.string().min(1).optional(),
});
const digits = z.string().regex(/^[\d.]+$/);
const credited = z.object({ credit: digits.transform(Number).pipe(z.number().min(0).max(1)) });
const chosen = z.object({ choice: digits.transform(Number).pipe(z.number().int()), tie: z.enum(["0", "1"]) });

/** Reads `cluster` where there is one, and `credit`, or where a task has two candidates `choice` (0 is right) and `tie`. */
function itemCredits(file: string): {
  readonly ids: string[];
  readonly groups: string[];
  readonly clusters?: string[];
  readonly credits: number[];
} {
  const rows = parseCsv(readItemsText(file));
  const parsed = rows.map((row, index) => {
    const item = itemRow.safeParse(row);
    const credit = "credit" in row ? credited.safeParse(row) : chosen.safeParse(row);
    if (!item.success || !credit.success)
      throw new TypeError(
        `readPairedOutcomes: ${file} must have id and credit, or choice and tie, in every row, got ${JSON.stringify(row)} ` +
          `in row ${index + 1}. Run its notebook again.`,
      );
    const { data } = credit;
    return { ...item.data, credit: "credit" in data ? data.credit : creditOf(data) };
  });
  return {
    ids: parsed.map(({ id }) => id),
    groups: parsed.map(({ uid }) => uid),
    ...(rows[0] && "cluster" in rows[0] && { clusters: parsed.map(({ cluster }) => cluster ?? "") }),
    credits: parsed.map(({ credit }) => credit),
  };
}

const creditOf = ({ choice, tie }: z.infer<typeof chosen>): number =>
  tie === "1" ? 0.5 : choice === 0 ? 1 : 0;
