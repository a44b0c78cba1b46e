/** @file JupyterLab as a process, with the project's kernel, settings and extensions. */
import { spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JUPYTER_CACHE, PYTHON, jupyterEnvironment } from "../../src/dist/report/site/jupyter-environment.js";
import { root } from "../set-up/system-tools.mjs";

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
  const mark = join(root, ".venv/package.json");
  if (!existsSync(mark)) writeFileSync(mark, "{}\n");
  mkdirSync(JUPYTER_CACHE, { recursive: true });
  const fixed = [
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []), // containers
    `--ServerApp.root_dir=${root}`,
    `--LabApp.extra_labextensions_path=${prepareExtensions()}`,
  ];
  return spawn(PYTHON, ["-m", "jupyterlab", ...fixed, ...options], {
    cwd: root,
    env: jupyterEnvironment(token === undefined ? {} : { JUPYTER_TOKEN: token }),
    stdio,
  });
}

/** The project's extensions of JupyterLab with the libraries that npm brings. @returns {string} their folder */
function prepareExtensions() {
  const folder = join(JUPYTER_CACHE, "labextensions");
  cpSync(join(root, "jupyter/labextensions"), folder, { recursive: true });
  const copies = {
    "node_modules/plotly.js-dist/plotly.js": "class-it-plotly/static/plotly.js",
    "node_modules/datatables.net/js/dataTables.min.js": "class-it-tables/static/datatables.js",
    "jupyter/nbconvert/templates/kit/static/tables.js": "class-it-tables/static/tables.js",
  };
  for (const [from, to] of Object.entries(copies)) copyFileSync(join(root, from), join(folder, to));
  return folder;
}
