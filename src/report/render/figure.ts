/** @file A Vega-Lite specification becomes SVG, PDF and PNG in Node, with one font everywhere and the same bytes every time. */

import { join } from "node:path";
import type { TopLevelSpec } from "vega-lite";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { checkOutputName, display, escapeHtml } from "./display.js";
import { cssSizeOf, figureFonts, sizeOf } from "./figure-fonts.js";
import { FIGURE_WIDTHS_PT, TYPE_PT, fitFigure, type FigureWidth } from "./figure-layout.js";
import { svgToPdf } from "./figure-pdf.js";
import { withDarkVariant, withoutDarkVariant } from "./figure-theme.js";
import { fromProjectRoot } from "./from-project-root.js";

const FONT = "DejaVu Sans";
// Text is measured under a name of our own: a machine's installed DejaVu, of another version, would be taken else.
const MEASURED_FONT = "Class It Figure";
// Verdana has DejaVu's widths, for viewers without it.
const FONT_IN_FILE = "DejaVu Sans, Verdana, sans-serif";

const CONFIG = {
  aria: false, // One label for the whole figure instead of one for each mark.
  background: "white",
  font: MEASURED_FONT,
  padding: 2,
  title: {
    anchor: "start",
    fontSize: TYPE_PT.title,
    subtitleFontSize: TYPE_PT.text,
    subtitleColor: "#444444",
    subtitlePadding: 3,
    offset: 6,
  },
  axis: {
    labelFontSize: TYPE_PT.text,
    titleFontSize: TYPE_PT.text,
    titleFontWeight: "normal",
    gridColor: "#e5e5e5",
    labelLimit: 0, // a label that is cut may equal another
    labelPadding: 3,
    tickSize: 3.5,
    titlePadding: 3,
  },
  legend: {
    labelFontSize: TYPE_PT.text,
    titleFontSize: TYPE_PT.text,
    titleFontWeight: "normal",
    labelLimit: 0,
    titleLimit: 0,
    symbolSize: 45,
    columnPadding: 8,
    rowPadding: 1.5,
    padding: 0,
    offset: 8,
  },
  header: { labelFontSize: TYPE_PT.text, titleFontSize: TYPE_PT.text },
  text: { fontSize: TYPE_PT.text },
  line: { strokeWidth: 1.5 },
  view: { stroke: "#cccccc" },
} as const;

/** What a figure needs besides its specification. */
export interface FigureOptions {
  /** File name without ending, and prefix of the ids inside: lower-case letters, digits, hyphens. */
  readonly name: string;
  /** Relative to the project root unless absolute. */
  readonly folder: string;
  /** What the figure shows, for who cannot see it. */
  readonly alt: string;
  readonly caption: string;
  /** A venue's column or page, or points; a page of ACL unless it is said. Type is 8 pt at each. */
  readonly width?: FigureWidth;
  /** Whether title and origin stand above the figure, as for a screen; a paper has them in its caption. */
  readonly title?: boolean;
}

const fontFiles = (): string[] => Object.values(figureFonts());

/** Vega's messages, collected: what it prints as a warning is a mistake in the figure. */
function collectingLogger(messages: string[]) {
  const logger = {
    level: () => logger,
    error: (...parts: readonly unknown[]) => (messages.push(parts.join(" ")), logger),
    warn: (...parts: readonly unknown[]) => (messages.push(parts.join(" ")), logger),
    info: () => logger,
    debug: () => logger,
  };
  return logger;
}

/** Vega with what it measures text with. */
async function openVega() {
  // vega 6 has a top-level await, so the kernel cannot require it: it is imported at the first figure.
  const [vega, vegaLite, canvas] = await Promise.all([import("vega"), import("vega-lite"), import("canvas")]);
  if (!canvas.GlobalFonts.has(MEASURED_FONT)) {
    for (const file of fontFiles()) canvas.GlobalFonts.registerFromPath(file, MEASURED_FONT);
  }
  /** @throws Error when Vega-Lite or Vega warns */
  return async (spec: TopLevelSpec, name: string): Promise<string> => {
    const messages: string[] = [];
    const logger = collectingLogger(messages);
    const compiled = vegaLite.compile(spec, { logger, config: CONFIG }).spec;
    const view = new vega.View(vega.parse(compiled), { renderer: "none", logger });
    try {
      const svg = await view.toSVG();
      if (messages.length === 0) return centred(svg);
    } finally {
      view.finalize();
    }
    throw new Error(
      `figureSvg: the specification of "${name}" must draw without warnings, got: ${messages.join("; ")}. ` +
        "Correct the specification.",
    );
  };
}

