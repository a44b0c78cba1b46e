import { spawn } from "node:child_process";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { acquireLock, takeLock } from "../../src/disk/lock.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const lockPath = (): string => join(temporaryFolder(), "deep", "stage.lock");
const owner = (changes: object) =>
  JSON.stringify({ token: "t", host: hostname(), pid: process.pid, processStart: "0", ...changes });

test("whoever comes second waits for the first to release, and is told whom it waits for", async () => {
  const path = lockPath();
  const first = await acquireLock(path);
  const events: string[] = [];
  const second = acquireLock(path, { onWait: (who) => events.push(who) }).then((lock) => {
    events.push("second has it");
    return lock;
  });
  await sleep(300);
  expect(events).toEqual([`process ${process.pid} on ${hostname()}`]);
  first.release();
  (await second).release();
  expect(events.at(-1)).toBe("second has it");
  expect(existsSync(path)).toBe(false);
});

test("of many at once each has it alone", async () => {
  const path = lockPath();
  let holders = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 5 }, async () => {
      const lock = await acquireLock(path);
      most = Math.max(most, ++holders);
      await sleep(10);
      holders--;
      lock.release();
    }),
  );
  expect(most).toBe(1);
});

test("the lock of a process that is gone is taken over, also where another one has its number now", async () => {
  const path = lockPath();
  (await acquireLock(path)).release(); // makes the folder
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.on("close", resolve));
  for (const dead of [owner({ pid: child.pid }), owner({ processStart: "1" })]) {
    writeFileSync(path, dead);
    const lock = await acquireLock(path);
    expect(readFileSync(path, "utf8")).toContain(`"pid":${process.pid}`);
    lock.release();
  }
});

test("the lock of another machine is honoured until it was not touched for half an hour", async () => {
  const path = lockPath();
  (await acquireLock(path)).release();
  writeFileSync(path, owner({ host: "elsewhere" }));
  const controller = new AbortController();
  const waiting = acquireLock(path, { signal: controller.signal });
  await sleep(250);
  controller.abort(new Error("no longer wanted"));
  await expect(waiting).rejects.toThrow(/no longer wanted|aborted/);
  const old = new Date(Date.now() - 31 * 60_000);
  utimesSync(path, old, old);
  (await acquireLock(path)).release();
});

test("a lock that somebody else holds by now is not released", async () => {
  const path = lockPath();
  const lock = await acquireLock(path);
  writeFileSync(path, owner({ host: "elsewhere" }));
  lock.release();
  expect(existsSync(path)).toBe(true);
});

test("a lock of tomorrow without an owner, as a kill and a clock that is set back leave it, is taken over soon", async () => {
  const path = lockPath();
  (await acquireLock(path)).release();
  writeFileSync(path, "");
  const tomorrow = new Date(Date.now() + 24 * 3600_000);
  utimesSync(path, tomorrow, tomorrow);
  const lock = await acquireLock(path);
  expect(readFileSync(path, "utf8")).toContain(`"pid":${process.pid}`);
  lock.release();
});

test("whoever will not wait is told who has it, and takes over what a dead process left", async () => {
  const path = lockPath();
  const first = await acquireLock(path);
  await expect(takeLock(path, "the text")).rejects.toThrow(
    `takeLock: the text must be written by one process at a time, and process ${process.pid} on ${hostname()} is at it`,
  );
  first.release();
  (await takeLock(path, "the text")).release();
  writeFileSync(path, owner({ processStart: "1" }));
  (await takeLock(path, "the text")).release();
  expect(existsSync(path)).toBe(false);
});
