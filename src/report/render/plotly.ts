/** @file Interactive figures: Plotly's JSON in the notebook, the library brought once by the page; figure.ts prints. */

import { onDarkPaper } from "./figure-theme.js";
import { checkOutputName, display, escapeHtml, type MimeBundle } from "./display.js";

/** A plotly.js figure; the fields are the library's. */
export interface PlotlyFigure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * A figure as `text/html` (its JSON, its colours on dark paper, and the text until the report's script draws it), Plotly's own
 * type (drawn by JupyterLab's extension) and text.
 *
 * @param options.name becomes the element's id
 * @param options.alt  what the figure shows, for who cannot see it
 */
export function plotlyBundle(
  figure: PlotlyFigure,
  options: { readonly name: string; readonly alt: string },
): MimeBundle {
  checkOutputName("plotlyBundle", options.name);
  const used = new Set(JSON.stringify(figure).match(/#[0-9A-Fa-f]{6}/g));
  const whole = {
    data: figure.data,
    layout: {
      font: { family: "DejaVu Sans, Verdana, sans-serif" },
      hoverlabel: { namelength: -1 }, // whole names
      ...figure.layout,
      meta: { dark: Object.fromEntries([...used].map((hex) => [hex, onDarkPaper(hex)])) }, // for who draws it
    },
    config: { responsive: true, displaylogo: false, showSendToCloud: false, ...figure.config },
  };
  // "<" inside a script element could close it.
  const json = JSON.stringify(whole).replaceAll("<", "\\u003c");
  const id = `plotly-${options.name}`;
  const alt = escapeHtml(options.alt);
  return {
    "text/html":
      `<div id="${id}" role="img" aria-label="${alt}"><em>${alt}</em></div>` +
      `<script type="application/json" id="${id}-figure">${json}</script>`,
    "application/vnd.plotly.v1+json": JSON.parse(JSON.stringify(whole)) as unknown,
    "text/plain": `[interactive figure ${options.name}] ${options.alt}`,
  };
}

/**
 * Show an interactive figure. The library comes with the page; a viewer without it shows the text.
 *
 * @param options.name becomes the element's id: lower-case letters, digits, hyphens
 * @param options.alt what the figure shows, for who cannot see it
 * @throws RangeError on another kind of name
 */
export function showPlotly(
  figure: PlotlyFigure,
  options: { readonly name: string; readonly alt: string },
): void {
  display(plotlyBundle(figure, options));
}
