/**
 * @file The pairs NAME.ts and NAME.ipynb: reading the scripts through jupytext, keeping the pairs in step, and
 * taking over executed notebooks; execute-notebook.mjs makes those.
 */
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  JUPYTER_CACHE,
  PYTHON,
  converterEnvironment,
} from "../../src/dist/report/site/jupyter-environment.js";
import { root } from "../set-up/system-tools.mjs";
import { firstDifference, normaliseNotebook, serialiseNotebook } from "./notebook-format.mjs";
import { partialBeside } from "./partial-file.mjs";

/** @typedef {import("./notebook-format.mjs").Notebook} Notebook */

/** Where the notebooks live. */
export const NOTEBOOKS = join(root, "notebooks");

// One process for all files: most of jupytext's time is its start.
const READ_SCRIPTS = `
import json, sys, jupytext, nbformat
print(json.dumps([json.loads(nbformat.writes(jupytext.read(path, fmt="ts:percent"))) for path in sys.argv[1:]]))
`;

/** @param {string} [folder] @returns {string[]} names of the notebooks, in reading order */
export function listNotebooks(folder = NOTEBOOKS) {
  const scripts = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"));
  return scripts.map((file) => basename(file, ".ts")).sort();
}

/** @param {string} path @returns {Notebook} */
export const readNotebook = (path) => JSON.parse(readFileSync(path, "utf8"));

/**
 * Writes a file so that it is never seen half-written: beside it, then renamed.
 *
 * @param {string} path
 * @param {string} text
 */
export function writeWhole(path, text) {
  const partial = partialBeside(path);
  try {
    writeFileSync(partial, text);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}

/** @param {string[]} paths @returns {Promise<Notebook[]>} */
function convertScripts(paths) {
  return new Promise((done, fail) => {
    const child = spawn(PYTHON, ["-c", READ_SCRIPTS, ...paths], {
      cwd: root,
      env: converterEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stderr += text));
    child.on("error", (error) =>
      fail(new Error(`readScripts: ${PYTHON} must start, got ${error.message}. Run npm run set-up.`)),
    );
    child.on("close", (code) => {
      if (code === 0) return done(JSON.parse(stdout));
      const names = paths.map((path) => basename(path)).join(", ");
      const reason = stderr.trim().split("\n").at(-1);
      fail(new Error(`readScripts: ${names} must be jupytext percent scripts, got ${reason}.`));
    });
  });
}

/**
 * Notebooks of scripts, without outputs; what was read once is kept in .cache by its content.
 *
 * @param {string[]} paths of NAME.ts files
 * @returns {Promise<Notebook[]>} in the same order
 */
export async function readScripts(paths) {
  const folder = join(JUPYTER_CACHE, "scripts");
  mkdirSync(folder, { recursive: true });
  const entries = paths.map((path) => {
    const hash = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 32);
    return { path, cached: join(folder, `${hash}.ipynb`) };
  });
  const missing = entries.filter(({ cached }) => !existsSync(cached));
  const converted = missing.length > 0 ? await convertScripts(missing.map(({ path }) => path)) : [];
  for (const [i, notebook] of converted.entries()) {
    const entry = missing[i];
    if (entry) writeWhole(entry.cached, serialiseNotebook(normaliseNotebook(notebook)));
  }
  return entries.map(({ cached }) => readNotebook(cached));
}

/**
 * Makes every NAME.ipynb show the cells of its NAME.ts. Outputs above the first changed cell stay; those below it
 * belong to code that is no longer there, and go.
 *
 * @param {{ check?: boolean, folder?: string }} [options] `check` changes nothing and complains instead
 * @returns {Promise<string[]>} names of the notebooks that were written
 * @throws {Error} with `check`, when a pair is out of step
 */
export async function syncNotebooks({ check = false, folder = NOTEBOOKS } = {}) {
  const names = listNotebooks(folder);
  const scripts = await readScripts(names.map((name) => join(folder, `${name}.ts`)));
  /** @type {{ name: string, text: string, reason: string }[]} */
  const stale = [];
  for (const [i, script] of scripts.entries()) {
    const name = names[i] ?? "";
    const path = join(folder, `${name}.ipynb`);
    const old = existsSync(path) ? readNotebook(path) : undefined;
    const at = old ? firstDifference(script, old) : 0;
    if (at < 0) continue;
    const cells = script.cells.map((cell, k) => {
      const before = k < at ? old?.cells[k] : undefined;
      return before ? { ...cell, outputs: before.outputs, execution_count: before.execution_count } : cell;
    });
    const reason = old ? `cell ${at + 1} differs` : "it is missing";
    stale.push({ name, reason, text: serialiseNotebook(normaliseNotebook({ ...script, cells })) });
  }
  if (check && stale.length > 0) {
    const list = stale.map(({ name, reason }) => `${name}.ipynb (${reason})`).join(", ");
    throw new Error(
      `syncNotebooks: every .ipynb must show the cells of its .ts, got ${list}. ` +
        "Run node scripts/notebooks.mjs sync, then execute and publish them.",
    );
  }
  for (const { name, text } of stale) writeWhole(join(folder, `${name}.ipynb`), text);
  return stale.map(({ name }) => name);
}

/**
 * Takes executed notebooks over into the notebooks folder.
 *
 * @param {string} fromFolder holds NAME.ipynb
 * @param {{ folder?: string }} [options]
 * @returns {Promise<string[]>} their names
 * @throws {Error} when there are none, or one was not made from the present NAME.ts; nothing is copied then
 */
export async function publishNotebooks(fromFolder, { folder = NOTEBOOKS } = {}) {
  const names = listNotebooks(folder).filter((name) => existsSync(join(fromFolder, `${name}.ipynb`)));
  if (names.length === 0)
    throw new Error(
      `publishNotebooks: ${fromFolder} must hold executed notebooks, got none. Run npm run reproduce.`,
    );
  const scripts = await readScripts(names.map((name) => join(folder, `${name}.ts`)));
  const executed = names.map((name) => readNotebook(join(fromFolder, `${name}.ipynb`)));
  const stale = names.filter((_, i) => {
    const [script, notebook] = [scripts[i], executed[i]];
    return !script || !notebook || firstDifference(script, notebook) >= 0;
  });
  if (stale.length > 0)
    throw new Error(
      `publishNotebooks: executed notebooks must be of the present scripts, got older ${stale.join(", ")}. ` +
        "Execute them again.",
    );
  for (const [i, name] of names.entries()) {
    const notebook = executed[i];
    if (notebook) writeWhole(join(folder, `${name}.ipynb`), serialiseNotebook(normaliseNotebook(notebook)));
  }
  return names;
}
