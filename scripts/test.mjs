/** @file `npm test [-- options of vitest]`: set-up, then the whole test suite, and what was switched off and why. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { reportFailure, root, setUp } from "./set-up.mjs";

await setUp().then(run, reportFailure);

function run() {
  const data = process.env["CLASS_IT_DATA"];
  if (!data)
    console.log(
      "CLASS_IT_DATA is not set: tests on real data and against the official pipeline's numbers are switched off.",
    );
  else if (!existsSync(join(data, "..", "parity")))
    console.log(
      "no parity folder beside CLASS_IT_DATA: tests against the official pipeline's numbers are switched off.",
    );
  const vitest = spawn(
    process.execPath,
    [join(root, "node_modules/vitest/vitest.mjs"), "run", ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  vitest.on("close", (code) => (process.exitCode = code ?? 1));
}