/** Labels of several lines at the left of an axis stand in the middle of their tick; Vega puts the first line there. */
function centred(svg: string): string {
  return svg.replace(
    /<text text-anchor="end" transform="translate\(([-\d.]+),([-\d.]+)\)"([^>]*)>((?:<tspan[^>]*>[^<]*<\/tspan>)+)<\/text>/g,
    (_match, x: string, y: string, attributes: string, lines: string) => {
      const steps = [...lines.matchAll(/ dy="([\d.]+)"/g)].reduce((sum, [, step]) => sum + Number(step), 0);
      return `<text text-anchor="end" transform="translate(${x},${Number(y) - steps / 2})"${attributes}>${lines}</text>`;
    },
  );
}

/**
 * Draw a Vega-Lite specification as SVG, without a browser, at its final size in points. The same specification gives the
 * same bytes; on dark paper its colours change by a style of its own.
 *
 * @param options.name prefix of all ids, so that several figures can stand in one page
 * @param options.alt  becomes the figure's label and title
 * @throws Error when Vega-Lite or Vega warns: a warned-of figure shows something else than was asked for
 */
export async function figureSvg(
  spec: TopLevelSpec,
  options: Pick<FigureOptions, "name" | "alt" | "width" | "title">,
): Promise<string> {
  const { name, alt, width = "page", title = true } = options;
  checkOutputName("figureSvg", name);
  const draw = await openVega();
  const fitted = await fitFigure(spec, { width, hasTitle: title }, async (tried) =>
    Number(/ width="([\d.]+)"/.exec(await draw(tried, name))?.[1]),
  );
  const svg = inPoints(await draw(fitted, name), typeof width === "number" ? width : FIGURE_WIDTHS_PT[width]);
  const own = labelled(withOwnIds(svg, name), alt).replaceAll(MEASURED_FONT, FONT_IN_FILE);
  return withDarkVariant(own, name);
}

/** The units of the drawing are points, and its width is the one asked for. */
function inPoints(svg: string, widthPt: number): string {
  const { width, height } = sizeOf(svg);
  const canvas = `width="${widthPt}pt" height="${height}pt" viewBox="0 0 ${Math.max(width, widthPt)} ${height}"`;
  return svg.replace(/\bwidth="[\d.]+" height="[\d.]+" viewBox="[^"]*"/, canvas);
}

/** Vega numbers clip paths and gradients through the whole process; number them through the figure instead. */
function withOwnIds(svg: string, prefix: string): string {
  const numbers = new Map<string, number>();
  return svg.replace(/(\bid="|url\(#|href="#)([^")]+)/g, (_match, before: string, id: string) => {
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return `${before}${prefix}-${number}`;
  });
}

function labelled(svg: string, alt: string): string {
  const text = escapeHtml(alt);
  return svg.replace(/<svg\b([^>]*)>/, (_match, attributes: string) => {
    return `<svg${attributes} role="img" aria-label="${text}"><title>${text}</title>`;
  });
}

/**
 * Paint an SVG as PNG, with the package's fonts only.
 *
 * @param zoom pixels of the picture a point of the SVG; 3 is 216 to an inch
 */
export async function svgToPng(svg: string, zoom = 3): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const painter = new Resvg(withoutDarkVariant(svg).replace(/ (width|height)="([\d.]+)pt"/g, ' $1="$2"'), {
    fitTo: { mode: "zoom", value: zoom },
    background: "white",
    font: { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: FONT },
  });
  return painter.render().asPng();
}

/**
 * Write a figure as NAME.svg, NAME.pdf and NAME.png, as wide as a venue's column or page, and show it: the SVG with its alternative text in HTML, and the PNG for
 * viewers that show no HTML.
 *
 * @param spec Vega-Lite, such as the functions of `plots` return
 * @param options where it goes, what it is called and what it shows
 * @throws Error when the figure cannot be drawn without warnings
 * @throws RangeError when the name is not of lower-case letters, digits and hyphens
 */
export async function showFigure(spec: TopLevelSpec, options: FigureOptions): Promise<void> {
  const { name, folder, alt, caption } = options;
  const svg = await figureSvg(spec, options);
  const png = await svgToPng(svg);
  writeFileAtomically(fromProjectRoot(join(folder, `${name}.svg`)), svg);
  writeFileAtomically(fromProjectRoot(join(folder, `${name}.png`)), png);
  writeFileAtomically(
    fromProjectRoot(join(folder, `${name}.pdf`)),
    await svgToPdf(withoutDarkVariant(svg), alt),
  );
  const { width, height } = cssSizeOf(svg);
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
  display(
    {
      // Lab and nbconvert leave out the alternative text of a bare image.
      "text/html": `<img src="${source}" width="${width}" height="${height}" alt="${escapeHtml(alt)}">`,
      "image/png": Buffer.from(png).toString("base64"),
      "text/plain": `[figure ${name}] ${caption}\n${alt}`,
    },
    { "image/png": { alt, width, height } },
  );
}
