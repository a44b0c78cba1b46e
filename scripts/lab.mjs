/**
 * @file `npm run lab`: set-up, then JupyterLab on the notebooks with the TypeScript kernel. The address with its
 * token is printed by the server; more options of jupyter-lab may follow `--`. Ctrl+C twice stops it.
 */
import { text } from "node:stream/consumers";
import { reportFailure, setUp, SetUpError } from "./set-up.mjs";

/**
 * Jupyter itself answers an unknown option with the names of all it has.
 *
 * @param {import("node:child_process").ChildProcess} shown its settings as the options make them
 */
async function refuseUnknownOptions({ stdout, stderr }) {
  const [shownText, errors] = await Promise.all(
    [stdout, stderr].map((stream) => (stream ? text(stream) : "")),
  );
  if (shownText !== "") return;
  const fault = errors
    ?.trim()
    .split("\n")
    .at(-1)
    ?.replace(/^(\[[^\]]*\]|\S+: error:) *|\.$/g, "");
  throw new SetUpError(`lab: ${fault}. Usage: lab [OPTION OF JUPYTER-LAB …]`);
}

/** @param {string[]} options */
async function main(options) {
  await setUp();
  // Needs the library, which set-up has compiled.
  const { startLab } = await import("./notebooks/start-lab.mjs");
  if (options.length > 0)
    await refuseUnknownOptions(startLab([...options, "--show-config-json"], { stdio: "pipe" }));
  const lab = startLab(["--LabApp.default_url=/lab/tree/notebooks", ...options]);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    // The terminal sends Ctrl+C to the server as well, which asks for confirmation: only pass on what others send.
    process.on(signal, () => signal === "SIGTERM" && lab.kill(signal));
  }
  lab.on("error", (error) => {
    console.error(`lab: Python must start in .venv, got ${error.message}. Run npm run set-up.`);
    process.exitCode = 1;
  });
  lab.on("exit", (code) => (process.exitCode = code ?? 1));
}

main(process.argv.slice(2)).catch(reportFailure);
