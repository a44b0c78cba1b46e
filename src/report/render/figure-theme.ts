/** @file Colours of a figure on dark paper, computed from those on white: the same hues, lightness the other way round. */

/** A colour in Oklab: lightness 0 to 1 and two axes of hue. */
type Oklab = readonly [lightness: number, a: number, b: number];

/** The report's dark paper, `#14181d`, and its ink. */
const DARK_PAPER = 0.21;
const LIGHT_INK = 0.93;
/** Saturated colours name conditions: they keep their hue and become light enough to be seen. */
const SATURATED = 0.085;
const LEAST_LIGHTNESS = 0.64;

const toLinear = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const fromLinear = (value: number): number =>
  value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;

/** Source: Ottosson 2020, "A perceptual color space for image processing". */
function toOklab(hex: string): Oklab {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => toLinear(parseInt(hex.slice(at, at + 2), 16) / 255));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]: Oklab): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const byte = (value: number): string =>
    Math.round(255 * Math.min(1, Math.max(0, fromLinear(Math.max(0, value)))))
      .toString(16)
      .padStart(2, "0");
  return `#${channels.map(byte).join("")}`;
}

/**
 * A colour for dark paper. White becomes the paper, black the ink, and pale fills dark ones, so that text on them can still
 * be read; a saturated colour stays as it is unless it is too dark to be seen.
 *
 * @param hex `#RRGGBB` on white paper
 * @returns `#rrggbb`
 */
export function onDarkPaper(hex: string): string {
  const [lightness, a, b] = toOklab(hex);
  const isPale = lightness > 0.83;
  if (Math.hypot(a, b) > SATURATED && !isPale) return fromOklab([Math.max(LEAST_LIGHTNESS, lightness), a, b]);
  return fromOklab([LIGHT_INK - (LIGHT_INK - DARK_PAPER) * lightness, a, b]);
}

const NAMED: Readonly<Record<string, string>> = { white: "#ffffff", black: "#000000" };

/** `rgb(156, 196, 228)`, `#eee` and names as `#rrggbb`; undefined for what is no colour, such as `none`. */
function asHex(color: string): string | undefined {
  const rgb = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(color);
  if (rgb)
    return `#${rgb
      .slice(1)
      .map((part) => Number(part).toString(16).padStart(2, "0"))
      .join("")}`;
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(color);
  if (short)
    return `#${short
      .slice(1)
      .map((part) => part + part)
      .join("")}`;
  return NAMED[color] ?? (/^#[0-9a-f]{6}$/i.test(color) ? color : undefined);
}

/**
 * An SVG that follows the reader's theme: on dark paper a style of its own, which other programs pass over, changes its
 * colours. Only `fill` and `stroke` attributes have colours, as Vega writes them.
 *
 * @param svg drawn for white paper, with a title, and the ids of `prefix`
 */
export function withDarkVariant(svg: string, prefix: string): string {
  const used = new Set([...svg.matchAll(/\b(?:fill|stroke)="([^"]+)"/g)].map((match) => match[1] ?? ""));
  const rules = [...used].sort().flatMap((color) => {
    const hex = asHex(color);
    if (hex === undefined) return [];
    const dark = onDarkPaper(hex);
    return (["fill", "stroke"] as const).map((name) => `#${prefix} [${name}="${color}"]{${name}:${dark}}`);
  });
  const style = `<style>@media (prefers-color-scheme:dark){${rules.join("")}}</style>`;
  return svg.replace(/<svg\b/, `<svg id="${prefix}"`).replace("</title>", () => `</title>${style}`);
}

/** The SVG without its dark variant, for programs that read styles but no themes. */
export const withoutDarkVariant = (svg: string): string => svg.replace(/<style>@media [^<]*<\/style>/, "");
