/** @file `npm test [-- options of vitest]`: set-up, then the whole test suite, and what was switched off and why. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { reportFailure, root, setUp, SetUpError } from "./set-up.mjs";

const VITEST = join(root, "node_modules/vitest/vitest.mjs");

await setUp().then(run).catch(reportFailure);

/** Vitest itself answers an unknown option with a stack trace. */
function refuseUnknownOptions() {
  const given = process.argv.slice(2).filter((word) => /^--[a-z]/i.test(word));
  if (given.length === 0) return;
  const help = spawnSync(process.execPath, [VITEST, "--help"], { encoding: "utf8" }).stdout;
  const known = new Set([...help.matchAll(/--(?:no-)?([a-zA-Z-]+)/g)].map(([, name = ""]) => camel(name)));
  const unknown = given.find(
    (word) => !known.has(camel(word.replace(/^--(no-)?/, "").split(/[=.]/)[0] ?? "")),
  );
  if (unknown !== undefined)
    throw new SetUpError(`test: Unknown option '${unknown}'. Usage: test [FILE …] [OPTION OF VITEST …]`);
}

/** @param {string} name */
function camel(name) {
  return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

function run() {
  refuseUnknownOptions();
  const data = process.env["CLASS_IT_DATA"];
  if (!data)
    console.log(
      "CLASS_IT_DATA is not set: tests on real data and against the official pipeline's numbers are switched off.",
    );
  else if (!existsSync(join(data, "..", "parity")))
    console.log(
      "no parity folder beside CLASS_IT_DATA: tests against the official pipeline's numbers are switched off.",
    );
  const vitest = spawn(process.execPath, [VITEST, "run", ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  vitest.on("close", (code) => (process.exitCode = code ?? 1));
}
