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
 * Width and height an SVG says it has, in whole pixels.
 *
 * @throws Error when it says neither
 */
export function sizeOf(svg: string): { width: number; height: number } {
  const size = /<svg[^>]*\bwidth="([\d.]+)"[^>]*\bheight="([\d.]+)"/.exec(svg);
  if (!size) throw new Error(`sizeOf: an SVG must have width and height, got ${svg.slice(0, 120)}.`);
  return { width: Math.round(Number(size[1])), height: Math.round(Number(size[2])) };
}
