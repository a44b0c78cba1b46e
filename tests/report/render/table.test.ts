import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decimal } from "../../../src/report/render/decimal.js";
import { escapeLatex, tableFiles, tableLatex } from "../../../src/report/render/table-files.js";
import { tableBundle } from "../../../src/report/render/table.js";

const ROWS = [
  { task: "WSC", n: 52, percent: 61.538, paper: 61.54, difference: -0.002 },
  { task: "a|b", n: 4908, percent: 33.9, paper: null, difference: null },
];
const OPTIONS = { caption: "Ours & the paper's", missing: "the paper has no such model." };

test("the plain text is a Markdown table with numbers at the right and one number of decimals a column", () => {
  expect(tableBundle(ROWS, { ...OPTIONS, note: "Smoke scale." })["text/plain"]).toBe(
    [
      "Ours & the paper's",
      "",
      "| task |     n | percent | paper | difference |",
      "|:-----|------:|--------:|------:|-----------:|",
      "| WSC  |    52 |   61.54 | 61.54 |  −0.002000 |",
      "| a\\|b | 4,908 |   33.90 |       |            |",
      "",
      "Blank: the paper has no such model.",
      "",
      "Smoke scale.",
    ].join("\n"),
  );
});

test("the HTML has caption, class and alignment, and escapes its text", () => {
  const html = String(tableBundle([{ name: "<b>", value: 0.5 }], { caption: "a < b" })["text/html"]);
  expect(html).toBe(
    '<table class="dataframe"><caption>a &#60; b</caption>' +
      '<thead><tr><th style="text-align:left">name</th><th style="text-align:right">value</th></tr></thead>' +
      '<tbody><tr><td style="text-align:left">&#60;b&#62;</td><td style="text-align:right">0.5000</td></tr></tbody>' +
      "</table>",
  );
});

test("a missing value without a reason is refused by column", () => {
  expect(() => tableBundle(ROWS, { caption: "t" })).toThrow(
    'a missing value must come with its reason, got none for paper, difference in "t"',
  );
});

test("a small value beside a large one never prints as zero, and zero does", () => {
  const text = tableBundle([{ x: 12.5 }, { x: 0.00012345 }, { x: 0 }], { caption: "t" })["text/plain"];
  expect(String(text).split("\n").slice(4)).toEqual(["|     12.50 |", "| 0.0001234 |", "|      0.00 |"]);
});

test("heads are words, counts have thousands, years and seeds have none, and columns of a unit share their decimals", () => {
  const row = {
    heldOutWords: 1_234_567.5,
    n: 13_400,
    rules: 2026,
    seed: 1234,
    "from (%)": 52.951,
    "to (%)": 100,
  };
  const [head, , cells] = String(tableBundle([row], { caption: "t", digits: 4 })["text/plain"])
    .split("\n")
    .slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(head?.slice(1, 3)).toEqual(["held out words", "n"]);
  expect(cells?.slice(1, -1)).toEqual(["1,234,568", "13,400", "2026", "1234", "52.95", "100.00"]);
});

test("a number in text has a minus sign, and none when it rounds to zero", () => {
  expect([-0.15, -0.001, 0.001, 12.345].map((value) => decimal(value, 2))).toEqual([
    ...["−0.15", "0.00", "0.00", "12.35"],
  ]);
});

test("rows beyond the limit are counted, not dropped silently", () => {
  const rows = Array.from({ length: 25 }, (_, step) => ({ step }));
  expect(tableBundle(rows, { caption: "t" })["text/plain"]).toMatch(/\| +19 \|\n\n5 more rows\.$/);
});

test("a frame's index of names is the first column, an index of numbers is left out", () => {
  const named = { columns: ["loss"], index: ["mean", "max"], values: [[1.5], [Number.NaN]] };
  const text = tableBundle(named, { caption: "t", missing: "no value." })["text/plain"];
  expect(text).toContain("| mean | 1.500 |\n| max  |       |");
  expect(tableBundle({ ...named, index: [0, 1] }, { caption: "t", note: "n" })["text/plain"]).toContain(
    "\n| 1.500 |",
  );
});

test("the LaTeX has booktabs rules, minus signs and escaped text", () => {
  expect(tableLatex([{ "Δ R²": -1.32, model_name: "50 % & more" }], { caption: "z → t" }, "z-scores")).toBe(
    [
      "\\begin{table}",
      "  \\centering",
      "  \\footnotesize",
      "  \\setlength{\\tabcolsep}{4pt}",
      "  \\caption{z $\\rightarrow$ t}",
      "  \\label{tab:z-scores}",
      "  \\begin{tabular}{rl}",
      "    \\toprule",
      "    \\shortstack[r]{$\\Delta$ R$^2$} & model\\_name \\\\",
      "    \\midrule",
      "    $-$1.320 & 50 \\% \\& more \\\\",
      "    \\bottomrule",
      "  \\end{tabular}",
      "\\end{table}",
      "",
    ].join("\n"),
  );
  expect(escapeLatex("\\{~^#$}<>")).toBe(
    "\\textbackslash{}\\{\\textasciitilde{}\\textasciicircum{}\\#\\$\\}$<$$>$",
  );
});

test("the files hold all rows, the CSV with every digit", () => {
  const folder = mkdtempSync(join(tmpdir(), "tables-"));
  try {
    const rows = Array.from({ length: 30 }, (_, step) => ({ step, lossNats: 1 / (step + 3) }));
    tableFiles(rows, { caption: "t", name: "loss", folder });
    const paths = ["csv", "md", "tex"].map((ending) => join(folder, `loss.${ending}`));
    expect(readdirSync(folder)).toHaveLength(3);
    const [csv = "", md = "", tex = ""] = paths.map((path) => readFileSync(path, "utf8").trim().split("\n"));
    expect(csv.slice(0, 2)).toEqual(["step,lossNats", "0,0.3333333333333333"]);
    expect([csv.length, md.length, tex.length]).toEqual([31, 34, 43]);
    expect(() => tableFiles(rows, { caption: "t", name: "../loss", folder })).toThrow(/a name must be/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("rounding noise prints as zero without a sign, and LaTeX wraps long columns to the width of the text", () => {
  const text = tableBundle([{ x: -1e-17 }, { x: 2.5 }], { caption: "t" })["text/plain"];
  expect(String(text).split("\n").slice(4)).toEqual(["| 0.000 |", "| 2.500 |"]);
  const long = {
    claim: "instruction tuning helps in fine-tuning and elsewhere",
    "held-out loss (nats/token)": 1.5,
  };
  const latex = tableLatex([long], { caption: "t" }, "t");
  expect(latex).toContain("\\begin{tabularx}{\\linewidth}{>{\\raggedright\\arraybackslash}Xr}");
  expect(latex).toContain("\\shortstack[r]{held-out \\\\ loss \\\\ (nats/token)}");
});
