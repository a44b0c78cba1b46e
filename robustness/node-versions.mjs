/**
 * @file `npm run robustness -- node-versions [20 22 24]`: a fresh clone of the committed state for every version of Node (any npm range, such
 * as 22.13.0), then set-up, check and tests in it, and one row each. Node comes from npm, outside the clone; outputs stay in
 * `.cache/node-versions`. What it takes is what set-up, check and tests take (environment.md).
 */
import { execFileSync, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, relative } from "node:path";
import { readCommand } from "../scripts/command.mjs";
import { reportFailure, root, SetUpError } from "../scripts/set-up.mjs";

const LINES = ["20", "22", "24"];
const logs = join(root, ".cache/node-versions");

/** @typedef {{ what: string, outcome: string, seconds: number, isPassed: boolean }} StepOutcome */

/** @param {string} range @param {string} folder @returns {{ version: string, bin: string }} */
function installNode(range, folder) {
  const name = `node-${process.platform}-${process.arch}`; // the archive of one platform, without a script that downloads
  try {
    execFileSync(
      "npm",
      ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, `${name}@${range}`],
      { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
    );
  } catch (error) {
    throw new SetUpError(
      `node-versions: npm must have ${name}@${range}, it did not install (${error instanceof Error ? error.message.trim().split("\n").at(-1) : String(error)}). ` +
        "Name a version that exists.",
    );
  }
  const bin = join(folder, "node_modules", name, "bin");
  const version = execFileSync(join(bin, "node"), ["--version"], { encoding: "utf8" }).trim();
  return { version, bin };
}

/**
 * @param {string[]} command of npm
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, log: string }} options
 * @returns {Promise<{ code: number | null, seconds: number }>}
 */
function npm(command, { cwd, env, log }) {
  const begin = performance.now();
  return new Promise((done, fail) => {
    const output = createWriteStream(log);
    const child = spawn("npm", command, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
    child.on("error", fail);
    child.on("close", (code) => {
      output.end();
      done({ code, seconds: (performance.now() - begin) / 1000 });
    });
  });
}

/** @param {string} file what vitest's JSON reporter wrote @returns {string} */
function countsOf(file) {
  if (!existsSync(file)) return "no tests ran";
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  return `${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests + numTodoTests} skipped`;
}

/** @param {string} range @returns {Promise<{ version: string, outcomes: StepOutcome[] }>} */
async function tryVersion(range) {
  // Not below this clone: what is missing there would be found in its node_modules.
  const folder = mkdtempSync(join(tmpdir(), "class-it-node-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const { version, bin } = installNode(range, folder);
    const [clone, home] = [join(folder, "clone"), join(folder, "home")];
    mkdirSync(home);
    execFileSync("git", ["clone", "--quiet", root, clone]);
    const env = {
      ...process.env,
      PATH: [bin, process.env["PATH"] ?? ""].join(delimiter),
      HOME: home,
      CLASS_IT_PACKAGE_CACHE: process.env["CLASS_IT_PACKAGE_CACHE"] ?? join(logs, "packages"),
    };
    const found = execFileSync("node", ["--version"], { env, encoding: "utf8" }).trim();
    if (found !== version)
      throw new Error(`node-versions: the clone must run on ${version}, its PATH finds ${found}.`);
    const own = join(logs, version);
    rmSync(own, { recursive: true, force: true });
    mkdirSync(own, { recursive: true });
    const results = join(own, "tests.json");
    const steps = [
      { what: "set-up", command: ["run", "--silent", "set-up"] },
      { what: "check", command: ["run", "--silent", "check"] },
      {
        what: "tests",
        command: [
          "test",
          "--silent",
          "--",
          "--testTimeout=300000", // other work on the machine is no fault of a version
          "--hookTimeout=300000",
          "--reporter=default",
          "--reporter=json",
          `--outputFile.json=${results}`,
        ],
      },
    ];
    /** @type {StepOutcome[]} */
    const outcomes = [];
    for (const { what, command } of steps) {
      const { code, seconds } = await npm(command, { cwd: clone, env, log: join(own, `${what}.log`) });
      const isPassed = code === 0;
      const counts = what === "tests" ? `: ${countsOf(results)}` : "";
      outcomes.push({ what, outcome: `${isPassed ? "ok" : "FAIL"}${counts}`, seconds, isPassed });
      console.log(`${version} ${what}: ${outcomes.at(-1)?.outcome} (${seconds.toFixed(0)} s)`);
      if (!isPassed && what === "set-up") break;
    }
    return { version, outcomes };
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
}

/** @param {string[]} ranges */
async function main(ranges) {
  mkdirSync(logs, { recursive: true });
  const rows = [];
  for (const range of ranges) rows.push(await tryVersion(range));
  console.log("\n| Node | step | outcome | seconds |\n|---|---|---|---|");
  for (const { version, outcomes } of rows)
    for (const { what, outcome, seconds } of outcomes)
      console.log(`| ${version} | ${what} | ${outcome} | ${seconds.toFixed(0)} |`);
  const failed = rows.filter(({ outcomes }) => outcomes.some(({ isPassed }) => !isPassed));
  if (failed.length === 0) return;
  throw new SetUpError(
    `node-versions: every step must pass, some failed on ${failed.map(({ version }) => version).join(", ")}. ` +
      `Their output lies in ${relative(root, logs)}.`,
  );
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
  process.once(signal, () => process.exit(1));
const named = readCommand("node-versions [VERSION …]", { most: Infinity }).positionals;
main(named.length > 0 ? named : LINES).catch(reportFailure);
