/**
 * @file The HTML report: a page for each executed notebook, made by nbconvert, and an index with every figure and
 * table; report-contents.mjs reads them from the notebooks.
 */
import { spawn } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { PROJECT, PYTHON, converterEnvironment } from "./jupyter-environment.mjs";
import { serialiseNotebook } from "./notebook-format.mjs";
import { readNotebook } from "./notebook-scripts.mjs";
import { readContents } from "./report-contents.mjs";
import { indexPage } from "./report-index.mjs";

/** @typedef {import("./report-contents.mjs").Contents} Contents */

const requireHere = createRequire(import.meta.url);
const STYLE = join(PROJECT, "jupyter/nbconvert/templates/kit/static/report.css");
const MATHJAX_SETTINGS = `window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true },
  options: { enableMenu: false },
};
`;

/** @param {string} folder of notebooks @param {string} outFolder @returns {Promise<void>} */
function convertToHtml(folder, outFolder) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ipynb"));
  const settings = ["--to", "html", "--template", "kit", "--log-level=ERROR", "--output-dir", outFolder];
  return new Promise((done, fail) => {
    const child = spawn(
      PYTHON,
      ["-m", "nbconvert", ...settings, "--CSSHTMLHeaderPreprocessor.style=friendly", ...files],
      { cwd: folder, env: converterEnvironment(), stdio: ["ignore", "ignore", "pipe"] },
    );
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => (stderr += text));
    child.on("error", (error) =>
      fail(new Error(`buildReport: ${PYTHON} must start, got ${error.message}. Run npm run set-up.`)),
    );
    child.on("close", (code) => {
      if (code === 0) done();
      else fail(new Error(`buildReport: nbconvert failed: ${stderr.trim().split("\n").at(-1)}`));
    });
  });
}

/** @param {Contents[]} notebooks @param {string} folder receives what the pages load */
function copyAssets(notebooks, folder) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(STYLE, join(folder, "report.css"));
  if (notebooks.some(({ needsMath }) => needsMath)) {
    copyFileSync(requireHere.resolve("mathjax/es5/tex-svg.js"), join(folder, "tex-svg.js"));
    writeFileSync(join(folder, "mathjax-settings.js"), MATHJAX_SETTINGS);
  }
  if (notebooks.some(({ needsPlotly }) => needsPlotly))
    copyFileSync(requireHere.resolve("plotly.js-dist/plotly.js"), join(folder, "plotly.js"));
}

/**
 * Figures as files of the report: those of the figures folder, and any a notebook shows that is not there.
 *
 * @param {Contents[]} notebooks
 * @param {string | undefined} figuresFolder
 * @param {string} outFolder
 * @returns {string[]} the names of all files
 */
function collectFigures(notebooks, figuresFolder, outFolder) {
  mkdirSync(outFolder, { recursive: true });
  if (figuresFolder !== undefined && existsSync(figuresFolder))
    for (const file of readdirSync(figuresFolder))
      if (/\.(svg|png|pdf)$/.test(file)) cpSync(join(figuresFolder, file), join(outFolder, file));
  for (const { figures } of notebooks)
    for (const { name, png } of figures)
      if (png !== undefined && !existsSync(join(outFolder, `${name}.png`)))
        writeFileSync(join(outFolder, `${name}.png`), Buffer.from(png, "base64"));
  return readdirSync(outFolder);
}

/**
 * Builds the report. The folder it replaces stays as it was until the new one is complete.
 *
 * @param {{ executedFolder: string, figuresFolder?: string, outFolder: string, title: string,
 *   context: Record<string, string> }} options `executedFolder` holds NAME.ipynb; `context` says where the numbers
 *   come from, such as scale, source, commit and date, and is shown in this order
 * @returns {Promise<string>} path of index.html
 * @throws {Error} when there is no executed notebook or nbconvert fails
 */
export async function buildReport({ executedFolder, figuresFolder, outFolder, title, context }) {
  const names = readdirSync(executedFolder)
    .filter((file) => file.endsWith(".ipynb") && !file.startsWith("."))
    .map((file) => basename(file, ".ipynb"))
    .sort();
  if (names.length === 0)
    throw new Error(
      `buildReport: ${executedFolder} must hold executed notebooks, got none. Run npm run reproduce.`,
    );
  const target = resolve(outFolder);
  const partial = join(dirname(target), `.${basename(target)}.${process.pid}.partial`);
  const sources = join(partial, "sources");
  mkdirSync(sources, { recursive: true });
  try {
    const notebooks = names.map((name) => ({
      name,
      notebook: readNotebook(join(executedFolder, `${name}.ipynb`)),
    }));
    const contents = notebooks.map(({ name, notebook }) => readContents(name, notebook));
    for (const [i, { name, notebook }] of notebooks.entries()) {
      const [own, previous, next] = [contents[i], contents[i - 1], contents[i + 1]];
      const neighbour = (/** @type {Contents | undefined} */ page) =>
        page && { file: `${page.name}.html`, title: page.title };
      const report = {
        title: own?.title ?? name,
        needsMath: own?.needsMath ?? false,
        needsPlotly: own?.needsPlotly ?? false,
        ...(previous ? { previous: neighbour(previous) } : {}),
        ...(next ? { next: neighbour(next) } : {}),
      };
      const metadata = { ...notebook.metadata, report };
      writeFileSync(join(sources, `${name}.ipynb`), serialiseNotebook({ ...notebook, metadata }));
    }
    await convertToHtml(sources, partial);
    rmSync(sources, { recursive: true });
    copyAssets(contents, join(partial, "assets"));
    const files = collectFigures(contents, figuresFolder, join(partial, "figures"));
    writeFileSync(
      join(partial, "index.html"),
      indexPage({ title, context, notebooks: contents, figureFiles: files }),
    );
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return join(target, "index.html");
}
