/** @file Tasks in which a model chooses a turn, for any Llama folder: items, and the figures of every set, context and score. */
import { createHash } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../../../disk/atomic-file.js";
import { acquireLock } from "../../../disk/lock.js";
import { scoreTurnChoices } from "../../../evaluation/turn-choice.js";
import { summariseTurns, type TurnFigures } from "../../../evaluation/turn-figures.js";
import { notify } from "../../stages/progress.js";
import { codeVersion, describeProvenance, type Provenance } from "../../stages/provenance.js";
import { modelFolder } from "../model-folder.js";
import { taskScoring } from "../score-task.js";
import { turnItemsIn, type TurnTask } from "../tasks/turn-task.js";
import type { TurnItems } from "../tasks/task-definition.js";
import type { FolderEvaluation } from "./folder-task.js";
import { openItemLines, STEP_LINES } from "./item-lines.js";

/** Contents of `OUT/<task>/summary.json`. */
export interface TurnFolderSummary {
  readonly task: TurnTask;
  /** For each set after each context, under each score; proportions. */
  readonly figures: readonly TurnFigures[];
  /** As {@link FolderEvaluation} has it, if it is not `causal`. */
  readonly backend?: FolderEvaluation["backend"];
  /** Items after all contexts. */
  readonly n: number;
  readonly model: { readonly folder: string; readonly sha256: string };
  readonly files: TurnItems["files"];
  readonly provenance: Provenance;
}

const lineSchema = z.object({
  uid: z.string(),
  id: z.string(),
  sum: z.array(z.number()),
  numTokens: z.array(z.number()),
  pmi: z.array(z.number()),
  isInTraining: z.boolean().optional(),
});

/**
 * Scores a task and writes `OUT/<task>/items.jsonl` and `summary.json`. An interrupted run resumes at the items it had not scored.
 *
 * @throws RangeError when a file of the task is not what its name says, or a score is NaN; what `signal` was aborted with
 */
export async function evaluateTurnFolder({
  task,
  modelFolder: place,
  scorer,
  backend,
  dataFolder,
  outFolder,
  signal,
  onProgress,
}: Omit<FolderEvaluation, "task" | "fast" | "tiePolicy" | "rules"> & {
  readonly task: TurnTask;
}): Promise<TurnFolderSummary> {
  const { files, choices } = turnItemsIn(dataFolder, task);
  const model = { folder: basename(resolve(place)), sha256: modelFolder(place).hash };
  const folder = join(outFolder, task);
  const items = join(folder, "items.jsonl");
  const key = createHash("sha256")
    .update(JSON.stringify([task, model.sha256, files, ...(backend === "mntp" ? [backend] : [])]))
    .update(codeVersion(taskScoring.module))
    .digest("hex");
  // Two at once would each append to what the other resumes from.
  const lock = await acquireLock(`${items}.lock`, {
    signal,
    onWait: (owner) => notify(`${owner} scores ${task} into ${folder}; waiting for it`),
  });
  try {
    const lines = openItemLines(items, { key });
    for (let from = lines.lines.length; from < choices.length; from += STEP_LINES) {
      signal?.throwIfAborted();
      const scored = await scoreTurnChoices(choices.slice(from, from + STEP_LINES), scorer.logLikelihood);
      lines.append(scored.map((item) => JSON.stringify(item)));
      onProgress?.(from + scored.length, choices.length);
    }
    const scored = lines
      .parse(lineSchema)
      .map(({ isInTraining, ...item }) => ({ ...item, ...(isInTraining !== undefined && { isInTraining }) }));
    lines.complete();
    const summary: TurnFolderSummary = {
      task,
      figures: summariseTurns(scored),
      n: scored.length,
      ...(backend === "mntp" && { backend }),
      model,
      files,
      provenance: describeProvenance(),
    };
    writeFileAtomically(join(folder, "summary.json"), JSON.stringify(summary, null, 2) + "\n");
    return summary;
  } finally {
    lock.release();
  }
}
