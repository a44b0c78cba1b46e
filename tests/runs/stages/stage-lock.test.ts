import { spawn } from "node:child_process";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { acquireStageLock } from "../../../src/runs/stages/stage-lock.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const lockPath = (): string => join(temporaryFolder(), "deep", "stage.lock");
const owner = (changes: object) =>
  JSON.stringify({ token: "t", host: hostname(), pid: process.pid, processStart: "0", ...changes });

test("whoever comes second waits for the first to release, and is told whom it waits for", async () => {
  const path = lockPath();
  const first = await acquireStageLock(path);
  const events: string[] = [];
  const second = acquireStageLock(path, { onWait: (who) => events.push(who) }).then((lock) => {
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
      const lock = await acquireStageLock(path);
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
  (await acquireStageLock(path)).release(); // makes the folder
  const child = spawn(process.execPath, ["-e", ""]);
  await new Promise((resolve) => child.on("close", resolve));
  for (const dead of [owner({ pid: child.pid }), owner({ processStart: "1" })]) {
    writeFileSync(path, dead);
    const lock = await acquireStageLock(path);
    expect(readFileSync(path, "utf8")).toContain(`"pid":${process.pid}`);
    lock.release();
  }
});

test("the lock of another machine is honoured until it was not touched for half an hour", async () => {
  const path = lockPath();
  (await acquireStageLock(path)).release();
  writeFileSync(path, owner({ host: "elsewhere" }));
  const controller = new AbortController();
  const waiting = acquireStageLock(path, { signal: controller.signal });
  await sleep(250);
  controller.abort(new Error("no longer wanted"));
  await expect(waiting).rejects.toThrow(/no longer wanted|aborted/);
  const old = new Date(Date.now() - 31 * 60_000);
  utimesSync(path, old, old);
  (await acquireStageLock(path)).release();
});

test("a lock that somebody else holds by now is not released", async () => {
  const path = lockPath();
  const lock = await acquireStageLock(path);
  writeFileSync(path, owner({ host: "elsewhere" }));
  lock.release();
  expect(existsSync(path)).toBe(true);
});
