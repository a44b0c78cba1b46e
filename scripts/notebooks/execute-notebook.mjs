/**
 * @file Executes one notebook from its script, through nbconvert and the project's kernel, and says in plain words
 * what went wrong; notebook-scripts.mjs holds the pairs.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  JUPYTER_CACHE,
  PYTHON,
  converterEnvironment,
} from "../../src/dist/report/site/jupyter-environment.js";
import { isExecutable, joined, normaliseNotebook, serialiseNotebook } from "./notebook-format.mjs";
import { NOTEBOOKS, readNotebook, readScripts, writeWhole } from "./notebook-scripts.mjs";
import { diskFault, openFolder, removeAbandoned } from "./partial-file.mjs";
import { followProgress } from "./progress-file.mjs";

/** @typedef {import("./progress-file.mjs").ProgressEvent} ProgressEvent */

const MAX_EXCERPT_LINES = 12;
const FORCE_AFTER_MS = 5000;
/** What the kernel says when another process took a port that Jupyter had chosen for it; others are chosen at the next start. */
const PORT_TAKEN = /kernel: port \d+ must be free/;
const MAX_STARTS = 3;

/**
 * Runs nbconvert.
 *
 * @param {string[]} args
 * @param {{ cwd: string, input: string, env: Record<string, string>, signal: AbortSignal | undefined }} options
 * @returns {Promise<{ code: number | null, stderr: string }>}
 */
