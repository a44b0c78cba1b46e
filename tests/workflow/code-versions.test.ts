import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { stampCodeVersions } from "../../workflow/code-versions.mjs";
import { temporaryFolder } from "../support/temporary-folder.js";

const CODE = {
  "random.js": "export const two = 1 + 1;\n",
  "model/layers.js": "export function half(x) {\n  return x / 2;\n}\n",
  "model/loss.js": "export const loss = (x) => -x;\n",
  "runs/training/phases.js": "export const phases = [1, 2];\n",
  "runs/stages/stage.js": "export const stage = 0;\n",
};

/** Versions of a compiled library with these files in place of or beside the ones above. */
async function versionsOf(changes: Record<string, string> = {}): Promise<Record<string, string>> {
  const dist = temporaryFolder();
  for (const [name, code] of Object.entries({ ...CODE, ...changes })) {
    const path = join(dist, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
  await stampCodeVersions(dist);
  return JSON.parse(readFileSync(join(dist, "code-versions.json"), "utf8"));
}

/** Names whose version is another one after the change. */
async function changedBy(changes: Record<string, string>): Promise<string[]> {
  const [before, after] = [await versionsOf(), await versionsOf(changes)];
  return Object.keys({ ...before, ...after })
    .filter((name) => before[name] !== after[name])
    .sort();
}

test("every folder, top-level module and file of runs has a version of its own", async () => {
  const versions = await versionsOf();
  expect(Object.keys(versions).sort()).toEqual([
    "model",
    "random",
    "runs/stages/stage",
    "runs/training/phases",
  ]);
  expect(new Set(Object.values(versions)).size).toBe(4);
  for (const version of Object.values(versions)) expect(version).toMatch(/^[0-9a-f]{64}$/);
});

describe("a version stays", () => {
  test.each([
    [
      "a comment",
      "// Half, as the paper has it.\nexport function half(x) {\n  return x / 2; // not a third\n}\n",
    ],
    ["a docstring", "/**\n * Half of it.\n */\nexport function half(x) {\n  return x / 2;\n}\n"],
    ["indentation and blank lines", "export function half(x) {\n\n        return x / 2;\n\n}\n\n"],
    ["spaces", "export function half( x )  {\n  return x/2;\n}\n"],
    ["a source map", "export function half(x) {\n  return x / 2;\n}\n//# sourceMappingURL=layers.js.map\n"],
  ])("when only %s is added", async (_what, code) => {
    expect(await changedBy({ "model/layers.js": code })).toEqual([]);
  });

  test("when a declaration or a map is added", async () => {
    expect(await changedBy({ "model/layers.d.ts": "export {};", "model/layers.js.map": "{}" })).toEqual([]);
  });
});

describe("a version changes, and no other does,", () => {
  test.each([
    ["a number", { "model/layers.js": "export function half(x) {\n  return x / 3;\n}\n" }, ["model"]],
    ["a text that looks like a comment", { "random.js": 'export const two = "// 2";\n' }, ["random"]],
    ["a file more", { "model/norm.js": "" }, ["model"]],
    ["a folder more", { "data/words.js": "export {};\n" }, ["data"]],
    [
      "a file in a folder of a room of runs",
      { "runs/stages/stage/records.js": "export {};\n" },
      ["runs/stages/stage"],
    ],
    ["one file of runs", { "runs/stages/stage.js": "export const stage = 1;\n" }, ["runs/stages/stage"]],
  ])("with %s", async (_what, changes, names) => {
    expect(await changedBy(changes)).toEqual(names);
  });

  test("when code moves from one file to another", async () => {
    const moved = { "model/layers.js": CODE["model/loss.js"], "model/loss.js": CODE["model/layers.js"] };
    expect(await changedBy(moved)).toEqual(["model"]);
  });
});
