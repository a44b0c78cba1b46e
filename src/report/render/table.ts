/** @file Tables as HTML, Markdown and plain text, rounded only here; the files of a table are in table-files.ts. */

import type { Cell } from "./csv.js";
import { display, escapeHtml, type MimeBundle } from "./display.js";
import type { TidyRow } from "./frame.js";
import { describeContext, type FigureContext } from "./figure-context.js";

/** What is read of a danfojs DataFrame, or of anything shaped like one. */
export interface FrameLike {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  /** One list a row, [N, columns]. */
  readonly values: unknown;
}

/** How a table is printed. */
export interface TableOptions {
  readonly caption: string;
  /** Significant digits of a column's largest value; the whole column gets the decimals this takes. */
  readonly digits?: number;
  /** Rows shown; the number of the others is said below. Files hold all of them. */
  readonly maxRows?: number;
  /** Why cells are blank. A table with a missing value must say so, here or in `note`. */
  readonly missing?: string;
  /** Whose numbers they are, as figures say it: scale, text, seeds, and what a named study changes. */
  readonly context?: FigureContext;
  /** A sentence below the table: n, what to watch for. */
  readonly note?: string;
}

/** A table as text cells, before any markup. */
export interface TableLayout {
  readonly head: readonly string[];
  /** Columns of numbers stand at the right, [columns]. */
  readonly numeric: readonly boolean[];
  readonly body: readonly (readonly string[])[];
  /** Lines below the table. */
  readonly notes: readonly string[];
}

/**
 * The columns and cells of a frame or of tidy rows; NaN, which danfojs computes from missing values, becomes null.
 * An index of names (as `describe` makes) becomes the first column, an index of numbers is left out.
 *
 * @throws TypeError on a cell that is neither text, number, boolean nor missing
 */
export function tableCells(data: FrameLike | readonly TidyRow[]): { columns: string[]; rows: Cell[][] } {
  const toCell = (value: unknown): Cell => {
    if (value === null || value === undefined || (typeof value === "number" && Number.isNaN(value)))
      return null;
    if (typeof value === "boolean") return String(value);
    if (typeof value === "string" || typeof value === "number") return value;
    throw new TypeError(`tableCells: a cell must be text, a number or missing, got ${typeof value}.`);
  };
  if (!("columns" in data)) {
    const columns = Object.keys(data[0] ?? {});
    return { columns, rows: data.map((row) => columns.map((column) => toCell(row[column]))) };
  }
  const lists: unknown[] = Array.isArray(data.values) ? data.values : [];
  const rows = lists.map((list) => (Array.isArray(list) ? list.map(toCell) : [toCell(list)]));
  if (!data.index.some((name) => typeof name === "string")) return { columns: [...data.columns], rows };
  return { columns: ["", ...data.columns], rows: rows.map((row, at) => [data.index[at] ?? null, ...row]) };
}

/** Decimals that give the largest value of a column `digits` significant digits. */
function decimalsOf(column: readonly Cell[], digits: number): number {
  const sizes = column.flatMap((cell) => (typeof cell === "number" ? [Math.abs(cell)] : []));
  if (sizes.every(Number.isInteger)) return 0;
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  return Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(largest))));
}

/** Decimals of each column. Columns of one unit, such as "(%)", share those of the finest: "60.10" beside "52.95". */
function decimalsByColumn(columns: readonly string[], rows: readonly Cell[][], digits: number): number[] {
  const own = columns.map((_, at) =>
    decimalsOf(
      rows.map((row) => row[at] ?? null),
      digits,
    ),
  );
  const unitOf = (column: string): string | undefined => /\([^()]+\)$/.exec(column)?.[0];
  return own.map((decimals, at) => {
    const unit = unitOf(columns[at] ?? "");
    if (unit === undefined) return decimals;
    return Math.max(...own.filter((_, other) => unitOf(columns[other] ?? "") === unit));
  });
}

function printed(cell: Cell, { decimals, digits, isName }: NumberFormat): string {
  if (cell === null) return "";
  if (typeof cell === "string") return cell;
  const fixed = cell.toFixed(decimals);
  // A small value next to a large one must not print as 0, and rounding noise not as less than 0.
  const isZero = Number(fixed) === 0;
  if (isZero && Math.abs(cell) > NOISE) return withMinus(String(Number(cell.toPrecision(digits))));
  return withMinus(isZero ? (0).toFixed(decimals) : isName ? fixed : inThousands(fixed));
}

interface NumberFormat {
  readonly decimals: number;
  readonly digits: number;
  /** Whether the number names something, and counts nothing. */
  readonly isName: boolean;
}

/** Years and seeds. */
const NAMES = /^(rules|year|seed)$/;

/** "13,400" for "13400". */
const inThousands = (number: string): string => number.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");

