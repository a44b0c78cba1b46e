/**
 * @file `npm run lab`: set-up, then JupyterLab on the notebooks with the TypeScript kernel. The address with its
 * token is printed by the server; more options of jupyter-lab may follow `--`. Ctrl+C twice stops it.
 */
import { spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMain } from "./command.mjs";
import { JUPYTER_CACHE, PROJECT, PYTHON, jupyterEnvironment } from "./notebooks/jupyter-environment.mjs";

/**
 * Starts JupyterLab with the project as its root.
 *
 * @param {string[]} [options] of jupyter-lab, such as `--port=8890`
 * @param {{ token?: string, stdio?: import("node:child_process").StdioOptions }} [more] `token` replaces the random
 *   one; `stdio` is that of the server, inherited by default
 * @returns {import("node:child_process").ChildProcess}
 */
export function startLab(options = [], { token, stdio = "inherit" } = {}) {
  // The project is an ES module package, and Node would take JupyterLab's yarn.js below it for one as well.
  const mark = join(PROJECT, ".venv/package.json");
  if (!existsSync(mark)) writeFileSync(mark, "{}\n");
  mkdirSync(JUPYTER_CACHE, { recursive: true });
  const fixed = [
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []), // containers
    `--ServerApp.root_dir=${PROJECT}`,
    `--LabApp.extra_labextensions_path=${prepareExtensions()}`,
  ];
  return spawn(PYTHON, ["-m", "jupyterlab", ...fixed, ...options], {
    cwd: PROJECT,
    env: jupyterEnvironment(token === undefined ? {} : { JUPYTER_TOKEN: token }),
    stdio,
  });
}

/** The project's extensions of JupyterLab with the library of one of them, which npm brings. @returns {string} their folder */
function prepareExtensions() {
  const folder = join(JUPYTER_CACHE, "labextensions");
  cpSync(join(PROJECT, "jupyter/labextensions"), folder, { recursive: true });
  const library = join(PROJECT, "node_modules/plotly.js-dist/plotly.js");
  copyFileSync(library, join(folder, "class-it-plotly/static/plotly.js"));
  return folder;
}

/** @param {string[]} options */
async function main(options) {
  const { setUp } = await import("./set-up.mjs");
  await setUp();
  const lab = startLab(["--LabApp.default_url=/lab/tree/notebooks", ...options]);
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) {
    // The terminal sends Ctrl+C to the server as well, which asks for confirmation: only pass on what others send.
    process.on(signal, () => signal === "SIGTERM" && lab.kill(signal));
  }
  lab.on("error", (error) => {
    console.error(`lab: ${PYTHON} must start, got ${error.message}. Run npm run set-up.`);
    process.exitCode = 1;
  });
  lab.on("exit", (code) => (process.exitCode = code ?? 1));
}

if (isMain(import.meta.url)) {
  main(process.argv.slice(2)).catch((/** @type {Error} */ error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