function nbconvert(args, { cwd, input, env, signal }) {
  return new Promise((done, fail) => {
    const child = spawn(PYTHON, ["-m", "nbconvert", ...args], {
      cwd,
      env: converterEnvironment(env),
      stdio: ["pipe", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stderr += text));
    child.stdin.on("error", () => {}); // it may end before it has read everything; its exit code says why
    child.stdin.end(input);
    const kill = () => child.kill("SIGKILL");
    /** @type {NodeJS.Timeout | undefined} */
    let force;
    const stop = () => {
      child.kill("SIGTERM");
      force = setTimeout(kill, FORCE_AFTER_MS);
    };
    process.once("exit", kill);
    signal?.addEventListener("abort", stop, { once: true });
    const clean = () => {
      clearTimeout(force);
      process.removeListener("exit", kill);
      signal?.removeEventListener("abort", stop);
    };
    child.on("error", (error) => {
      clean();
      fail(new Error(`executeNotebook: ${PYTHON} must start, got ${error.message}. Run npm run set-up.`));
    });
    child.on("close", (code) => {
      clean();
      done({ code, stderr });
    });
    if (signal?.aborted) stop();
  });
}

/** @param {string} source @returns {string} its first lines behind line numbers */
function sourceExcerpt(source) {
  const lines = source.split("\n");
  const shown = lines
    .slice(0, MAX_EXCERPT_LINES)
    .map((line, i) => `  ${String(i + 1).padStart(2)} | ${line}`);
  return [...shown, ...(lines.length > MAX_EXCERPT_LINES ? ["     | …"] : [])].join("\n");
}

/**
 * What a progress line calls each cell that runs: its title, else the heading above it.
 *
 * @param {import("./notebook-format.mjs").Notebook} notebook
 * @returns {(string | undefined)[]} undefined where there is neither
 */
function cellNames(notebook) {
  /** @type {string | undefined} */
  let heading;
  return notebook.cells.flatMap((cell) => {
    if (cell.cell_type === "markdown")
      for (const match of joined(cell.source).matchAll(/^#+\s+(.+)$/gm)) heading = match[1];
    return isExecutable(cell) ? [cell.metadata.title ?? heading] : [];
  });
}

/**
 * What the kernel reported last of each kind.
 *
 * @typedef {{ cell?: Extract<ProgressEvent, { type: "cell" }>, error?: Extract<ProgressEvent, { type: "error" }>,
 *   lateError?: Extract<ProgressEvent, { type: "lateError" }> }} LastEvents
 */

/**
 * Why a run ended without a notebook.
 *
 * @param {{ name: string, sources: string[], last: LastEvents, stderr: string, timeoutSeconds: number | undefined,
 *   aborted: boolean }} run
 * @returns {Error}
 */
function failure({ name, sources, last, stderr, timeoutSeconds, aborted }) {
  const index = last.cell?.index ?? 0;
  const where = index === 0 ? "before its first cell" : `in cell ${index} of ${sources.length}`;
  const excerpt = index === 0 ? "" : `\n\n${sourceExcerpt(sources[index - 1] ?? "")}`;
  if (aborted) return new Error(`${name}: stopped ${where}.`);
  const cell = `${name}: cell ${index} of ${sources.length}`;
  // nbclient interrupts a cell that takes too long, so the kernel's report of it looks like a failure.
  if (/Timeout waiting for execute reply|CellTimeoutError/.test(stderr))
    return new Error(`${cell} took longer than ${timeoutSeconds} s.${excerpt}`);
  const { error } = last;
  if (error && !error.tolerated && error.index === index)
    return new Error(`${cell} failed.${excerpt}\n\n${error.traceback.join("\n")}`);
  if (/DeadKernelError|Kernel died/.test(stderr))
    return new Error(
      `${name}: the kernel died ${where}. Its memory may have run out, or the cell ended the process.${excerpt}`,
    );
  const reason = stderr.trim().split("\n").at(-1) ?? "";
  return new Error(`${name}: nbconvert failed ${where}: ${reason}`);
}

/**
 * Executes the cells of a notebook from top to bottom, in a new kernel whose working folder is that of the script.
 *
 * @param {{
 *   name: string,
 *   parameters?: Record<string, unknown>,
 *   outFolder: string,
 *   timeoutSeconds?: number,
 *   onEvent?: (event: ProgressEvent) => void,
 *   folder?: string,
 *   env?: Record<string, string>,
 *   signal?: AbortSignal,
 * }} options `parameters` reach the notebook's parameter cell; `outFolder` receives NAME.ipynb;
 *   `timeoutSeconds` limits each cell, none by default; `folder` holds NAME.ts; `signal` stops the run
 * @returns {Promise<{ path: string, seconds: number, stderr: { cell: number, text: string }[] }>}
 *   `stderr` is what cells wrote to it, by cell from 1; a clean run has none
 * @throws {Error} naming the cell, with its source and its error; no NAME.ipynb is written then
 */
export async function executeNotebook({
  name,
  parameters = {},
  outFolder,
  timeoutSeconds,
  onEvent = () => {},
  folder = NOTEBOOKS,
  env = {},
  signal,
}) {
  const started = performance.now();
  const [script] = await readScripts([join(folder, `${name}.ts`)]);
  if (!script) throw new Error(`executeNotebook: ${name}.ts must be a notebook script`);
  const executable = script.cells.filter(isExecutable);
  const sources = executable.map((cell) => joined(cell.source));
  const names = cellNames(script);
  onEvent({ type: "notebook", notebook: name, cells: sources.length, time: Date.now() });

  const runs = join(JUPYTER_CACHE, "runs");
  mkdirSync(runs, { recursive: true });
  removeAbandoned(runs, (run) => /-(\d+)-\w{6}$/.exec(run)?.[1]);
  await openFolder(outFolder);
  const work = mkdtempSync(join(runs, `${name}-${process.pid}-`));
  const progressFile = join(work, "progress.jsonl");
  /** @type {LastEvents} */
  const last = {};
  const follower = followProgress(progressFile, (event) => {
    const full =
      event.type === "cell"
        ? { ...event, cells: sources.length, name: names[event.index - 1] ?? event.name }
        : event;
    if (full.type === "cell") last.cell = full;
    if (full.type === "error") last.error = full;
    if (full.type === "lateError") last.lateError = full;
    onEvent(full);
  });
  try {
    const args = ["--stdin", "--to", "notebook", "--execute", "--log-level=WARN"];
    const settings = [
      "kernel_name=tslab",
      "record_timing=False",
      `timeout=${timeoutSeconds === undefined ? -1 : Math.ceil(timeoutSeconds)}`,
    ];
    const convert = () =>
      nbconvert(
        [
          ...args,
          ...settings.map((setting) => `--ExecutePreprocessor.${setting}`),
          "--output-dir",
          work,
          "--output",
          name,
        ],
        {
          cwd: folder,
          input: JSON.stringify(script),
          env: {
            ...env,
            NB_PARAMS: JSON.stringify(parameters),
            CLASS_IT_NOTEBOOK: name,
            CLASS_IT_PROGRESS: progressFile,
            CLASS_IT_RUNNER_PID: String(process.pid),
          },
          signal,
        },
      );
    let { code, stderr } = await convert();
    for (let tries = 1; code !== 0 && PORT_TAKEN.test(stderr) && tries < MAX_STARTS; tries++)
      ({ code, stderr } = await convert());
    follower.stop();
    const aborted = signal?.aborted ?? false;
    if (code !== 0) throw failure({ name, sources, last, stderr, timeoutSeconds, aborted });
    const late = last.lateError;
    if (late)
      throw new Error(
        `${name}: an error came after its cell had ended, and no cell awaited it: ${late.name}: ${late.message}`,
      );

    const notebook = normaliseNotebook(readNotebook(join(work, `${name}.ipynb`)));
    const path = join(outFolder, `${name}.ipynb`);
    try {
      writeWhole(path, serialiseNotebook(notebook));
    } catch (cause) {
      throw await diskFault(cause, path);
    }
    return { path, seconds: (performance.now() - started) / 1000, stderr: stderrOf(notebook) };
  } finally {
    follower.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {import("./notebook-format.mjs").Notebook} notebook @returns {{ cell: number, text: string }[]} */
function stderrOf(notebook) {
  return notebook.cells.filter(isExecutable).flatMap((cell, i) => {
    const streams = (cell.outputs ?? []).filter((output) => output.name === "stderr");
    return streams.map((output) => ({ cell: i + 1, text: joined(output.text) }));
  });
}
