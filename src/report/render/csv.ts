/** @file CSV as RFC 4180 has it, because danfojs writes cells without quoting them; frames are next door. */

import { csvParseRows } from "d3-dsv";

/** A cell of a table; null is a missing value. */
export type Cell = string | number | null;

function quoted(cell: Cell): string {
  if (typeof cell === "number" && !Number.isFinite(cell)) {
    throw new RangeError(
      `toCsv: a number must be finite, got ${cell}. Use null for a value that does not exist.`,
    );
  }
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * A table as CSV. Numbers keep every digit; null becomes an empty cell.
 *
 * @param columns header, in order
 * @param rows    one cell per column, [N, columns]
 * @throws RangeError when a row has more or fewer cells than there are columns, or a number is not finite
 *
 * Source: RFC 4180.
 * Differs: lines end in LF, so that version control shows one line per row.
 */
export function toCsv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  rows.forEach((row, index) => {
    if (row.length !== columns.length) {
      throw new RangeError(
        `toCsv: every row must have ${columns.length} cells, got ${row.length} in row ${index}. Fill it with null.`,
      );
    }
  });
  const lines = [columns, ...rows].map((row) => {
    const line = row.map(quoted).join(",");
    return line === "" ? '""' : line; // A single empty cell would otherwise be a blank line.
  });
  return `${lines.join("\n")}\n`;
}

/**
 * The rows of a CSV file by column name; every cell stays text, an empty one is "".
 *
 * @param text with a header line; a byte-order mark is skipped
 * @throws RangeError on a missing header, a column named twice, or a row of another length
 */
export function parseCsv(text: string): Record<string, string>[] {
  const [columns, ...rows] = csvParseRows(text.startsWith("\uFEFF") ? text.slice(1) : text);
  if (!columns) throw new RangeError("parseCsv: the text must have a header line, got an empty text.");
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) {
    throw new RangeError(`parseCsv: column names must differ, got "${twice}" twice. Rename one.`);
  }
  return rows.map((row, index) => {
    if (row.length !== columns.length) {
      throw new RangeError(
        `parseCsv: every row must have ${columns.length} cells, got ${row.length} in row ${index + 1}. ` +
          "Quote cells that hold a comma.",
      );
    }
    return Object.fromEntries(columns.map((column, at) => [column, row[at] ?? ""]));
  });
}
