/**
 * @file What an executed notebook contains, as the report's index needs it: title, claim, figures, tables, and the
 * libraries its page must load.
 */
import { joined } from "../scripts/notebooks/notebook-format.mjs";

/**
 * @typedef {{ name: string, caption: string, alt: string, anchor: string, png?: string, svg?: string }} Figure
 *   `png` in base64, absent for an interactive figure
 * @typedef {{ caption: string, anchor: string }} Table
 * @typedef {{ name: string, title: string, claim: string, figures: Figure[], tables: Table[], needsMath: boolean,
 *   needsPlotly: boolean }} Contents
 * @typedef {import("../scripts/notebooks/notebook-format.mjs").Notebook} Notebook
 * @typedef {import("../scripts/notebooks/notebook-format.mjs").Output} Output
 */

const FIGURE_TEXT = /^\[(interactive )?figure ([^\]]+)\] ([^\n]*)(?:\n([^]*))?$/;
const CAPTION = /<table\b[^>]*>\s*<caption\b[^>]*>([^]*?)<\/caption>/g;
const SVG_IN_HTML = /^<img src="data:image\/svg\+xml;base64,([\w+/=]+)"/;
const MATH = /\$[^$\n]+\$|\$\$|\\\(|\\\[|\\begin\{/;

/** @param {string} text HTML without markup @returns {string} */
const fromHtml = (text) =>
  text
    .replace(/<[^>]*>/g, "")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .trim();

/** @param {string} text Markdown @returns {string} without emphasis, code marks and links */
const fromMarkdown = (text) =>
  text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|`)(.+?)\1/g, "$2")
    .replace(/(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();

/** @param {Output} output @param {string} type @returns {string | undefined} a text payload */
function payload(output, type) {
  const value = output.data?.[type];
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.join("") : undefined;
}

/**
 * @param {Output} output
 * @param {string} cellAnchor
 * @param {string} fallbackName
 * @returns {Figure | undefined}
 */
function figureOf(output, cellAnchor, fallbackName) {
  const text = payload(output, "text/plain") ?? "";
  const png = payload(output, "image/png")?.replaceAll("\n", "");
  const match = FIGURE_TEXT.exec(text);
  const isInteractive = match?.[1] !== undefined;
  if (png === undefined && !isInteractive) return undefined;
  const [, , name = fallbackName, caption = "", description] = match ?? [];
  const alt = description ?? caption;
  const anchor = match && !isInteractive ? `figure-${name}` : cellAnchor;
  const html = payload(output, "text/html") ?? "";
  const svg = match && !isInteractive ? SVG_IN_HTML.exec(html)?.[1] : undefined;
  return {
    name,
    caption,
    alt,
    anchor,
    ...(png !== undefined && { png }),
    ...(svg && { svg: Buffer.from(svg, "base64").toString() }),
  };
}

/**
 * Reads a notebook.
 *
 * @param {string} name
 * @param {Notebook} notebook executed, in the form of notebook-format.mjs
 * @returns {Contents}
 */
export function readContents(name, notebook) {
  const prose = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => joined(cell.source))
    .join("\n\n");
  const paragraphs = prose
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/^(#+ .*\n?)+/, "").trim())
    .filter((paragraph) => paragraph !== "");
  const heading = /^#+\s+(.+)$/m.exec(prose)?.[1];

  /** @type {Figure[]} */
  const figures = [];
  /** @type {Table[]} */
  const tables = [];
  let needsPlotly = false;
  for (const cell of notebook.cells) {
    const anchor = `cell-id=${cell.id}`;
    for (const output of cell.outputs ?? []) {
      const figure = figureOf(output, anchor, `${name}-${figures.length + 1}`);
      if (figure) figures.push(figure);
      const html = payload(output, "text/html") ?? "";
      for (const match of html.matchAll(CAPTION)) tables.push({ caption: fromHtml(match[1] ?? ""), anchor });
      needsPlotly ||= html.includes('-figure">');
    }
  }
  return {
    name,
    title: fromMarkdown(heading ?? name),
    claim: fromMarkdown(paragraphs[0] ?? "").replace(/^Claim[.:] /, ""), // the column says that it is one
    figures,
    tables,
    needsMath: MATH.test(prose),
    needsPlotly,
  };
}
