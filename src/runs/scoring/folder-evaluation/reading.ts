/** @file The task `reading` of a model folder: surprisal of every word, written as it comes, and the regressions on all of them. */
import { z } from "zod";
import {
  isPreviousMissingOfficially,
  isWordMissingOfficially,
  officialContext,
  readReadingTable,
  type ReadingWord,
} from "../../../evaluation/reading-table.js";
import { scoreReadingTimes } from "../../../evaluation/reading-times.js";
import { measureSurprisal, type WordSurprisal } from "../../../evaluation/word-surprisal.js";
import type { FolderEvaluation, TaskFigures } from "./folder-task.js";
import { STEP_LINES, type ItemLines } from "./item-lines.js";
import { writeReadingPredictions, type OfficialPlace } from "./official-predictions.js";
import type { TaskFile } from "./task-files.js";

const lineSchema = z.object({
  id: z.number(),
  surprisal: z.number(),
  prev_surprisal: z.number().nullable(),
  surprisal_corrected: z.number(),
  prev_surprisal_corrected: z.number().nullable(),
});

/** @throws RangeError naming row and column when the table is not the one of reading times */
export async function scoreReading(
  { scorer, signal, onProgress }: FolderEvaluation,
  files: readonly TaskFile[],
  lines: ItemLines,
  place: OfficialPlace,
): Promise<TaskFigures> {
  const words = readReadingTable(files[0]?.text ?? "", files[0]?.path);
  // What the regressions would refuse is refused before hours of scoring. The official rows are some of all rows: if they fit, all do.
  const rehearsed = words.map(({ id }, row) => ({
    ...{ id, surprisalNats: 1 + Math.sin(row), previousSurprisalNats: 1 + Math.cos(row * row) },
  }));
  scoreReadingTimes(words, rehearsed, { missing: "official" });
  for (let from = lines.lines.length; from < words.length; from += STEP_LINES) {
    signal?.throwIfAborted();
    lines.append(await scoreWords(words.slice(from, from + STEP_LINES), scorer));
    onProgress?.(Math.min(from + STEP_LINES, words.length), words.length);
  }
  const rows = lines.parse(lineSchema);
  const official = rows.map(({ id, surprisal, prev_surprisal }): WordSurprisal => ({
    id,
    surprisalNats: surprisal,
    previousSurprisalNats: prev_surprisal,
  }));
  const corrected = rows.map(({ id, surprisal_corrected, prev_surprisal_corrected }): WordSurprisal => ({
    id,
    surprisalNats: surprisal_corrected,
    previousSurprisalNats: prev_surprisal_corrected,
  }));
  const scores = {
    official: scoreReadingTimes(words, official, { missing: "official" }),
    corrected: scoreReadingTimes(words, corrected, { missing: "kept" }),
  };
  const written = official.map((word, index) => ({
    ...word,
    surprisalNats: isMissing(words[index]) ? Number.NaN : word.surprisalNats,
  }));
  writeReadingPredictions(place, written, {
    eyeTracking: scores.official.eyeTracking.score,
    selfPaced: scores.official.selfPaced.score,
  });
  return {
    unit: "percent",
    official: describeScores(scores.official),
    corrected: describeScores(scores.corrected),
    n: words.length,
    ties: null,
    quirks: {
      readAsMissing: words.filter(
        (word) =>
          isMissing(word) ||
          officialContext(word.item) !== word.item ||
          (word.prevItem !== null && isPreviousMissingOfficially(word)),
      ).length,
    },
  };
}

const isMissing = (word: ReadingWord | undefined): boolean =>
  word !== undefined && isWordMissingOfficially(word);

async function scoreWords(
  words: readonly ReadingWord[],
  scorer: FolderEvaluation["scorer"],
): Promise<string[]> {
  const official = await measureSurprisal(words, { ...scorer, scoringRule: "official" });
  const corrected = await measureSurprisal(words, { ...scorer, scoringRule: "spaceCorrected" });
  return official.map(({ id, surprisalNats, previousSurprisalNats }, index) => {
    const word = words[index];
    return JSON.stringify({
      id,
      surprisal: surprisalNats,
      prev_surprisal: word && isPreviousMissingOfficially(word) ? null : previousSurprisalNats,
      surprisal_corrected: corrected[index]?.surprisalNats,
      prev_surprisal_corrected: corrected[index]?.previousSurprisalNats,
    });
  });
}

/** Both scores and the regressions behind them, percent of the variance the baseline leaves. */
function describeScores({
  eyeTracking,
  selfPaced,
}: ReturnType<typeof scoreReadingTimes>): Record<string, unknown> {
  return {
    eye_tracking_score: 100 * eyeTracking.score,
    self_paced_score: 100 * selfPaced.score,
    measures: Object.fromEntries(
      [...eyeTracking.measures, ...selfPaced.measures].map(({ measure, score, ...fit }) => [
        measure,
        { ...fit, score: 100 * score },
      ]),
    ),
  };
}
