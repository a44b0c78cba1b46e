/**
 * @file The HTML report: a page for each executed notebook, made by nbconvert, pages of numbers, and an index with verdicts and
 * every figure and table; notebook-contents.ts reads them from the notebooks.
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
import { placeBeside } from "../../disk/atomic-file.js";
import { explainDiskFault } from "../../disk/disk-fault.js";
import { findProjectRoot } from "../../project-root.js";
import { documentPages, linkCitations } from "./document-pages.js";
import { indexPage, type ReportedStudy } from "./index-page.js";
import { PYTHON, converterEnvironment } from "./jupyter-environment.js";
import { readContents, type Contents } from "./notebook-contents.js";
import { readNotebook } from "./notebook-file.js";
import type { Numbers } from "./number-pages.js";

const requireHere = createRequire(import.meta.url);
const TEMPLATE_FILES = join(findProjectRoot(), "jupyter/nbconvert/templates/kit/static");
const MATHJAX_SETTINGS = `window.MathJax = {
  tex: { inlineMath: [["$", "$"], ["\\\\(", "\\\\)"]], processEscapes: true },
  options: { enableMenu: false },
};
`;

/** @param folder of notebooks */
function convertToHtml(folder: string, outFolder: string): Promise<void> {
  const files = readdirSync(folder).filter((file) => file.endsWith(".ipynb"));
  const settings = ["--to", "html", "--template", "kit", "--log-level=ERROR", "--output-dir", outFolder];
  return new Promise((done, fail) => {
    const child = spawn(
      PYTHON,
      ["-m", "nbconvert", ...settings, "--CSSHTMLHeaderPreprocessor.style=friendly", ...files],
      { cwd: folder, env: converterEnvironment(), stdio: ["ignore", "ignore", "pipe"] },
    );
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error) =>
      fail(new Error(`buildReport: ${PYTHON} must start, got ${error.message}. Run npm run set-up.`)),
    );
    child.on("close", (code) => {
      if (code === 0) done();
      else fail(new Error(`buildReport: nbconvert failed: ${stderr.trim().split("\n").at(-1)}`));
    });
  });
}

/** @param folder receives what the pages load */
function copyAssets(notebooks: Contents[], folder: string) {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(TEMPLATE_FILES, "report.css"), join(folder, "report.css"));
  if (notebooks.some(({ needsMath }) => needsMath)) {
    copyFileSync(requireHere.resolve("mathjax/es5/tex-svg.js"), join(folder, "tex-svg.js"));
    writeFileSync(join(folder, "mathjax-settings.js"), MATHJAX_SETTINGS);
  }
  copyFileSync(requireHere.resolve("datatables.net/js/dataTables.min.js"), join(folder, "datatables.js"));
  copyFileSync(join(TEMPLATE_FILES, "tables.js"), join(folder, "tables.js"));
  if (notebooks.some(({ needsPlotly }) => needsPlotly)) {
    copyFileSync(requireHere.resolve("plotly.js-basic-dist-min"), join(folder, "plotly.js"));
    copyFileSync(join(TEMPLATE_FILES, "interactive.js"), join(folder, "interactive.js"));
  }
}

/**
 * Figures as files of the report, as the notebooks drew them, with the PDF files of the figures folder. A figure that is there
 * as SVG has no PNG: that would be the greater part of the report.
 *
 * @returns the names of all files
 */
function collectFigures(
  notebooks: Contents[],
  figuresFolder: string | undefined,
  outFolder: string,
): string[] {
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

/** @param pages HTML by the name of the file */
function writePages(pages: Record<string, string>, folder: string) {
  mkdirSync(folder, { recursive: true });
  for (const [file, html] of Object.entries(pages)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), html);
  }
}

/** @returns the notebooks that are in it, in reading order */
export const executedNames = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith(".ipynb") && !file.startsWith("."))
    .map((file) => basename(file, ".ipynb"))
    .sort();

/**
 * Builds the report. The folder it replaces stays as it was until the new one is complete.
 *
 * @param options `executedFolder` holds NAME.ipynb, of which `names` are shown, or all; `context` says where the numbers come from, such as scale, source and commits, and is shown
 *   in this order; `studies` are those of the scale; `verdicts` is HTML, `library` makes its pages, by the name of the file
 * @returns path of index.html
 * @throws Error when there is no executed notebook or nbconvert fails
 */
export async function buildReport({
  executedFolder,
  names = executedNames(executedFolder),
  figuresFolder,
  outFolder,
  title,
  context,
  studies = [],
  numbers,
  verdicts,
  library,
}: {
  executedFolder: string;
  names?: string[];
  figuresFolder?: string;
  outFolder: string;
  title: string;
  context: Record<string, string>;
  studies?: readonly ReportedStudy[];
  numbers?: Numbers;
  verdicts?: string;
  library?: () => Promise<Record<string, string>>;
}): Promise<string> {
  if (names.length === 0)
    throw new Error(
      `buildReport: ${executedFolder} must hold executed notebooks, got none. Run npm run reproduce.`,
    );
  const target = resolve(outFolder);
  const partial = placeBeside(target);
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
      const neighbour = (page: Contents | undefined) =>
        page && { file: `${page.name}.html`, title: page.title };
      const report = {
        title: own?.title ?? name,
        needsMath: own?.needsMath ?? false,
        needsPlotly: own?.needsPlotly ?? false,
        hasTables: (own?.tables.length ?? 0) > 0,
        hasNumbers: numbers !== undefined,
        hasLibrary: library !== undefined,
        ...(context["study"] && { study: context["study"] }),
        ...(previous ? { previous: neighbour(previous) } : {}),
        ...(next ? { next: neighbour(next) } : {}),
      };
      const metadata = { ...notebook.metadata, report };
      writeFileSync(join(sources, `${name}.ipynb`), JSON.stringify({ ...notebook, metadata }));
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
      const pages = numbers.pages.map(({ file, html }) => [file, html] as const);
      writePages(
        { ...Object.fromEntries(pages), "data-files.html": numbers.dataFiles },
        join(partial, "numbers"),
      );
    }
    if (library) {
      const pages = Object.entries(await library()).map(
        ([file, html]) => [file, linkCitations(html, "../")] as const,
      );
      writePages(Object.fromEntries(pages), join(partial, "api"));
    }
    const parts = {
      ...(numbers && { numbers }),
      ...(verdicts !== undefined && { verdicts }),
      hasLibrary: library !== undefined,
    };
    const index = indexPage({ title, context, studies, notebooks: contents, figureFiles: files, ...parts });
    writeFileSync(join(partial, "index.html"), index);
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  } catch (cause) {
    throw explainDiskFault(cause, target);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return join(target, "index.html");
}
