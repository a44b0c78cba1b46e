import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeFileAtomically } from "../../src/disk/atomic-file.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atomic-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the second writing replaces the first and leaves nothing beside it", () => {
  const path = join(folder, "deep", "er", "file.txt");
  writeFileAtomically(path, "a longer first text");
  writeFileAtomically(path, "zwei, ✓");
  expect(readFileSync(path, "utf8")).toBe("zwei, ✓");
  expect(readdirSync(join(folder, "deep", "er"))).toEqual(["file.txt"]);
});

test("bytes are written as they are", () => {
  const path = join(folder, "bytes");
  writeFileAtomically(path, Uint8Array.from([0, 255, 13, 10]));
  expect([...readFileSync(path)]).toEqual([0, 255, 13, 10]);
});

test("a failed writing leaves the target as it was and nothing beside it", () => {
  const path = join(folder, "taken");
  mkdirSync(join(path, "not-empty"), { recursive: true }); // a file cannot be renamed over a folder
  expect(() => writeFileAtomically(path, "text")).toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
  expect(readdirSync(folder)).toEqual(["taken"]);
  expect(readdirSync(path)).toEqual(["not-empty"]);
});

test("what a killed process left beside is removed at the next writing; what another one writes stays", () => {
  const path = join(folder, "file.txt");
  const gone = spawnSync(process.execPath, ["-e", ""]).pid;
  const uuid = "6f1b6a0e-0000-4000-8000-000000000000";
  const left = `file.txt.${gone}-17@${hostname()}.${uuid}.part`;
  const others = [
    `file.txt.${gone}-17@elsewhere.${uuid}.part`,
    `other.txt.${gone}-17@${hostname()}.${uuid}.part`,
  ];
  for (const name of [left, ...others]) writeFileSync(join(folder, name), "half");
  writeFileAtomically(path, "whole");
  expect(readdirSync(folder)).toEqual(["file.txt", ...others].sort());
});
