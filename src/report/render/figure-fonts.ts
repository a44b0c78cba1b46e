/** @file The fonts of all figures as files, and the size of a drawn figure. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** DejaVu Sans from the package, not from the machine. */
export function figureFonts(): { readonly regular: string; readonly bold: string } {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")),
    "ttf",
  );
  return { regular: join(folder, "DejaVuSans.ttf"), bold: join(folder, "DejaVuSans-Bold.ttf") };
}

/**
 * Width and height an SVG says it has, in its own units, rounded up.
 *
 * @throws Error when it says neither
 */
export function sizeOf(svg: string): { width: number; height: number } {
  const size = /<svg[^>]*\bwidth="([\d.]+)(?:pt)?"[^>]*\bheight="([\d.]+)/.exec(svg);
  if (!size) throw new Error(`sizeOf: an SVG must have width and height, got ${svg.slice(0, 120)}.`);
  return { width: Math.ceil(Number(size[1])), height: Math.ceil(Number(size[2])) };
}

/** The size of an SVG given in points as a screen has it, in whole CSS pixels. */
export function cssSizeOf(svg: string): { width: number; height: number } {
  const { width, height } = sizeOf(svg);
  return { width: Math.round((width * 4) / 3), height: Math.round((height * 4) / 3) };
}
