/**
 * @file What has arrived of a file that is still being fetched, and from where, so that a later try or a later process
 * continues with it. The fetching itself is in `download.ts`.
 */
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { z } from "zod";

/** The beginning of a file. */
export interface PartialFile {
  readonly bytes: number;
  /** Strong ETag or time of change of the file it is the beginning of, as the server gave it; null where it gave none. */
  readonly validator: string | null;
}

const noteSchema = z.strictObject({ url: z.string(), validator: z.string().nullable() });

/** Where the bytes of a target are until they are complete. */
export const partialPath = (target: string): string => `${target}.partial`;
const notePath = (target: string): string => `${target}.partial.json`;

/**
 * What there is of a target, if it came from the same location.
 *
 * @returns null where there is nothing; what belongs to another location or has no readable note is removed
 */
export function findPartial(target: string, url: string): PartialFile | null {
  const bytes = statSync(partialPath(target), { throwIfNoEntry: false })?.size;
  const note = readNote(target);
  if (bytes !== undefined && note?.url === url) return { bytes, validator: note.validator };
  discardPartial(target);
  return null;
}

/** Starts over: an empty partial file, with the location it is fetched from. */
export function beginPartial(target: string, note: { url: string; validator: string | null }): void {
  discardPartial(target);
  // The note first: bytes without a note are not used again.
  writeFileSync(notePath(target), JSON.stringify(note) + "\n");
  closeSync(openSync(partialPath(target), "w"));
}

/** Removes what there is. */
export function discardPartial(target: string): void {
  rmSync(partialPath(target), { force: true });
  rmSync(notePath(target), { force: true });
}

function readNote(target: string): z.infer<typeof noteSchema> | null {
  if (!existsSync(notePath(target))) return null;
  try {
    return noteSchema.parse(JSON.parse(readFileSync(notePath(target), "utf8")));
  } catch {
    return null;
  }
}
