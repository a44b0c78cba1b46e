/** @file One output under several MIME types, through tslab's channel; tables and figures next door build them. */

import { createRequire } from "node:module";

/** MIME type to payload. Binary payloads are base64 strings, JSON payloads plain objects. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** Per MIME type: width and height in CSS pixels, and the text a screen reader says. */
export type MimeMetadata = Readonly<Record<string, unknown>>;

/** Metadata of an output that no notebook is to be saved with: `scripts/notebooks/notebook-format.mjs` takes it out. */
export const TRANSIENT = "class-it transient";

type DisplayChannel = (content: unknown, update: boolean) => void;

const requireHere = createRequire(import.meta.url);

function isDisplayChannel(value: unknown): value is DisplayChannel {
  return typeof value === "function";
}

/** Whether outputs reach a notebook, where one can take the place of another. */
export const isInNotebook = (): boolean => tslabChannel() !== null;

/** tslab's channel, or null outside the kernel. */
function tslabChannel(): DisplayChannel | null {
  // Look only at what is loaded already: requiring tslab from a plain script would load a compiler.
  const loaded = Object.keys(requireHere.cache).find((path) =>
    /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(path),
  );
  if (loaded === undefined) return null;
  const exported: unknown = requireHere.cache[loaded]?.exports;
  if (typeof exported !== "object" || exported === null || !("lastWriteDisplayData" in exported)) return null;
  return isDisplayChannel(exported.lastWriteDisplayData) ? exported.lastWriteDisplayData : null;
}

/**
 * Show one output under several MIME types at once; tslab's own functions send one type an output.
 * Outside the kernel the `text/plain` form goes to the console.
 *
 * @param bundle   must hold `text/plain`, which is all that a terminal and a diff can show
 * @param metadata per MIME type
 * @param place    of an output that is shown again and again: the id it is known by, and whether it stands there already. Outside
 *   the kernel, where nothing can be replaced, only the last one of a place should be sent
 * @throws TypeError when `text/plain` is not a string
 */
export function display(
  bundle: MimeBundle,
  metadata: MimeMetadata = {},
  place?: { readonly id: string; readonly isUpdate: boolean },
): void {
  const text = bundle["text/plain"];
  if (typeof text !== "string") {
    throw new TypeError(
      `display: a bundle must hold "text/plain" as a string, got ${typeof text}. Add a plain-text form.`,
    );
  }
  const send = tslabChannel();
  const transient = place ? { display_id: place.id } : {};
  if (send) send({ data: bundle, metadata, transient }, place?.isUpdate ?? false);
  else console.log(text);
}

/** Text for HTML and XML, between tags or inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Check the name of a table or figure. It becomes a file name, an id in a page and a label in LaTeX, so one small
 * alphabet serves all three.
 *
 * @throws RangeError on anything but lower-case letters, digits and single hyphens
 */
export function checkOutputName(caller: string, name: string): void {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new RangeError(
      `${caller}: a name must be lower-case letters, digits and hyphens, got "${name}". ` +
        `Write for instance "reading-times".`,
    );
  }
}
