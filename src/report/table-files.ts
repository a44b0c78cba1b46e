/** @file The files of a table: CSV with every digit, Markdown and LaTeX as printed. */

import { join } from "node:path";
import { writeFileAtomically } from "../disk/atomic-file.js";
import { toCsv } from "./csv.js";
import { checkOutputName } from "./display.js";
import type { TidyRow } from "./frame.js";
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

/**
 * A table for a paper: `booktabs` rules, caption above, notes below. Needs `\usepackage{booktabs}`.
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
    numeric[at] && text.startsWith("-") ? `$-$${escapeLatex(text.slice(1))}` : escapeLatex(text);
  const line = (row: readonly string[]): string => `    ${row.map(cell).join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${escapeLatex(options.caption)}}`,
    `  \\label{tab:${name}}`,
    `  \\begin{tabular}{${numeric.map((isNumber) => (isNumber ? "r" : "l")).join("")}}`,
    "    \\toprule",
    line(head),
    "    \\midrule",
    ...body.map(line),
    "    \\bottomrule",
    "  \\end{tabular}",
    ...notes.map((note) => `  \\par\\smallskip\\footnotesize ${escapeLatex(note)}`),
    "\\end{table}",
    "",
  ].join("\n");
}

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
