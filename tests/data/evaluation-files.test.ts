import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { evaluationFiles, hasEvaluationFiles } from "../../src/data/evaluation-files.js";
import { openManifest } from "../../src/data/manifest.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const SET = "own_set/easy";

/** A folder of data in which the set lies. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, SET), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, SET, name), text);
  return folder;
}

test("a set that no manifest knows is read from its folder by name, with the hash found, and marked", async () => {
  const dataFolder = folderWith({ "b.jsonl": "{}\n", "a.jsonl": "é\n", "read me.txt": "?" });
  const places = { rawFolder: temporaryFolder(), dataFolder };
  const sha256 = createHash("sha256").update("é\n").digest("hex");
  expect(hasEvaluationFiles(SET, places)).toBe(true);
  const [first, second, ...others] = await evaluationFiles(SET, places);
  expect(first).toEqual({ path: `${SET}/a.jsonl`, sha256, unverified: true, text: "é\n" });
  expect([second?.path, others]).toEqual([`${SET}/b.jsonl`, []]);
});

test("what was downloaded comes before what lies in the folder of data", async () => {
  const [rawFolder, dataFolder] = [folderWith({ "a.jsonl": "raw" }), folderWith({ "a.jsonl": "data" })];
  expect((await evaluationFiles(SET, { rawFolder, dataFolder }))[0]?.text).toBe("raw");
  expect(hasEvaluationFiles(SET, { rawFolder, dataFolder: null })).toBe(true);
});

test("a set that lies nowhere has no files", async () => {
  const places = { rawFolder: temporaryFolder(), dataFolder: temporaryFolder() };
  expect(await evaluationFiles(SET, places)).toEqual([]);
  expect(await evaluationFiles(SET, { ...places, dataFolder: null })).toEqual([]);
  expect(hasEvaluationFiles(SET, places)).toBe(false);
});

test("of a set that the manifest knows, a missing file is an error, not an empty set", async () => {
  const path = [...openManifest().keys()].find((known) => known.endsWith(".jsonl")) ?? "";
  const folder = path.slice(0, path.lastIndexOf("/"));
  const places = { rawFolder: temporaryFolder(), dataFolder: null };
  expect(hasEvaluationFiles(folder, places)).toBe(true);
  await expect(evaluationFiles(folder, places)).rejects.toThrow(folder);
});
