/** @file One process at a time at a file: a lock beside it names its owner, so that a killed owner does not hold it. */
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";

const self = () => `${process.pid} ${hostname()}\n`;

/**
 * Takes a lock or says who has it; nothing waits, for a wait may never end.
 *
 * @param lock path of the lock file; its folder must exist
 * @param what what is locked, for the error
 * @returns releases the lock
 * @throws Error naming the owner when another living process, or another download of this one, has it
 */
export function takeLock(lock: string, what: string): () => void {
  const owner = readOwner(lock);
  if (owner !== null && isGone(owner)) removeStale(lock, owner);
  try {
    writeFileSync(lock, self(), { flag: "wx" });
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) {
      // On a full disk a file can be made and not written to; it names nobody and would be honoured for ever.
      if (readOwner(lock) === "") rmSync(lock, { force: true });
      throw cause;
    }
    const [pid = "unknown", host = "unknown"] = (readOwner(lock) ?? "").trim().split(" ");
    throw new Error(
      `takeLock: ${what} must be written by one process at a time, and process ${pid || "unknown"} on ${host} is at it. ` +
        `Wait for it to end; if there is no such process, delete ${lock}.`,
      { cause },
    );
  }
  return () => rmSync(lock, { force: true });
}

function readOwner(lock: string): string | null {
  try {
    return readFileSync(lock, "utf8");
  } catch {
    return null;
  }
}

/** Only a process of this machine can be known to be gone. */
function isGone(owner: string): boolean {
  const [pid, host] = owner.trim().split(" ");
  if (host !== hostname() || !/^\d+$/.test(pid ?? "")) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

/** Moved away before it is removed: of two processes that find the same dead owner, one removes the other's new lock. */
function removeStale(lock: string, owner: string): void {
  const aside = `${lock}.${randomUUID()}`;
  try {
    renameSync(lock, aside);
  } catch {
    return; // another process was faster
  }
  if (readOwner(aside) === owner || existsSync(lock)) rmSync(aside, { force: true });
  else renameSync(aside, lock);
}
