/** @file A tree that was copied without its history still names its commit, and says whether it was changed since. */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeCommit } from "../../src/runs/stages/commit.js";
import { stampCommit } from "../../scripts/set-up/commit-stamp.mjs";
import { repository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** A checkout with a stamp in its dist, as set-up leaves it. */
function stamped() {
  const root = repository({ "src/a.ts": "one\n", "results/table.csv": "1\n", ".gitignore": "dist/\n" });
  mkdirSync(join(root, "src/dist"));
  stampCommit(root, join(root, "src/dist"));
  const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  return { root, commit };
}

/** The same without `.git`. */
function copyOf(root: string, target = join(temporaryFolder(), "copy")) {
  cpSync(root, target, { recursive: true });
  rmSync(join(target, ".git"), { recursive: true });
  return target;
}

describe("a checkout", () => {
  test("is clean while results alone change, and not after a source did", () => {
    const { root, commit } = stamped();
    writeFileSync(join(root, "results/table.csv"), "2\n");
    expect(describeCommit(root)).toEqual({ commit, clean: true });
    writeFileSync(join(root, "src/a.ts"), "two\n");
    expect(describeCommit(root)).toEqual({ commit, clean: false });
  });
});

describe("a copy without .git", () => {
  test("names the commit of its stamp, clean", () => {
    const { root, commit } = stamped();
    expect(describeCommit(copyOf(root))).toEqual({ commit, clean: true });
  });

  test("names it when it lies inside another project's checkout, and a set-up there leaves the stamp", () => {
    const { root, commit } = stamped();
    const other = repository({ "other.txt": "other\n" });
    const copy = copyOf(root, join(other, "copy"));
    stampCommit(copy, join(copy, "src/dist"));
    expect(describeCommit(copy)).toEqual({ commit, clean: true });
  });

  test.each([
    ["edited", (copy: string) => writeFileSync(join(copy, "src/a.ts"), "two\n")],
    ["deleted", (copy: string) => rmSync(join(copy, "src/a.ts"))],
  ])("is not clean after a file was %s", (_how, change) => {
    const { root, commit } = stamped();
    const copy = copyOf(root);
    change(copy);
    expect(describeCommit(copy)).toEqual({ commit, clean: false });
  });

  test("was stamped by the commit, not by what was edited before set-up", () => {
    const { root, commit } = stamped();
    writeFileSync(join(root, "src/a.ts"), "two\n");
    stampCommit(root, join(root, "src/dist"));
    expect(describeCommit(copyOf(root))).toEqual({ commit, clean: false });
  });

  test("names no commit without a stamp, and refuses a damaged one by its path", () => {
    const { root } = stamped();
    const copy = copyOf(root);
    writeFileSync(join(copy, "src/dist/commit.json"), "{");
    expect(() => describeCommit(copy)).toThrow(/commit\.json must be the stamp that set-up writes/);
    rmSync(join(copy, "src/dist/commit.json"));
    expect(describeCommit(copy)).toEqual({ commit: null, clean: null });
  });
});

test("without a commit nothing is stamped", () => {
  const root = temporaryFolder();
  stampCommit(root, root);
  expect(existsSync(join(root, "commit.json"))).toBe(false);
});
