/**
 * @file Where Jupyter finds the project's kernel, template and settings, and where it may write: everything it
 * would put into the home folder and the folder for temporary files goes to .cache/jupyter instead.
 */
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { findProjectRoot } from "../../project-root.js";

const PROJECT = findProjectRoot();

/** The Python that set-up makes, with Jupyter and jupytext. */
export const PYTHON = join(PROJECT, ".venv/bin/python");

/** Folder for everything that Jupyter and the scripts keep between calls. */
export const JUPYTER_CACHE = join(PROJECT, ".cache/jupyter");

/** Environment for a Jupyter process. @param more variables added to it */
export function jupyterEnvironment(
  more: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> {
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

/** Environment for nbconvert and jupytext, which start in a third of the time without a package they do not need. */
export const converterEnvironment = (
  more: Readonly<Record<string, string>> = {},
): Record<string, string | undefined> =>
  jupyterEnvironment({ PYTHONPATH: join(PROJECT, "jupyter/python"), ...more });
