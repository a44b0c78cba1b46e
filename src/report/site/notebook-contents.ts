/**
 * @file What an executed notebook contains, as the report's index needs it: title, claim, figures, tables, and the
 * libraries its page must load.
 */
import { joined, type Notebook, type Output } from "./notebook-file.js";

/** A figure of a cell. */
export interface Figure {
  readonly name: string;
  readonly caption: string;
  readonly alt: string;
  readonly anchor: string;
  /** In base64, absent for an interactive figure. */
  readonly png?: string;
  readonly svg?: string;
}

/** A table of a cell. */
export interface Table {
  readonly caption: string;
  readonly anchor: string;
}

/** What an executed notebook contains. */
export interface Contents {
  readonly name: string;
  readonly title: string;
  readonly claim: string;
  readonly figures: readonly Figure[];
  readonly tables: readonly Table[];
  readonly needsMath: boolean;
  readonly needsPlotly: boolean;
}

const FIGURE_TEXT = /^\[(interactive )?figure ([^\]]+)\] ([^\n]*)(?:\n([^]*))?$/;
const CAPTION = /<table\b[^>]*>\s*<caption\b[^>]*>([^]*?)<\/caption>/g;
const SVG_IN_HTML = /^<img src="data:image\/svg\+xml;base64,([\w+/=]+)"/;
const MATH = /\$[^$\n]+\$|\$\$|\\\(|\\\[|\\begin\{/;

/** @param text HTML without markup */
const fromHtml = (text: string): string =>
  text
    .replace(/<[^>]*>/g, "")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .trim();

/**
 * @param text Markdown
 * @returns without emphasis, code marks and links
 */
const fromMarkdown = (text: string): string =>
  text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|`)(.+?)\1/g, "$2")
    .replace(/(?<!\w)[*_](\S(?:.*?\S)?)[*_](?!\w)/g, "$1")
    .replace(/\s+/g, " ")
    .trim();

/** @returns a text payload */
function payload(output: Output, type: string): string | undefined {
  const value = output.data?.[type];
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.join("") : undefined;
}

function figureOf(output: Output, cellAnchor: string, fallbackName: string): Figure | undefined {
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
 * @param notebook executed, in the form of notebook-format.mjs
 */
export function readContents(name: string, notebook: Notebook): Contents {
  const prose = notebook.cells
    .filter((cell) => cell.cell_type === "markdown")
    .map((cell) => joined(cell.source))
    .join("\n\n");
  const paragraphs = prose
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/^(#+ .*\n?)+/, "").trim())
    .filter((paragraph) => paragraph !== "");
  const heading = /^#+\s+(.+)$/m.exec(prose)?.[1];

  const figures: Figure[] = [];
  const tables: Table[] = [];
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
