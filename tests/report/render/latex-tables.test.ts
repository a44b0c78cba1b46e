import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { latexParser as latex } from "latex-utensils";
import { describe, expect, test } from "vitest";
import { findProjectRoot } from "../../../src/project-root.js";
import { tableLatex } from "../../../src/report/render/table-files.js";

const FOLDER = join(findProjectRoot(), "results", "laptop", "tables");
const COMMITTED = readdirSync(FOLDER).filter((name) => name.endsWith(".tex"));

/** What LaTeX knows with booktabs and tabularx loaded, as far as tables use it. */
const COMMANDS = new Set(
  (
    "centering footnotesize setlength tabcolsep caption label toprule midrule bottomrule shortstack par smallskip raggedright " +
    "arraybackslash linewidth textbackslash textasciitilde textasciicircum pm times cdot leq geq approx rightarrow Delta rho & % $ # _ { }"
  ).split(" "),
);
/** Letters and signs that a default font has. */
const PLAIN = /^[\n\x20-\x7e\u00a0\u00c0-\u017f‘’“”…]*$/;

/** What would keep a table from compiling, or make it wrong. */
function faults(text: string): string[] {
  const found: string[] = [];
  for (const character of text) if (!PLAIN.test(character)) found.push(`no sign for ${character}`);
  if (/(?<!\\)%/.test(text)) return [...found, "a comment swallows the rest of a line"];
  const root = latex.parse(text, { enableComment: true });
  const tables = latex.findAll(root.content, latex.isEnvironment).map(({ node }) => node);
  for (const { node } of latex.findAll(root.content, latex.isCommand))
    if (!COMMANDS.has(node.name)) found.push(`no command \\${node.name}`);
  const grid = tables.find(({ name }) => name === "tabular" || name === "tabularx");
  if (tables[0]?.name !== "table" || !grid) return [...found, "no table"];
  const spec = latex
    .stringify(grid.args)
    .replaceAll(" ", "")
    .replace(/^\{\\linewidth\}/, "");
  const columns = spec.replace(/>\{[^}]*\}/g, "").replace(/[{}]/g, "").length;
  let cells = 1;
  for (const node of grid.content) {
    if (latex.isAlignmentTab(node)) cells++;
    if (!latex.isLinebreak(node)) continue;
    if (cells !== columns) found.push(`${cells} cells in a row of ${columns}`);
    cells = 1;
  }
  return found;
}

describe("tables as LaTeX", () => {
  test.each(COMMITTED)("%s compiles", (name) => {
    expect(faults(readFileSync(join(FOLDER, name), "utf8"))).toEqual([]);
  });

  test.each(COMMITTED.filter((name) => !/published|medians/.test(name)))(
    "%s says scale and seeds",
    (name) => {
      expect(readFileSync(join(FOLDER, name), "utf8")).toMatch(/Laptop scale, real text, seeds? \d+/);
    },
  );

  test.each(["fig3-zero-shot", "fig3-reading", "verdicts-own", "verdicts-questions"])(
    "%s says whose rules",
    (name) => {
      expect(readFileSync(join(FOLDER, `${name}.tex`), "utf8")).toMatch(/rules of 2025 and (of )?2026/i);
    },
  );

  test("signs, specials and long names of every kind compile", () => {
    const rows = [
      { "a_b & c (%)": -0.5, "what {it} is": "→ 50 % of #1 ≤ 2 ≈ x^2 ~ y − z · α".replace(" · α", " · ρ") },
    ];
    expect(faults(tableLatex(rows, { caption: "50 % & more_", note: "Δ ± 1 × 2 – 3" }, "signs"))).toEqual([]);
  });

  test.each([
    ["a row that lacks a cell", (text: string) => text.replace(" & ", " "), "3 cells in a row of 4"],
    ["a sign that no font has", (text: string) => text.replace("\\toprule", "\\toprule ☃"), "no sign for ☃"],
    ["an unknown command", (text: string) => text.replace("\\toprule", "\\topline"), "no command \\topline"],
    ["a percent sign", (text: string) => text.replace("\\%", "%"), "a comment swallows the rest of a line"],
  ])("%s is found", (_, damage, fault) => {
    const rows = [{ a: 1, b: 2, c: 3, "d %": 4 }];
    const whole = tableLatex(rows, { caption: "Four" }, "four");
    expect(faults(whole)).toEqual([]);
    expect(faults(damage(whole))).toContain(fault);
  });

  test("a brace too many is found", () => {
    const whole = tableLatex([{ a: 1 }], { caption: "One" }, "one");
    expect(() => faults(whole.replace("\\bottomrule", "\\bottomrule }"))).toThrow();
  });
});