/** "held out words" for the field `heldOutWords`, which keeps its name in the CSV file. */
const inWords = (column: string): string =>
  /^[a-z]+(?:[A-Z][a-z]+)+$/.test(column)
    ? column.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    : column;

/** Sums of floating-point numbers that should be 0 are this far from it. */
const NOISE = 1e-12;

/** The minus sign of figures and prose in place of the hyphen. */
const withMinus = (number: string): string => number.replace(/^-/, "−");

/**
 * The text of every cell. A column of whole numbers has no decimals; any other has the same number throughout. Columns are words.
 *
 * @throws RangeError when a value is missing and neither `missing` nor `note` says why
 */
export function layoutTable(data: FrameLike | readonly TidyRow[], options: TableOptions): TableLayout {
  const { digits = 4, maxRows = 20, missing, context, note } = options;
  const { columns, rows } = tableCells(data);
  const numeric = columns.map((_, at) => {
    const present = rows.map((row) => row[at] ?? null).filter((cell) => cell !== null);
    return present.length > 0 && present.every((cell) => typeof cell === "number");
  });
  const decimals = decimalsByColumn(columns, rows, digits);
  const formats = columns.map((column, at) => ({
    ...{ decimals: decimals[at] ?? 0, digits },
    isName: NAMES.test(column),
  }));
  if (missing === undefined && note === undefined && rows.some((row) => row.includes(null))) {
    const blank = columns.filter((_, at) => rows.some((row) => row[at] === null));
    throw new RangeError(
      `layoutTable: a missing value must come with its reason, got none for ${blank.join(", ")} ` +
        `in "${options.caption}". Say it in the option "missing".`,
    );
  }
  const hidden = rows.length - maxRows;
  const notes = [
    ...(hidden > 0 ? [`${hidden} more rows.`] : []),
    ...(missing !== undefined && rows.some((row) => row.includes(null)) ? [`Blank: ${missing}`] : []),
    ...(context !== undefined ? [`${firstUpper(describeContext(context))}.`] : []),
    ...(note !== undefined ? [note] : []),
  ];
  const body = rows
    .slice(0, maxRows)
    .map((row) =>
      row.map((cell, at) => printed(cell, formats[at] ?? { decimals: 0, digits, isName: false })),
    );
  return { head: columns.map(inWords), numeric, body, notes };
}

const firstUpper = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function toHtml({ head, numeric, body, notes }: TableLayout, caption: string): string {
  const cells = (tag: string, row: readonly string[]): string =>
    row
      .map(
        (text, at) =>
          `<${tag} style="text-align:${numeric[at] ? "right" : "left"}">${escapeHtml(text)}</${tag}>`,
      )
      .join("");
  return (
    `<table class="dataframe"><caption>${escapeHtml(caption)}</caption>` +
    `<thead><tr>${cells("th", head)}</tr></thead>` +
    `<tbody>${body.map((row) => `<tr>${cells("td", row)}</tr>`).join("")}</tbody></table>` +
    notes.map((line) => `<p>${escapeHtml(line)}</p>`).join("")
  );
}

/** Columns padded to one width, so that the plain text lines up and is valid Markdown as well. */
function toMarkdown({ head, numeric, body, notes }: TableLayout, caption: string): string {
  const escaped = [head, ...body].map((row) =>
    row.map((text) => text.replaceAll("|", "\\|").replace(/\s+/g, " ")),
  );
  const widths = head.map((_, at) => Math.max(3, ...escaped.map((row) => [...(row[at] ?? "")].length)));
  const pad = (text: string, at: number): string => {
    const fill = " ".repeat((widths[at] ?? 0) - [...text].length);
    return numeric[at] ? fill + text : text + fill;
  };
  const [first = "", ...others] = escaped.map((row) => `| ${row.map(pad).join(" | ")} |`);
  const rule = `|${widths.map((width, at) => (numeric[at] ? `${"-".repeat(width + 1)}:` : `:${"-".repeat(width + 1)}`)).join("|")}|`;
  return [caption, "", first, rule, ...others, ...notes.flatMap((line) => ["", line])].join("\n");
}

/** A table under the MIME types `text/html`, `text/markdown` and `text/plain`. */
export function tableBundle(data: FrameLike | readonly TidyRow[], options: TableOptions): MimeBundle {
  const layout = layoutTable(data, options);
  const markdown = toMarkdown(layout, options.caption);
  return {
    "text/html": toHtml(layout, options.caption),
    "text/markdown": markdown,
    "text/plain": markdown,
  };
}

/** Show a DataFrame or tidy rows as a table; numbers are rounded here and nowhere else. */
export function showTable(data: FrameLike | readonly TidyRow[], options: TableOptions): void {
  display(tableBundle(data, options));
}

/** The Markdown of a table, for its file. */
export function tableMarkdown(data: FrameLike | readonly TidyRow[], options: TableOptions): string {
  return `${toMarkdown(layoutTable(data, options), options.caption)}\n`;
}
