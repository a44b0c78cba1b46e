/**
 * @file The notebooks as a command: `sync [--check]`, `run [NAME …] [--out=FOLDER] [--NAME=VALUE …]`, `publish
 * FOLDER`; the functions behind it are exported for `npm run reproduce` and the tests.
 */
import { join } from "node:path";
import { isMain } from "./command.mjs";
import { executeNotebook } from "./notebooks/execute-notebook.mjs";
import { root } from "./set-up/system-tools.mjs";
import { listNotebooks, publishNotebooks, syncNotebooks } from "./notebooks/notebook-scripts.mjs";
import { createProgressDisplay } from "./notebooks/progress.mjs";

export { executeNotebook, listNotebooks, publishNotebooks, syncNotebooks };

const USAGE = "notebooks.mjs sync [--check] | run [NAME …] [--out=FOLDER] [--scale=smoke …] | publish FOLDER";

/**
 * A parameter of a notebook as JSON has it: `--seeds=42,1` and `--rules=2026` are lists.
 *
 * @param {string} name @param {string} text @returns {unknown}
 */
const parsed = (name, text) =>
  name === "seeds" || name === "rules"
    ? text.split(",").map(Number)
    : text === "true" || text === "false"
      ? text === "true"
      : text;

/** @param {string[]} args */
async function run(args) {
  const named = args.filter((arg) => !arg.startsWith("--"));
  const options = Object.fromEntries(
    args.filter((arg) => arg.startsWith("--")).map((arg) => arg.slice(2).split(/=(.*)/s).slice(0, 2)),
  );
  const { out = join(root, ".cache/executed"), ...rest } = options;
  const parameters = Object.fromEntries(
    Object.entries(rest).map(([name, text]) => [name, parsed(name, String(text))]),
  );
  const names = named.length > 0 ? named : listNotebooks();
  const display = createProgressDisplay({ notebooks: names });
  try {
    for (const name of names) {
      const { seconds, stderr } = await executeNotebook({
        name,
        parameters,
        outFolder: out,
        onEvent: display.show,
      });
      display.line(`${name}: executed in ${seconds.toFixed(1)} s`);
      for (const { cell, text } of stderr)
        display.line(`${name}: cell ${cell} wrote to stderr: ${text.trim()}`);
    }
  } finally {
    display.end();
  }
}

/** @param {string[]} argv */
async function main([command, ...args]) {
  const options = command === "sync" ? args.filter((arg) => arg !== "--check") : [];
  const unknown = command === "publish" ? args[1] : options[0];
  if (unknown !== undefined) throw new Error(`notebooks.mjs: Unknown argument '${unknown}'. Usage: ${USAGE}`);
  if (command === "sync") {
    const written = await syncNotebooks({ check: args.includes("--check") });
    console.log(written.length === 0 ? "every notebook shows its script" : `written: ${written.join(", ")}`);
  } else if (command === "run") await run(args);
  else if (command === "publish" && args[0] !== undefined)
    console.log(`published: ${(await publishNotebooks(args[0])).join(", ")}`);
  else throw new Error(`notebooks.mjs: a command must be named, got "${command ?? ""}". Usage: ${USAGE}`);
}

if (isMain(import.meta.url)) {
  main(process.argv.slice(2)).catch((/** @type {Error} */ error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
