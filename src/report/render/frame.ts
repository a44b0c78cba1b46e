/** @file Tidy rows as a danfojs DataFrame, so that a notebook can filter, group and sort them; printing is in table.ts. */

import { createRequire } from "node:module";
import type { DataFrame } from "danfojs-node";
import "../../engine/node-repairs.js"; // danfojs brings TensorFlow.js, which needs them first
import type { Cell } from "./csv.js";

/** One row of a tidy table: the same columns in every row. */
export type TidyRow = Readonly<Record<string, Cell>>;

/**
 * A DataFrame of the rows; columns in the order of the first row.
 *
 * Null stays null: danfojs counts it as missing and leaves it out of means. Column types come from all rows.
 *
 * @param rows at least one, all with the first row's columns
 * @throws RangeError when there is no row, TypeError when a row has other columns or a number is not finite
 *
 * Differs: danfojs alone guesses a column's type from its first 20 rows.
 */
export function frame(rows: readonly TidyRow[]): DataFrame {
  const first = rows[0];
  if (!first)
    throw new RangeError("frame: there must be at least one row, got none. Check what was selected.");
  const columns = Object.keys(first);
  const values = rows.map((row, index) => {
    const names = Object.keys(row);
    const cells = columns.map((column) => row[column]);
    if (names.length !== columns.length || cells.includes(undefined)) {
      throw new TypeError(
        `frame: every row must have the columns ${columns.join(", ")}, got ${names.join(", ")} in row ${index}. ` +
          "Fill what is missing with null.",
      );
    }
    const broken = columns.find((column) => typeof row[column] === "number" && !Number.isFinite(row[column]));
    if (broken !== undefined) {
      throw new TypeError(
        `frame: a number must be finite, got ${row[broken]} in row ${index}, column "${broken}". ` +
          "Use null for a value that does not exist.",
      );
    }
    return cells;
  });
  const dtypes = columns.map((_, at) => {
    const column = values.map((cells) => cells[at]);
    if (column.some((cell) => typeof cell === "string")) return "string";
    return column.every((cell) => Number.isInteger(cell)) ? "int32" : "float32";
  });
  // Loaded at the first use: danfojs brings TensorFlow with it, which reading a table file does not need.
  const danfojs = createRequire(import.meta.url)("danfojs-node") as typeof import("danfojs-node");
  return new danfojs.DataFrame(values, { columns, dtypes });
}
