/** @file Results of the communicative tasks as answers that can be paired, under each score. */
import { join } from "node:path";
import { creditForFirst } from "../../evaluation/choices.js";
import { scoresBy, TURN_SCORES } from "../../evaluation/turn-choice.js";
import { readTurnTable } from "../../runs/scoring/tasks/turn-table.js";
import { itemsFile, readItems, readResults } from "../../runs/study/results.js";
import { checkComparable } from "../rows/comparable.js";
import { communicativeLabel, countedGroups, isCommunicative } from "./communicative-tasks.js";
import type { PairedOutcome } from "./paired-outcomes.js";

/**
 * Every result of dialogue choice and answer choice under a folder of results. Of m candidates that tie for the best score, the true one
 * has 1/m of a credit. Items that the training text holds are left out.
 *
 * @param resultsFolder `results/<scale>`
 * @returns one outcome for each result and score
 * @throws RangeError when results of one task differ in scale, kind of text or data files; Error when a file is none of results
 */
export function readCommunicativeOutcomes(resultsFolder: string): PairedOutcome[] {
  const results = readResults(resultsFolder).filter(({ task }) => isCommunicative(task));
  checkComparable(results);
  return results.flatMap(({ model, condition, seed, task, source }): PairedOutcome[] => {
    if (!isCommunicative(task)) return [];
    const path = itemsFile(join(resultsFolder, model, condition, `seed-${seed}`), task);
    const counts = countedGroups({ task, source });
    const items = readTurnTable(readItems(path), path).filter(
      ({ uid, isInTraining }) => counts(uid) && isInTraining !== true,
    );
    return TURN_SCORES.map((score) => ({
      ...{ model, condition, seed, task: communicativeLabel(task, score), kind: "items" as const },
      ids: items.map(({ id }) => id),
      groups: items.map(({ uid }) => uid),
      credits: items.map((item) => creditForFirst(scoresBy(item, score), "halfCredit")),
    }));
  });
}
