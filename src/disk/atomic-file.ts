/** @file Writing a file so that a reader, or the next start after a crash, sees the old bytes or the new ones. */

import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { explained } from "./disk-fault.js";
import { hasEnded, ownMark } from "./living-process.js";

/**
 * Write a file whole or not at all: next to the target under a unique name, to the disk, then renamed over it.
 * Missing parent folders are made; the file next to the target is removed when anything fails, and what a killed process
 * left there at the next writing.
 *
 * @param path target, replaced when it exists
 * @param data text is written as UTF-8
 * @throws Error naming path and remedy where the disk is full or must not be written to; else the file system's own
 */
export function writeFileAtomically(path: string, data: string | Uint8Array): void {
  explained(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    removeAbandoned(path);
    const beside = `${path}.${besideName()}`;
    try {
      writeToDisk(beside, data);
      renameSync(beside, path);
    } catch (error) {
      rmSync(beside, { force: true });
      throw error;
    }
  });
}

/**
 * Where a folder is built before it takes the place of another: next to it. What killed processes left there is removed.
 *
 * @param path of the folder to be replaced
 */
export function placeBeside(path: string): string {
  if (existsSync(dirname(path))) removeAbandoned(path);
  return `${path}.${besideName()}`;
}

/** Names its process, so that others know whether it is gone; random too, as a process may write twice at once. */
function besideName(): string {
  const { host, pid, processStart } = ownMark();
  return `${pid}-${processStart}@${host}.${randomUUID()}.part`;
}

const BESIDE = /^(\d+)-(\d*)@(.+)\.[0-9a-f-]{36}\.part$/;

/** Of processes of other machines nothing can be known: what they left stays. */
function removeAbandoned(path: string): void {
  const [folder, start] = [dirname(path), `${basename(path)}.`];
  for (const name of readdirSync(folder)) {
    const found = name.startsWith(start) ? BESIDE.exec(name.slice(start.length)) : null;
    if (!found) continue;
    const [, pid = "", processStart = "", host = ""] = found;
    if (hasEnded({ host, pid: Number(pid), processStart }) === true)
      rmSync(join(folder, name), { recursive: true, force: true });
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
