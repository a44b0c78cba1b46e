import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProjectRoot } from "../../src/project-root.js";
import { checklistRows, REFORMS, RESPONSIBLE_NLP } from "../../src/report/checklists.js";

describe.each([
  ["REFORMS", REFORMS],
  ["Responsible NLP", RESPONSIBLE_NLP],
] as const)("the %s checklist", (_, items) => {
  test("links only to files there are", () => {
    for (const file of items.flatMap(({ files }) => files)) {
      const path = join(findProjectRoot(), file);
      expect(existsSync(path) && statSync(path).isFile(), file).toBe(true);
    }
  });

  test("answers with files, and says of what is open or does not apply why", () => {
    for (const { id, status, files, note } of items) {
      if (status === "answered") expect(files.length, id).toBeGreaterThan(0);
      if (status === "does not apply") expect(files, id).toEqual([]);
      expect(note, id).not.toBe("");
    }
    expect(new Set(items.map(({ id }) => id)).size).toBe(items.length);
    expect(items.some(({ status }) => status === "open")).toBe(true);
  });

  test("is a table with a row an item and no blank", () => {
    expect(checklistRows(items)).toHaveLength(items.length);
  });
});

test("REFORMS has its 32 items in 8 modules", () => {
  const modules = REFORMS.map(({ id }) => id[0]);
  expect(REFORMS).toHaveLength(32);
  expect(
    [1, 2, 3, 4, 5, 6, 7, 8].map((module) => modules.filter((name) => name === String(module)).length),
  ).toEqual([3, 5, 7, 3, 6, 3, 3, 2]);
});
