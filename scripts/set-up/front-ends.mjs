/**
 * @file Registers the TypeScript kernel with Jupyter and its parameters with papermill. Set-up does both in .venv;
 * `npx class-it kernel install` runs this file with another Jupyter's folder. Node built-ins alone: nothing may be installed yet.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMain } from "../command.mjs";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
/** What the notebooks' metadata call the kernel. */
const NAME = "tslab";
const LAUNCHER = join("jupyter", "kernels", NAME, "kernel.cjs");

/** What papermill needs beside requirements.txt, and the module that lets it set the parameters of a TypeScript notebook. */
export const PAPERMILL = {
  requirements: "jupyter/papermill/requirements.txt",
  translator: "jupyter/papermill/class_it_papermill.py",
};

/**
 * Writes a kernelspec that starts this clone's kernel in any folder.
 *
 * @param {string} jupyterFolder `share/jupyter` of a Python environment, or the user's own
 * @returns {string} path of the kernelspec
 * @throws {Error} when another kernel of that name is there
 */
export function installKernelspec(jupyterFolder) {
  const folder = join(jupyterFolder, "kernels", NAME);
  const file = join(folder, "kernel.json");
  if (existsSync(file) && !readFileSync(file, "utf8").includes(LAUNCHER))
    throw new Error(
      `kernel install: ${file} must be a kernelspec of this kit, got another kernel's. ` +
        `Remove it with "jupyter kernelspec remove ${NAME}", or choose another --prefix.`,
    );
  const kernelspec = {
    argv: [process.execPath, join(PROJECT, LAUNCHER), "{connection_file}"],
    display_name: "TypeScript (tslab)",
    language: "typescript",
    interrupt_mode: "signal",
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.part`, `${JSON.stringify(kernelspec, null, 1)}\n`);
  renameSync(`${file}.part`, file);
  return file;
}

/**
 * Puts papermill's translator where Python finds it, with the entry point through which papermill loads it.
 *
 * @param {string} purelib where the Python environment keeps its packages
 */
export function installTranslator(purelib) {
  cpSync(join(PROJECT, PAPERMILL.translator), join(purelib, "class_it_papermill.py"));
  const distInfo = join(purelib, "class_it_papermill-0.1.0.dist-info");
  mkdirSync(distInfo, { recursive: true });
  const metadata = "Metadata-Version: 2.1\nName: class-it-papermill\nVersion: 0.1.0\n";
  writeFileSync(join(distInfo, "METADATA"), metadata);
  writeFileSync(
    join(distInfo, "entry_points.txt"),
    "[papermill.engine]\nclass-it = class_it_papermill:Engine\n",
  );
}

/**
 * Gives nbconvert a format to write when none is named; alone it refuses to run.
 *
 * @param {string} configFolder `etc/jupyter` of a Python environment
 */
export function installDefaultFormat(configFolder) {
  mkdirSync(configFolder, { recursive: true });
  const settings = { NbConvertApp: { export_format: "html" } };
  writeFileSync(
    join(configFolder, "jupyter_nbconvert_config.json"),
    `${JSON.stringify(settings, null, 1)}\n`,
  );
}

if (isMain(import.meta.url) && process.argv[2] !== undefined) {
  try {
    console.log(`kernel: ${installKernelspec(process.argv[2])}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
