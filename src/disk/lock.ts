/**
 * @file One process at a time at a file or folder: a lock next to it names its owner, and whoever comes second waits or is
 * refused. A lock whose process is gone is taken over; one of another machine counts as gone when it was not touched for half an hour.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { explainDiskFault, explained } from "./disk-fault.js";
import { hasEnded, ownMark } from "./living-process.js";

/** A lock that is held. */
export interface Lock {
  /** Says that the holder is alive; call it now and then where the event loop does not turn. */
  touch(): void;
  release(): void;
}

const ownerSchema = z.object({
  token: z.string(),
  host: z.string(),
  pid: z.number(),
  processStart: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

const POLL_MS = 200;
const FOREIGN_STALE_MS = 30 * 60_000;
/** While it is held, as often as the event loop turns. */
const TOUCH_MS = 60_000;
/** A lock without an owner is being written right now, or its writer was killed. */
const UNWRITTEN_STALE_MS = 1000;

/**
 * Takes the lock, waiting for whoever holds it.
 *
 * @param options.onWait called once when somebody else holds it; what it throws ends the waiting
 * @param options.signal ends the waiting
 */
export async function acquireLock(
  path: string,
  options: { readonly onWait?: (owner: string) => void; readonly signal?: AbortSignal | undefined } = {},
): Promise<Lock> {
  explained(path, () => mkdirSync(dirname(path), { recursive: true }));
  const own: Owner = { token: randomUUID(), ...ownMark() };
  const watch = watchLock(path);
  let isTold = false;
  for (;;) {
    options.signal?.throwIfAborted();
    if (create(path, own)) return heldLock(path, own);
    const owner = readOwner(path);
    const { ageMs, seenMs } = watch();
    if (owner === null ? seenMs > UNWRITTEN_STALE_MS : isGone(owner, Math.max(ageMs, seenMs))) {
      takeAway(path, owner);
      continue;
    }
    if (owner !== null) {
      if (!isTold) options.onWait?.(`process ${owner.pid} on ${owner.host}`);
      isTold = true;
    }
    await sleep(POLL_MS, undefined, options.signal ? { signal: options.signal } : {});
  }
}

/**
 * Takes the lock or says who has it, for work that is not worth waiting for.
 *
 * @param what what is locked, for the error
 * @throws Error naming the owner when another process, or another call of this one, has it
 */
export const takeLock = (path: string, what: string): Promise<Lock> =>
  acquireLock(path, {
    onWait: (owner) => {
      throw new Error(
        `takeLock: ${what} must be written by one process at a time, and ${owner} is at it. ` +
          `Wait for it to end; if there is no such process, delete ${path}.`,
      );
    },
  });

/**
 * Tells each time how old a lock is by its time of change, and for how long it was seen unchanged: a clock that is set back makes
 * files of the future, which would never grow old.
 */
function watchLock(path: string): () => { readonly ageMs: number; readonly seenMs: number } {
  let first = { mtimeMs: Number.NaN, atMs: 0 };
  return () => {
    const { mtimeMs = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== first.mtimeMs) first = { mtimeMs, atMs: performance.now() };
    return { ageMs: Date.now() - mtimeMs, seenMs: performance.now() - first.atMs };
  };
}

/** Whether some process holds the lock. */
export function isLockHeld(path: string): boolean {
  const owner = readOwner(path);
  return owner !== null && !isGone(owner, watchLock(path)().ageMs);
}

function create(path: string, owner: Owner): boolean {
  try {
    writeFileSync(path, JSON.stringify(owner), { flag: "wx" });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    // On a full disk a file can be made and not written to. It names nobody, so that it is nobody's but ours.
    if (readOwner(path) === null) rmSync(path, { force: true });
    throw explainDiskFault(error, path);
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

const isGone = (owner: Owner, untouchedMs: number): boolean =>
  hasEnded(owner) ?? untouchedMs > FOREIGN_STALE_MS;

/** Removes a dead lock, and only that one: somebody else may have taken it over meanwhile. */
function takeAway(path: string, dead: Owner | null): void {
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

function heldLock(path: string, own: Owner): Lock {
  const touch = (): void => {
    try {
      const now = new Date();
      utimesSync(path, now, now);
    } catch {
      // A lock that somebody removed by hand is missed by nobody: what it guards is renamed into place.
    }
  };
  const timer = setInterval(touch, TOUCH_MS).unref();
  return {
    touch,
    release() {
      clearInterval(timer);
      if (readOwner(path)?.token === own.token) rmSync(path, { force: true });
    },
  };
}
