/**
 * @file One builder a stage: whoever wants a stage that another process is building waits for it. A lock whose process is
 * gone is taken over; one of another machine counts as gone when it was not touched for half an hour.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

/** A lock that is held. */
export interface StageLock {
  /** Says that the holder is alive; call it now and then. */
  touch(): void;
  release(): void;
}

const ownerSchema = z.object({
  token: z.string(),
  host: z.string(),
  pid: z.number(),
  /** When the process was started, in the system's own count: a later process may have the same id. */
  processStart: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

const POLL_MS = 200;
const FOREIGN_STALE_MS = 30 * 60_000;

/**
 * Takes the lock, waiting for whoever holds it.
 *
 * @param options.onWait called once when somebody else holds it
 * @param options.signal ends the waiting
 */
export async function acquireStageLock(
  path: string,
  options: { readonly onWait?: (owner: string) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<StageLock> {
  mkdirSync(dirname(path), { recursive: true });
  const own: Owner = {
    token: randomUUID(),
    host: hostname(),
    pid: process.pid,
    processStart: startOf(process.pid) ?? "",
  };
  let isTold = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (create(path, own)) return heldLock(path, own);
    const owner = readOwner(path);
    if (owner === null || isGone(owner, path)) takeAway(path, owner);
    else {
      if (!isTold) options.onWait?.(`process ${owner.pid} on ${owner.host}`);
      isTold = true;
      await sleep(POLL_MS, undefined, options.signal ? { signal: options.signal } : {});
    }
  }
}

/** Whether some process is building the stage. */
export function isLockHeld(path: string): boolean {
  const owner = readOwner(path);
  return owner !== null && !isGone(owner, path);
}

function create(path: string, owner: Owner): boolean {
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Null when the lock is gone, or its writer was killed before it had written. */
function readOwner(path: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

function isGone({ host, pid, processStart }: Owner, path: string): boolean {
  if (host === hostname()) return startOf(pid) !== processStart;
  const { mtimeMs = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return Date.now() - mtimeMs > FOREIGN_STALE_MS;
}

/** Field 22 of /proc/PID/stat: clock ticks since boot; null when there is no such process. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

/** Removes a dead lock, and only that one: somebody else may have taken it over meanwhile. */
function takeAway(path: string, dead: Owner | null): void {
  if (dead === null) {
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age < 1000) return; // being written right now
  }
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const found = readOwner(aside);
  if (found !== null && found.token !== dead?.token) renameSync(aside, path);
  else rmSync(aside, { force: true });
}

function heldLock(path: string, own: Owner): StageLock {
  return {
    touch() {
      try {
        const now = new Date();
        utimesSync(path, now, now);
      } catch {
        // A lock that somebody removed by hand is missed by nobody: stages are renamed into place.
      }
    },
    release() {
      if (readOwner(path)?.token === own.token) rmSync(path, { force: true });
    },
  };
}
