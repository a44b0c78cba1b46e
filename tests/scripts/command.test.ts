import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

test.each([
  ["scripts/check.mjs --frobnicate", "check: Unknown option '--frobnicate'"],
  ["scripts/check.mjs more", "check: Unexpected argument 'more'"],
  ["scripts/reproduce.mjs --frobnicate", "reproduce: Unknown option '--frobnicate'"],
  ["scripts/notebooks.mjs --frobnicate", "notebooks.mjs: a command must be named"],
  ["scripts/set-up.mjs --frobnicate", "set-up: Unknown option '--frobnicate'"],
  ["bench/clone.mjs --frobnicate", "clone: Unknown option '--frobnicate'"],
  ["bench/opening.mjs --frobnicate", "opening: Unknown option '--frobnicate'"],
  ["bench/masked-rows.mjs --pairs=0", "masked-rows: --pairs must be a whole number from 1, got '0'"],
  ["bench/opening.mjs many", "opening: ENTRIES must be a whole number from 512, got 'many'"],
  ["bench/opening.mjs --times=0", "opening: --times must be a whole number from 1, got '0'"],
  ["robustness/planted-bugs.mjs --frobnicate", "planted-bugs: Unknown option '--frobnicate'"],
  ["robustness/node-versions.mjs --frobnicate", "node-versions: Unknown option '--frobnicate'"],
  ["robustness/fuzz.mjs --jobs=two", "fuzz: --jobs must be a whole number from 1, got 'two'"],
  ["robustness/faults.mjs nothing", "faults: an argument must be one of kills, full-disk"],
])("%s ends with one line", (command, fault) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, command.split(" "), {
    cwd: root,
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(/^[^\n]* Usage: [^\n]*\n$/);
  expect(stderr).toContain(fault);
});
