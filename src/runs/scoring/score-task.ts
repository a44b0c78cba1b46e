/** @file The computation of the stage `evaluation`: the items of a task as one model scores them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { computation, type StagePlaces } from "../stages/computation.js";
import { requireSameFiles, type ReadFile } from "../study/same-files.js";
import { openScorer } from "./open-scorer.js";
import { itemsToScore } from "./tasks.js";
import type { TaskChoice } from "./tasks/task-definition.js";

/** What decides the scores. */
export interface ScoringInputs {
  /** Hash of the stage of the model. */
  readonly model: string;
  /** Weights kept on the way, such as `chck_10M`; null for the stage's last ones. */
  readonly weights: string | null;
  /** Absent where the model is scored forwards. */
  readonly backend?: "mntp";
  readonly items: TaskChoice;
  readonly files: readonly ReadFile[];
}

/** File of the stage. */
export const ITEMS = "items.json";

/** Told of requests as they are answered. */
interface Watched {
  readonly onProgress: (done: number, total: number) => void | Promise<void>;
}

/** Writes the items with their scores. */
export const taskScoring = computation(
  import.meta.url,
  async (
    { model, weights, backend, items, files }: ScoringInputs,
    { folder, folderOf, onProgress }: StagePlaces & Watched,
  ): Promise<void> => {
    const task = await itemsToScore(items);
    requireSameFiles(task.files, files);
    const scorer = await openScorer(
      { folder: folderOf(model) },
      { onProgress, ...(backend && { backend }), ...(weights !== null && { weights }) },
    );
    try {
      writeFileSync(join(folder, ITEMS), JSON.stringify(await task.score(scorer)) + "\n");
    } finally {
      scorer.dispose();
    }
  },
);
