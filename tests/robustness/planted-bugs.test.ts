/** @file The faults that `npm run robustness -- planted-bugs` plants still have a place to be planted in, and a test to be found by. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { reachedFrom } from "../../scripts/set-up/import-graph.mjs";
import { bugs } from "../../robustness/planted-bugs-list.mjs";

const inRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

test.each(bugs)("$name: its text occurs once in $file", ({ file, right, wrong, red }) => {
  const source = readFileSync(inRoot(file), "utf8");
  expect(source.split(right)).toHaveLength(2);
  expect(wrong).not.toBe(right);
  expect(existsSync(inRoot(red))).toBe(true);
});

test("a module reaches itself and what its imports import, in circles too", () => {
  const imports = new Map([
    ["a", ["b"]],
    ["b", ["c", "a"]],
    ["d", ["a"]],
  ]);
  expect(reachedFrom(imports, "a").sort()).toEqual(["a", "b", "c"]);
  expect(reachedFrom(imports, "c")).toEqual(["c"]);
});
