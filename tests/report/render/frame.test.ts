import { expect, test } from "vitest";
import { frame } from "../../../src/report/render/frame.js";
import { tableBundle } from "../../../src/report/render/table.js";

const ROWS = [
  { task: "a", n: 2, paper: null },
  { task: null, n: 3, paper: 0.5 },
  { task: "a", n: 4, paper: 1 },
];

test("columns keep the order of the first row and their type comes from all rows", () => {
  const df = frame(ROWS);
  expect(df.columns).toEqual(["task", "n", "paper"]);
  expect(df.dtypes).toEqual(["string", "int32", "float32"]);
  expect(df.values).toEqual([
    ["a", 2, null],
    [null, 3, 0.5],
    ["a", 4, 1],
  ]);
});

test("a missing value stays missing: it is left out of a mean and blank in a table", () => {
  const df = frame(ROWS);
  expect(df.column("paper").mean()).toBe(0.75);
  const text = tableBundle(df, { caption: "t", missing: "not published." })["text/plain"];
  expect(text).toContain(
    "| a    |   2 |       |\n|      |   3 | 0.500 |\n| a    |   4 | 1.000 |\n\nBlank: not published.",
  );
});

test("frames go on to danfojs operations", () => {
  const sums = frame(ROWS.filter((row) => row.task === "a"))
    .groupby(["task"])
    .col(["n"])
    .sum();
  expect(sums.values).toEqual([["a", 6]]);
});

test("rows that are no table are refused", () => {
  expect(() => frame([])).toThrow("at least one row, got none");
  expect(() => frame([{ a: 1 }, { b: 1 }])).toThrow("must have the columns a, got b in row 1");
  expect(() => frame([{ a: 1 }, { a: 1, b: 1 }])).toThrow("must have the columns a, got a, b in row 1");
  expect(() => frame([{ a: Number.NaN }])).toThrow('got NaN in row 0, column "a"');
});
