/** @file Writing a file so that a reader, or the next start after a crash, sees the old bytes or the new ones. */

import { randomUUID } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Write a file whole or not at all: beside the target under a unique name, to the disk, then renamed over it.
 * Missing parent folders are made; the file beside the target is removed when anything fails.
 *
 * @param path target, replaced when it exists
 * @param data text is written as UTF-8
 * @throws the file system's own error, with the path in it
 */
export function writeFileAtomically(path: string, data: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  // A random name, not the process id: two machines may share the folder.
  const beside = `${path}.${randomUUID()}.part`;
  try {
    writeToDisk(beside, data);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** Write a new file and wait until it is on the disk. @throws the file system's own error, also where there is one already */
export function writeToDisk(path: string, data: string | Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
