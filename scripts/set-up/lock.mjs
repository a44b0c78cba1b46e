/** @file One process at a time: a lock file that names its owner, so that a killed owner does not hold it. */
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Whether there is such a process. @param {number} pid */
export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** @param {string} path @returns {number | null} the owner's process id, null when the lock is free or broken */
function ownerOf(path) {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return pid > 0 && isAlive(pid) ? pid : null;
  } catch {
    return null;
  }
}

/**
 * Runs `work` while holding the lock; waits while another living process holds it.
 *
 * @template T
 * @param {string} path
 * @param {(line: string) => void} log
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(path, log, work) {
  mkdirSync(dirname(path), { recursive: true });
  for (let told = false; ; await wait(200)) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const owner = ownerOf(path);
      if (owner === null) {
        // Between creation and the written id the owner looks dead: give it a moment before the lock is broken.
        await wait(200);
        if (ownerOf(path) === null) rmSync(path, { force: true });
      } else if (!told) {
        log(`waiting for process ${owner}, which holds ${path}`);
        told = true;
      }
    }
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.removeListener("exit", release);
    release();
  }
}
