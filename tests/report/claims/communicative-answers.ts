/** @file Answer sheets of the communicative tasks made by hand, as results on disk. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { csvFormatRows } from "d3-dsv";
import type { ScoredTurnChoice } from "../../../src/evaluation/turn-choice.js";
import { turnMetrics, turnTable } from "../../../src/runs/scoring/tasks/turn-table.js";
import { itemsFile, type Result } from "../../../src/runs/study/results.js";
import { resultWith } from "../../support/hand-made-result.js";

const RIGHT = [-1, -2];
const WRONG = [-2, -1];

/** Items of two candidates in one group; right by PMI in the places given, wrong by sum and per token everywhere. */
export const sheet = (
  uid: string,
  places: { readonly of: number; readonly right: (place: number) => boolean },
): ScoredTurnChoice[] =>
  Array.from({ length: places.of }, (_, place) => ({
    uid,
    id: `${uid}_${place}`,
    sum: WRONG,
    numTokens: [2, 2],
    pmi: places.right(place) ? RIGHT : WRONG,
  }));

/** Writes a result and its items as a run does. */
export function writeSheet(
  folder: string,
  scored: readonly ScoredTurnChoice[],
  of: Pick<Result, "task" | "condition"> & Partial<Pick<Result, "source" | "seed">>,
): Result {
  const table = turnTable(scored);
  const result = resultWith(turnMetrics(table, "by hand"), of);
  const place = join(folder, result.model, result.condition, `seed-${result.seed}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, `${result.task}.json`), JSON.stringify(result));
  const cells = table.rows.map((row) => row.map((cell) => (cell === null ? "" : String(cell))));
  writeFileSync(
    itemsFile(place, result.task),
    gzipSync(csvFormatRows([[...table.columns], ...cells]) + "\n"),
  );
  return result;
}
