/** @file A data file of a folder that someone else arranged: in the kit's own folders, or by itself. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { defaultPlaces } from "../../../data/files.js";
import { readTextFile } from "../../../data/text-file.js";
import type { Result } from "../../study/results.js";

/** A file's text and how a result names it. */
export interface ReadFile {
  readonly text: string;
  readonly named: Result["files"][number];
}

/**
 * Reads a file from the first place that has it.
 *
 * @param path as the kit's list of data has it
 * @param folders searched in order, each for the whole path and for its last part
 * @returns null where none has it
 */
export function readFromFolder(path: string, folders: readonly string[]): ReadFile | null {
  const place = folders
    .flatMap((folder) => [join(folder, path), join(folder, basename(path))])
    .find((candidate) => existsSync(candidate));
  if (place === undefined) return null;
  const text = readTextFile(place);
  return { text, named: { path, sha256: createHash("sha256").update(text).digest("hex"), unverified: true } };
}

/** The folders where the kit finds its own data, besides another. */
export function withOwnData(folder: string): string[] {
  const { rawFolder, dataFolder } = defaultPlaces();
  return [folder, rawFolder, ...(dataFolder === null ? [] : [dataFolder])];
}
