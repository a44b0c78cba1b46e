/** @file A Vega-Lite specification becomes SVG, PDF and PNG in Node, with one font everywhere and the same bytes every time. */

import { join } from "node:path";
import type { TopLevelSpec } from "vega-lite";
import { writeFileAtomically } from "../disk/atomic-file.js";
import { checkOutputName, display, escapeHtml } from "./display.js";
import { figureFonts, sizeOf } from "./figure-fonts.js";
import { svgToPdf } from "./figure-pdf.js";
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
  title: {
    anchor: "start",
    fontSize: 14,
    subtitleFontSize: 11,
    subtitleColor: "#444444",
    subtitlePadding: 4,
    offset: 10,
  },
  axis: {
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    gridColor: "#e5e5e5",
    labelLimit: 260,
    labelPadding: 4,
  },
  legend: { labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal", labelLimit: 260 },
  header: { labelFontSize: 11, titleFontSize: 11 },
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

/**
 * Draw a Vega-Lite specification as SVG, without a browser. The same specification gives the same bytes.
 *
 * @param options.name prefix of all ids, so that several figures can stand in one page
 * @param options.alt  becomes the figure's label and title
 * @throws Error when Vega-Lite or Vega warns: a warned-of figure shows something else than was asked for
 */
export async function figureSvg(
  spec: TopLevelSpec,
  options: Pick<FigureOptions, "name" | "alt">,
): Promise<string> {
  checkOutputName("figureSvg", options.name);
  // vega 6 has a top-level await, so the kernel cannot require it: it is imported at the first figure.
  const [vega, vegaLite, canvas] = await Promise.all([import("vega"), import("vega-lite"), import("canvas")]);
  if (!canvas.GlobalFonts.has(MEASURED_FONT)) {
    for (const file of fontFiles()) canvas.GlobalFonts.registerFromPath(file, MEASURED_FONT);
  }
  const messages: string[] = [];
  const logger = collectingLogger(messages);
  const compiled = vegaLite.compile(spec, { logger, config: CONFIG }).spec;
  const view = new vega.View(vega.parse(compiled), { renderer: "none", logger });
  let svg: string;
  try {
    svg = await view.toSVG();
  } finally {
    view.finalize();
  }
  if (messages.length > 0) {
    throw new Error(
      `figureSvg: the specification of "${options.name}" must draw without warnings, got: ${messages.join("; ")}. ` +
        "Correct the specification.",
    );
  }
  return labelled(withOwnIds(svg, options.name), options.alt).replaceAll(MEASURED_FONT, FONT_IN_FILE);
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
 * @param zoom pixels of the picture a pixel of the SVG; 2 for sharp print at 700 px
 */
export async function svgToPng(svg: string, zoom = 2): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const painter = new Resvg(svg, {
    fitTo: { mode: "zoom", value: zoom },
    background: "white",
    font: { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: FONT },
  });
  return painter.render().asPng();
}

/**
 * Write a figure as NAME.svg, NAME.pdf and NAME.png and show it: the SVG with its alternative text in HTML, and the PNG for
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
  writeFileAtomically(fromProjectRoot(join(folder, `${name}.pdf`)), await svgToPdf(svg, alt));
  const { width, height } = sizeOf(svg);
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
