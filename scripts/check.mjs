/**
 * @file `npm run check`: what a look at the code can tell (types, lint, format, import law, dead code, documented exports, notebook
 * pairs, no secrets, licences), each as one line. `npm test` and `npm run reproduce` run the code itself.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { readCommand } from "./command.mjs";
import { reportFailure, root, setUp } from "./set-up.mjs";

const tool = (/** @type {string} */ path) => join(root, "node_modules", path);

/** Each takes up to a gigabyte. */
const MOST_AT_ONCE = 4;

/** The longest first. @type {[name: string, script: string, ...args: string[]][]} */
const checks = [
  ["lint", tool("eslint/bin/eslint.js"), "."],
  ["types of src", tool("typescript/bin/tsc"), "-p", "src", "--noEmit"],
  ["types of notebooks", tool("typescript/bin/tsc"), "-p", "notebooks"],
  ["types of tests and scripts", tool("typescript/bin/tsc"), "-p", "tests"],
  ["format", tool("prettier/bin/prettier.cjs"), "--check", "--log-level=warn", "."],
  [
    "import law",
    tool("dependency-cruiser/bin/dependency-cruise.mjs"),
    "--config",
    ".dependency-cruiser.json",
    "src",
  ],
  ["dead code", tool("knip/bin/knip.js")],
  ["documented exports", join(root, "scripts/check/api.mjs")],
  ["notebook pairs", join(root, "scripts/notebooks.mjs"), "sync", "--check"],
  ["no secret or private path", join(root, "scripts/check/private-text.mjs")],
  ["licences", join(root, "scripts/check/licences.mjs"), "--check"],
];

/** @param {string[]} args @returns {Promise<{ code: number | null, output: string }>} */
function run(args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    child.on("close", (code) => done({ code, output }));
  });
}

/**
 * Runs all checks, as many at a time as there are cores, and prints each when it ends.
 *
 * @returns {Promise<number>} how many failed
 */
async function runChecks() {
  let failed = 0;
  const waiting = checks.values();
  const work = async () => {
    for (const [name, ...args] of waiting) {
      const begin = performance.now();
      const { code, output } = await run(args);
      if (code !== 0) failed += 1;
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      console.log(
        `${code === 0 ? "ok  " : "FAIL"} ${name} (${seconds} s)${code === 0 ? "" : `\n${output.trim()}`}`,
      );
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), MOST_AT_ONCE) }, work));
  return failed;
}

async function main() {
  readCommand("check");
  await setUp();
  const failed = await runChecks();
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

main().catch(reportFailure);
