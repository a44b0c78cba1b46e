/**
 * @file `npm run robustness -- planted-bugs`: plants faults that leave every shape alone, one at a time, in a copy of the working tree, and demands that
 * the test file which `planted-bugs-list.mjs` names goes red, and with it `npm test`. Words after `--` choose faults by their names.
 */
import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { bugs } from "./planted-bugs-list.mjs";
import { readCommand } from "../scripts/command.mjs";
import { reportFailure, root, setUp, SetUpError } from "../scripts/set-up.mjs";
import { run } from "../scripts/set-up/system-tools.mjs";

/** @typedef {import("./planted-bugs-list.mjs").PlantedBug} PlantedBug */

/** @returns {Promise<string>} folder of a copy of every file that git knows or would take, the packages linked */
async function copyTree() {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const copy = mkdtempSync(join(root, ".cache/planted-bugs-"));
  const list = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    what: "git ls-files",
  });
  for (const path of list.split("\0")) {
    if (path === "" || !existsSync(join(root, path))) continue;
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    copyFileSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir");
  // Tests run the sources; of what set-up compiles they read the code versions alone.
  mkdirSync(join(copy, "src/dist"), { recursive: true });
  copyFileSync(join(root, "src/dist/code-versions.json"), join(copy, "src/dist/code-versions.json"));
  return copy;
}

/**
 * @param {string} copy
 * @param {readonly string[]} files of tests
 * @returns {Promise<{ file: string, tests: string[] }[]>} those that failed, with the names of their failed tests
 */
async function failures(copy, files) {
  const report = join(copy, "planted-bugs.json");
  rmSync(report, { force: true });
  const vitest = spawn(
    process.execPath,
    ["node_modules/vitest/vitest.mjs", "run", "--reporter=json", `--outputFile=${report}`, ...files],
    { cwd: copy, stdio: "ignore" },
  );
  await new Promise((done) => vitest.on("close", done));
  if (!existsSync(report)) throw new Error(`planted-bugs: vitest must report on ${files.join(", ")}.`);
  /** @type {{ testResults: { name: string, status: string, assertionResults: { status: string, title: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, "utf8"));
  if (testResults.length !== files.length)
    throw new Error(`planted-bugs: ${files.join(", ")} must all be run, got ${testResults.length} files.`);
  return testResults
    .filter(({ status }) => status !== "passed")
    .map(({ name, assertionResults }) => ({
      file: relative(copy, name),
      tests: assertionResults.filter(({ status }) => status === "failed").map(({ title }) => title),
    }));
}

/**
 * @param {string} copy
 * @param {PlantedBug} bug
 * @returns {Promise<boolean>} whether the right test file went red
 */
async function plant(copy, bug) {
  const path = join(copy, bug.file);
  const source = readFileSync(path, "utf8");
  if (source.split(bug.right).length !== 2)
    throw new Error(
      `planted-bugs: ${bug.file} must hold "${bug.right}" once. Correct the fault in planted-bugs-list.mjs.`,
    );
  const begin = performance.now();
  writeFileSync(
    path,
    source.replace(bug.right, () => bug.wrong),
  );
  const [red] = await failures(copy, [bug.red]);
  writeFileSync(path, source);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  console.log(`${red ? "ok  " : "FAIL"} ${bug.name} (${bug.file}, ${seconds} s)`);
  console.log(
    red
      ? `       ${red.file} is red: "${red.tests[0] ?? "it does not load"}"${red.tests.length > 1 ? ` and ${red.tests.length - 1} more` : ""}`
      : `       ${bug.red} stays green. Write the test that is missing.`,
  );
  return red !== undefined;
}

async function main() {
  const words = readCommand("planted-bugs [WORDS OF A NAME]", { most: Infinity }).positionals.join(" ");
  await setUp();
  const chosen = bugs.filter(({ name }) => name.includes(words));
  if (chosen.length === 0)
    throw new SetUpError(`planted-bugs: a fault must be named with "${words}", none is.`);
  const begin = performance.now();
  const copy = await copyTree();
  try {
    const before = await failures(copy, [...new Set(chosen.map(({ red }) => red))]);
    if (before.length > 0)
      throw new Error(
        `planted-bugs: tests must be green without a fault, ${before.map(({ file }) => file).join(", ")} failed. Run npm test.`,
      );
    console.log("ok   nothing planted, all green");
    let caught = 0;
    for (const bug of chosen) if (await plant(copy, bug)) caught += 1;
    const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
    console.log(
      `${caught} of ${chosen.length} planted faults turn the test file named for them red, in ${minutes} minutes`,
    );
    if (caught < chosen.length) process.exitCode = 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

main().catch(reportFailure);
