/**
 * @file Where Jupyter finds the project's kernel, template and settings, and where it may write: everything it
 * would put into the home folder and the folder for temporary files goes to .cache/jupyter instead.
 */
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const PROJECT = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/** The Python that set-up makes, with Jupyter and jupytext. */
export const PYTHON = join(PROJECT, ".venv/bin/python");

/** Folder for everything Jupyter and these scripts keep between calls. */
export const JUPYTER_CACHE = join(PROJECT, ".cache/jupyter");

/**
 * Environment for a Jupyter process.
 *
 * @param {Record<string, string>} [more] variables added to it
 * @returns {Record<string, string | undefined>}
 */
export function jupyterEnvironment(more = {}) {
  const temporary = join(JUPYTER_CACHE, "tmp");
  mkdirSync(temporary, { recursive: true });
  const { PYTHONDONTWRITEBYTECODE: _slow, PYTHONHOME: _home, ...inherited } = process.env;
  return {
    ...inherited,
    // The kernel's "node" is the one that runs this.
    PATH: [dirname(process.execPath), inherited["PATH"] ?? ""].join(delimiter),
    PYTHONNOUSERSITE: "1",
    TMPDIR: temporary,
    JUPYTER_PATH: join(PROJECT, "jupyter"),
    JUPYTER_CONFIG_PATH: join(PROJECT, "jupyter/config"),
    JUPYTER_CONFIG_DIR: join(JUPYTER_CACHE, "config"),
    JUPYTER_DATA_DIR: join(JUPYTER_CACHE, "data"),
    JUPYTER_RUNTIME_DIR: join(JUPYTER_CACHE, "runtime"),
    IPYTHONDIR: join(JUPYTER_CACHE, "ipython"),
    ...more,
  };
}

/**
 * Environment for nbconvert and jupytext, which start in a third of the time without a package they do not need.
 *
 * @param {Record<string, string>} [more]
 */
export function converterEnvironment(more = {}) {
  return jupyterEnvironment({ PYTHONPATH: join(PROJECT, "jupyter/python"), ...more });
}
