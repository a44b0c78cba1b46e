/** @file What a disk refused, as one line that names the place and the remedy; and places that refuse, found before the work. */
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, resolve } from "node:path";

const FULL = "a full disk";
const REFUSED = "a place that must not be written to";

/** What the system's codes mean to a user, and what to do. */
const FAULTS: Readonly<Record<string, readonly [got: string, remedy: string]>> = {
  ENOSPC: [FULL, "Free space there"],
  EDQUOT: [FULL, "Free space there, or have the quota raised"],
  EFBIG: ["a limit on the size of files", "Raise it (ulimit -f)"],
  EROFS: [REFUSED, "Make it writable, or name another folder"],
  EACCES: [REFUSED, "Make it writable, or name another folder"],
  EPERM: [REFUSED, "Make it writable, or name another folder"],
  EIO: ["a fault of the disk", "See the system's log, or name another folder"],
};

/**
 * An error that names what could not be written, for a fault of the disk; any other fault as it is.
 *
 * @param path what was to be written, where the system does not say it itself
 */
export function explainDiskFault(cause: unknown, path: string): unknown {
  if (!(cause instanceof Error && "code" in cause)) return cause;
  // Node makes folders below a read-only one with the wrong error: no such folder.
  if (cause.code === "ENOENT" && "syscall" in cause && cause.syscall === "mkdir")
    return explainRefusal(refusalOf(nearestFolder(path)) ?? cause, path);
  return explainRefusal(cause, path);
}

function explainRefusal(cause: Error, path: string): Error {
  const fault = "code" in cause ? FAULTS[String(cause.code)] : undefined;
  if (fault === undefined) return cause;
  const [got, remedy] = fault;
  return new Error(
    `writeFile: ${placeOf(cause, got, path)} must be written, got ${got} (${cause.message}). ${remedy} and run the same command again: it resumes from what is kept.`,
    { cause },
  );
}

/** Runs work that writes to a place; its faults of the disk come as {@link explainDiskFault} words them. */
export function explained<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw explainDiskFault(cause, path);
  }
}

/** The system names the place where it opens a file, not where it writes to one: TensorFlow's graphs are in the temporary folder. */
function placeOf(cause: Error, got: string, path: string): string {
  if ("path" in cause && typeof cause.path === "string") return cause.path;
  return got === FULL && freeBytes(tmpdir()) < freeBytes(path) ? tmpdir() : path;
}

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(nearestFolder(path));
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** The folder that is there, of those above. */
function nearestFolder(path: string): string {
  for (let folder = resolve(path); ; folder = dirname(folder))
    if (existsSync(folder) || folder === dirname(folder)) return folder;
}

/**
 * Demands that results can be written once there are some: hours of computing come before.
 *
 * @param caller for the message
 * @throws Error naming the folder, and its nearest one above that is there
 */
export function requireWritable(folder: string, caller: string): void {
  const there = nearestFolder(folder);
  const cause = refusalOf(there);
  if (cause === null) return;
  throw new Error(
    `${caller}: results must be written to ${folder}, got ${there === resolve(folder) ? "a folder" : there} that cannot be written to (${cause.message}). Make it writable, or name another folder; nothing was computed.`,
    { cause },
  );
}

/** Why nothing can be written into a folder; null where it can. */
function refusalOf(folder: string): Error | null {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
}
