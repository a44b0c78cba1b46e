/** @file The files of a table: CSV with every digit, Markdown and LaTeX as printed. */

import { join } from "node:path";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { toCsv } from "./csv.js";
import { checkOutputName } from "./display.js";
import type { TidyRow } from "./frame.js";
import { wrapText } from "./figure-layout.js";
import { fromProjectRoot } from "./from-project-root.js";
import { layoutTable, tableCells, tableMarkdown, type FrameLike, type TableOptions } from "./table.js";

const LATEX_CHARACTERS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "{": "\\{",
  "}": "\\}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "$<$",
  ">": "$>$",
  "−": "$-$",
  "–": "--",
  "±": "$\\pm$",
  "×": "$\\times$",
  "·": "$\\cdot$",
  "≤": "$\\leq$",
  "≥": "$\\geq$",
  "≈": "$\\approx$",
  "→": "$\\rightarrow$",
  "²": "$^2$",
  Δ: "$\\Delta$",
  ρ: "$\\rho$",
};

/** Text for LaTeX; signs that a default font lacks become mathematics. */
export function escapeLatex(text: string): string {
  return [...text].map((character) => LATEX_CHARACTERS[character] ?? character).join("");
}

/** Columns of text this long are wrapped. */
const LONG_CHARACTERS = 24;

/**
 * A table for a paper: `booktabs` rules, caption above, notes below, as wide as the text. Long columns are wrapped. Needs
 * `\usepackage{booktabs,tabularx}`.
 *
 * @param name becomes the label `tab:NAME`
 */
export function tableLatex(
  data: FrameLike | readonly TidyRow[],
  options: TableOptions,
  name: string,
): string {
  const { head, numeric, body, notes } = layoutTable(data, options);
  const cell = (text: string, at: number): string =>
    numeric[at] && /^[-−]/.test(text) ? `$-$${escapeLatex(text.slice(1))}` : escapeLatex(text);
  const isLong = head.map((_, at) => body.some((row) => (row[at] ?? "").length > LONG_CHARACTERS));
  const kinds = numeric.map((isNumber, at) => (isNumber ? "r" : isLong[at] ? WRAPPED : "l"));
  const environment = isLong.includes(true) ? "tabularx" : "tabular";
  const width = environment === "tabularx" ? "{\\linewidth}" : "";
  // A heading of words is wrapped at its spaces, so that it is no wider than its numbers need.
  const heading = (text: string, at: number): string =>
    numeric[at] && text.includes(" ")
      ? `\\shortstack[r]{${wrapText(text, HEADING_CHARACTERS).map(escapeLatex).join(" \\\\ ")}}`
      : escapeLatex(text);
  const line = (cells: readonly string[]): string => `    ${cells.join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    "  \\centering",
    "  \\footnotesize",
    "  \\setlength{\\tabcolsep}{4pt}",
    `  \\caption{${escapeLatex(options.caption)}}`,
    `  \\label{tab:${name}}`,
    `  \\begin{${environment}}${width}{${kinds.join("")}}`,
    "    \\toprule",
    line(head.map(heading)),
    "    \\midrule",
    ...body.map((row) => line(row.map(cell))),
    "    \\bottomrule",
    `  \\end{${environment}}`,
    ...notes.map((note) => `  \\par\\smallskip ${escapeLatex(note)}`),
    "\\end{table}",
    "",
  ].join("\n");
}

const WRAPPED = ">{\\raggedright\\arraybackslash}X";
const HEADING_CHARACTERS = 12;

/**
 * Write a table as NAME.csv (every digit), NAME.md and NAME.tex (as printed, all rows).
 *
 * @param options.name   file name without ending: lower-case letters, digits, hyphens
 * @param options.folder relative to the project root unless absolute
 * @throws RangeError on another kind of name, or when a value is missing without a reason
 */
export function tableFiles(
  data: FrameLike | readonly TidyRow[],
  options: TableOptions & { readonly name: string; readonly folder: string },
): void {
  const { name, folder } = options;
  checkOutputName("tableFiles", name);
  const { columns, rows } = tableCells(data);
  const whole = { ...options, maxRows: rows.length };
  const contents = {
    csv: toCsv(columns, rows),
    md: tableMarkdown(data, whole),
    tex: tableLatex(data, whole, name),
  };
  for (const [ending, text] of Object.entries(contents)) {
    writeFileAtomically(fromProjectRoot(join(folder, `${name}.${ending}`)), text);
  }
}
