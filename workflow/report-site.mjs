/**
 * @file The HTML report: a page for each executed notebook, made by nbconvert, pages of numbers, and an index with verdicts and
 * every figure and table; report-contents.mjs reads them from the notebooks.
 */
import { spawn } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { PROJECT, PYTHON, converterEnvironment } from "../scripts/notebooks/jupyter-environment.mjs";
import { serialiseNotebook } from "../scripts/notebooks/notebook-format.mjs";
import { readNotebook } from "../scripts/notebooks/notebook-scripts.mjs";
import { diskFault, partialBeside } from "../scripts/notebooks/partial-file.mjs";
import { readContents } from "./report-contents.mjs";
import { documentPages, linkCitations } from "./report-documents.mjs";
import { indexPage } from "./report-index.mjs";

/** @typedef {import("./report-contents.mjs").Contents} Contents */
/** @typedef {ReturnType<typeof import("./report-numbers.mjs").numbersPages>} Numbers */

const requireHere = createRequire(import.meta.url);
const TEMPLATE_FILES = join(PROJECT, "jupyter/nbconvert/templates/kit/static");
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
  copyFileSync(join(TEMPLATE_FILES, "report.css"), join(folder, "report.css"));
  if (notebooks.some(({ needsMath }) => needsMath)) {
    copyFileSync(requireHere.resolve("mathjax/es5/tex-svg.js"), join(folder, "tex-svg.js"));
    writeFileSync(join(folder, "mathjax-settings.js"), MATHJAX_SETTINGS);
  }
  if (notebooks.some(({ needsPlotly }) => needsPlotly)) {
    copyFileSync(requireHere.resolve("plotly.js-basic-dist-min"), join(folder, "plotly.js"));
    copyFileSync(join(TEMPLATE_FILES, "interactive.js"), join(folder, "interactive.js"));
  }
}

/**
 * Figures as files of the report, as the notebooks drew them, with the PDF files of the figures folder. A figure that is there
 * as SVG has no PNG: that would be the greater part of the report.
 *
 * @param {Contents[]} notebooks
 * @param {string | undefined} figuresFolder
 * @param {string} outFolder
 * @returns {string[]} the names of all files
 */
function collectFigures(notebooks, figuresFolder, outFolder) {
  mkdirSync(outFolder, { recursive: true });
  const found =
    figuresFolder !== undefined && existsSync(figuresFolder)
      ? readdirSync(figuresFolder).filter((file) => /\.(svg|png|pdf)$/.test(file))
      : [];
  const drawn = notebooks.flatMap(({ figures }) => figures);
  const vectors = new Set([
    ...found.flatMap((file) => (file.endsWith(".svg") ? [basename(file, ".svg")] : [])),
    ...drawn.flatMap(({ name, svg }) => (svg === undefined ? [] : [name])),
  ]);
  for (const file of found)
    if (figuresFolder !== undefined && !(file.endsWith(".png") && vectors.has(basename(file, ".png"))))
      cpSync(join(figuresFolder, file), join(outFolder, file));
  for (const { name, png, svg } of drawn)
    if (svg !== undefined) writeFileSync(join(outFolder, `${name}.svg`), svg);
    else if (png !== undefined && !vectors.has(name))
      writeFileSync(join(outFolder, `${name}.png`), Buffer.from(png, "base64"));
  return readdirSync(outFolder);
}

/** @param {Record<string, string>} pages HTML by the name of the file @param {string} folder */
function writePages(pages, folder) {
  mkdirSync(folder, { recursive: true });
  for (const [file, html] of Object.entries(pages)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), html);
  }
}

/** @param {string} folder @returns {string[]} the notebooks that lie in it, in reading order */
export const executedNames = (folder) =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith(".ipynb") && !file.startsWith("."))
    .map((file) => basename(file, ".ipynb"))
    .sort();

/**
 * Builds the report. The folder it replaces stays as it was until the new one is complete.
 *
 * @param {{ executedFolder: string, names?: string[], figuresFolder?: string, outFolder: string, title: string,
 *   context: Record<string, string>, numbers?: Numbers, verdicts?: string, library?: () => Promise<Record<string, string>> }} options
 *   `executedFolder` holds NAME.ipynb, of which `names` are shown, or all; `context` says where the numbers come from, such as scale, source and commits, and is shown
 *   in this order; `verdicts` is HTML, `library` makes its pages, by the name of the file
 * @returns {Promise<string>} path of index.html
 * @throws {Error} when there is no executed notebook or nbconvert fails
 */
export async function buildReport({
  executedFolder,
  names = executedNames(executedFolder),
  figuresFolder,
  outFolder,
  title,
  context,
  numbers,
  verdicts,
  library,
}) {
  if (names.length === 0)
    throw new Error(
      `buildReport: ${executedFolder} must hold executed notebooks, got none. Run npm run reproduce.`,
    );
  const target = resolve(outFolder);
  const partial = partialBeside(target);
  const sources = join(partial, "sources");
  try {
    mkdirSync(sources, { recursive: true });
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
        hasNumbers: numbers !== undefined,
        hasLibrary: library !== undefined,
        ...(previous ? { previous: neighbour(previous) } : {}),
        ...(next ? { next: neighbour(next) } : {}),
      };
      const metadata = { ...notebook.metadata, report };
      writeFileSync(join(sources, `${name}.ipynb`), serialiseNotebook({ ...notebook, metadata }));
    }
    await convertToHtml(sources, partial);
    rmSync(sources, { recursive: true });
    for (const name of names) {
      const page = join(partial, `${name}.html`);
      writeFileSync(page, linkCitations(readFileSync(page, "utf8"), ""));
    }
    writePages(documentPages(), join(partial, "docs"));
    copyAssets(contents, join(partial, "assets"));
    const files = collectFigures(contents, figuresFolder, join(partial, "figures"));
    if (numbers) {
      const pages = numbers.pages.map(({ file, html }) => [file, html]);
      writePages(
        { ...Object.fromEntries(pages), "data-files.html": numbers.dataFiles },
        join(partial, "numbers"),
      );
    }
    if (library) {
      const pages = Object.entries(await library()).map(([file, html]) => [file, linkCitations(html, "../")]);
      writePages(Object.fromEntries(pages), join(partial, "api"));
    }
    const parts = {
      ...(numbers && { numbers }),
      ...(verdicts !== undefined && { verdicts }),
      hasLibrary: library !== undefined,
    };
    const index = indexPage({ title, context, notebooks: contents, figureFiles: files, ...parts });
    writeFileSync(join(partial, "index.html"), index);
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } catch (cause) {
    throw await diskFault(cause, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return join(target, "index.html");
}
