/** @file Names beside a file or folder that is being written, of which a killed process leaves none for good. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAlive } from "../set-up/lock.mjs";

/**
 * Where to write before the result gets its name; what ended processes left in this place is removed.
 *
 * @param {string} target
 */
export function partialBeside(target) {
  const [folder, start] = [dirname(target), `.${basename(target)}.`];
  removeAbandoned(folder, (name) =>
    name.startsWith(start) ? /^(\d+)\.partial$/.exec(name.slice(start.length))?.[1] : undefined,
  );
  return join(folder, `${start}${process.pid}.partial`);
}

/**
 * Removes what ended processes left in a folder.
 *
 * @param {string} folder
 * @param {(name: string) => string | undefined} pidOf whose an entry is; undefined for what is nobody's
 */
export function removeAbandoned(folder, pidOf) {
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = pidOf(name);
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * A fault of the disk as one line with place and remedy, any other as it is.
 *
 * @param {unknown} cause
 * @param {string} path what was to be written
 * @returns {Promise<unknown>}
 */
export async function diskFault(cause, path) {
  // Loaded here: the library is not there before the set-up has compiled it.
  const { explainDiskFault } = await import("../../src/dist/disk/disk-fault.js");
  return explainDiskFault(cause, path);
}

/** Makes a folder, and demands that it can be written to: hours of computing come before. @param {string} folder */
export async function openFolder(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw await diskFault(cause, folder);
  }
}
