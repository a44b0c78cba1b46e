/** @file Every table of the committed notebooks and results has words for heads and one format for numbers. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { joined } from "../../scripts/notebooks/notebook-format.mjs";
import { listNotebooks, NOTEBOOKS, readNotebook } from "../../scripts/notebooks/notebook-scripts.mjs";
import { findProjectRoot } from "../../src/project-root.js";

const FILES = join(findProjectRoot(), "results/laptop/tables");

/** A table by its place, in cells. */
interface PrintedTable {
  readonly place: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function tableIn(place: string, markdown: string): PrintedTable[] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("| "));
  const [head, ...rows] = lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  return head ? [{ place: `${place}: ${markdown.split("\n")[0] ?? ""}`, head, rows }] : [];
}

const textOf = (payload: unknown): string =>
  typeof payload === "string" || Array.isArray(payload) ? joined(payload) : "";

const TABLES = [
  ...listNotebooks().flatMap((name) =>
    readNotebook(join(NOTEBOOKS, `${name}.ipynb`)).cells.flatMap(({ outputs = [] }) =>
      outputs.flatMap(({ data }) => tableIn(name, textOf(data?.["text/markdown"]))),
    ),
  ),
  ...readdirSync(FILES)
    .filter((file) => file.endsWith(".md") && file !== "data-statement.md")
    .flatMap((file) => tableIn(file, readFileSync(join(FILES, file), "utf8"))),
];

/** What is wrong with a cell, or null. */
function faultOf(cell: string, head: string): string | null {
  if (/(^|[[( ])[-−]0(\.0+)?($|[\]), ])/.test(cell)) return "less than zero, and zero";
  if (/(^|[[( ])-\d+(\.\d+)?($|[\]), ])/.test(cell)) return "a hyphen for a minus sign";
  if (/^\d{4,}$/.test(cell) && !/^(rules|year|seed)s?$/.test(head)) return "no thousands";
  return null;
}

test("there are tables of every notebook", () => {
  expect(TABLES.length).toBeGreaterThan(50);
  for (const name of listNotebooks()) expect(TABLES.some(({ place }) => place.startsWith(name))).toBe(true);
});

test("heads are words", () => {
  const names = TABLES.flatMap(({ place, head }) =>
    head.filter((text) => /^[a-z]+[A-Z]|_/.test(text)).map((text) => `${place}: ${text}`),
  );
  expect(names).toEqual([]);
});

test("counts have thousands, negative numbers a minus sign, and nothing is −0.00", () => {
  const faults = TABLES.flatMap(({ place, head, rows }) =>
    rows.flatMap((row) =>
      row.flatMap((cell, at) => {
        const fault = faultOf(cell, head[at] ?? "");
        return fault === null ? [] : [`${place}, ${head[at] ?? ""}: ${cell} has ${fault}`];
      }),
    ),
  );
  expect(faults).toEqual([]);
});

test.each([
  ["-0.15 (-1.67 to 1.37)", "effect", "a hyphen for a minus sign"],
  ["−0.00", "effect", "less than zero, and zero"],
  ["13400", "n", "no thousands"],
  ["2026", "rules", null],
  ["−0.02", "effect", null],
  ["13,400", "n", null],
])("%s under %s: %s", (cell, head, fault) => expect(faultOf(cell, head)).toBe(fault));
