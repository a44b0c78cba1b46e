/** @file The part of set-up that concerns Python: .venv with its packages, and what other front ends than ours find in it. */
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PAPERMILL, installDefaultFormat, installKernelspec, installTranslator } from "./front-ends.mjs";
import { python, root, run } from "./system-tools.mjs";

/** @param {string[]} parts */
export const inRoot = (...parts) => join(root, ...parts);

/** Where packages are kept between set-ups; nowhere unless the user says so. */
export const packageCache = process.env["CLASS_IT_PACKAGE_CACHE"];

/**
 * @param {string} list of packages with their hashes, from the root
 * @param {string} what is being done, for the error
 * @param {readonly string[]} [where] further options of pip
 */
export async function pipInstall(list, what, where = []) {
  const cache = packageCache ? [`--cache-dir=${join(resolve(packageCache), "pip")}`] : ["--no-cache-dir"];
  // --no-deps: the list is complete, and TensorFlow's own Python dependencies are not needed.
  // --no-compile: most modules are never imported, of TensorFlow none.
  const args = [
    "-m",
    "pip",
    "install",
    "-q",
    "--no-deps",
    "--no-compile",
    "--require-hashes",
    ...cache,
    ...where,
    "-r",
    list,
  ];
  // Not .venv/bin/pip, a script whose first line cannot name a Python at any path.
  await run(inRoot(".venv/bin/python"), args, {
    what,
    env: { PIP_DISABLE_PIP_VERSION_CHECK: "1", PIP_NO_INPUT: "1", PYTHONNOUSERSITE: "1" },
  });
}

/** Where .venv keeps its packages. @param {string} sought what is looked for there */
async function purelibOf(sought) {
  const code = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
  return (
    await run(inRoot(".venv/bin/python"), ["-X", "utf8", "-c", code], { what: `looking for ${sought}` })
  ).trim();
}

/** Makes .venv anew. */
export async function installPython() {
  rmSync(inRoot(".venv"), { recursive: true, force: true });
  await run(python, ["-m", "venv", ".venv"], { what: "making .venv" });
  await pipInstall("requirements.txt", "installing the Python packages");
  // Else Node takes JupyterLab's yarn.js for an ES module, as this package is one.
  writeFileSync(inRoot(".venv/package.json"), "{}\n");
}

/** What lets nbconvert, VS Code and papermill run the notebooks: the kernelspec and papermill's translator, inside .venv. */
export async function installFrontEnds() {
  await pipInstall(PAPERMILL.requirements, "installing papermill");
  installTranslator(await purelibOf("papermill"));
  installKernelspec(inRoot(".venv/share/jupyter"));
  installDefaultFormat(inRoot(".venv/etc/jupyter"));
  // Named in .gitattributes. A copy of the project without its history has nothing to keep clean.
  const filter = ["config", "filter.class-it-notebook.clean", "node scripts/notebooks/clean.mjs"];
  if (existsSync(inRoot(".git"))) await run("git", filter, { what: "setting git's filter of notebooks" });
}
