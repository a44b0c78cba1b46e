/** @file One npm script for several programs: the first word says which, the rest is passed on. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./set-up/system-tools.mjs";

/**
 * Runs the named program and ends as it ends. Without a name, or with an unknown one, prints what there is.
 *
 * @param {string} script the npm script
 * @param {Record<string, { program: readonly string[], does: string }>} programs `program` is what Node is started with, paths from the
 *   project's folder; `does` is one line for the list
 * @param {string[]} [args]
 */
export function runNamed(script, programs, args = process.argv.slice(2)) {
  const [name, ...rest] = args;
  const known = name !== undefined && Object.hasOwn(programs, name) ? programs[name] : undefined;
  if (known === undefined) {
    const width = Math.max(...Object.keys(programs).map((word) => word.length));
    const list = Object.entries(programs).map(([word, { does }]) => `  ${word.padEnd(width)}  ${does}`);
    const isAsked = name === undefined || name === "--help";
    if (!isAsked) console.error(`${script}: Unknown command '${name}'.`);
    console[isAsked ? "log" : "error"](`Usage: npm run ${script} -- COMMAND …\n${list.join("\n")}`);
    if (!isAsked) process.exitCode = 1;
    return;
  }
  const program = known.program.map((word) => (word.endsWith(".mjs") ? join(root, word) : word));
  const child = spawn(process.execPath, [...program, ...rest], { stdio: "inherit" });
  // A signal to the terminal reaches the child too, which says what there is to say.
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.on(signal, () => child.kill(signal));
  child.on("close", (code) => (process.exitCode = code ?? 1));
}
