/** @file Tables of items that are not what their task wrote: the error names file, row and column. */
import { expect, test } from "vitest";
import { readAcquisition } from "../../../src/runs/scoring/acquisition-scores.js";
import { readItemTable } from "../../../src/runs/scoring/tasks/item-table.js";

const columns = ["id", "uid", "logProb0", "logProb1", "tokens0", "tokens1", "choice", "tie"];
const right = ["a_0", "a", -5, -4, 3, 3, 1, 0];
const path = "base/blimp.items.csv.gz";

test("a table is read as items", () => {
  expect(readItemTable({ columns, rows: [right] }, path)).toEqual([
    { id: "a_0", uid: "a", scores: [-5, -4], numTokens: [3, 3], choice: 1, tie: false },
  ]);
});

test.each<[string, (string | number | null)[]]>([
  ['must have a number as logProb1 of row 2, got "many"', ["a_1", "a", -5, "many", 3, 3, 1, 0]],
  ["must have a number as choice of row 2, got null", ["a_1", "a", -5, -4, 3, 3, null, 0]],
  ["must have a text as uid of row 2, got 7", ["a_1", 7, -5, -4, 3, 3, 1, 0]],
])("a wrong cell: %s", (message, row) => {
  expect(() => readItemTable({ columns, rows: [right, row] }, path)).toThrow(
    `readItemTable: ${path} ${message}. Delete the file and score the items again.`,
  );
});

test("a column that is not there", () => {
  expect(() => readItemTable({ columns: columns.slice(1), rows: [] }, path)).toThrow(
    `${path} must have a column id, got uid, logProb0`,
  );
});

test("a table of learned words with a text for a number", () => {
  const table = {
    columns: ["wordsSeen", "id", "contexts", "surprisalNats", "lowestNats", "ceilingNats", "childMonths"],
    rows: [
      [100, "aoa0", 2, 5.5, 4, 9, null],
      [100, "aoa1", 2, "deep", 4, 9, 20],
    ],
  };
  expect(() => readAcquisition(table, "base/aoa.items.csv.gz")).toThrow(
    /base\/aoa\.items\.csv\.gz must .* a fault in row 2, column surprisalNats: .* number/,
  );
});
