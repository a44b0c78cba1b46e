import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { withLock } from "../../scripts/set-up/lock.mjs";
import { temporaryFolder } from "../support/temporary-folder.js";

/** A lock's path, and what is logged while waiting for it. */
function newLock() {
  const path = join(temporaryFolder(), "deep", "set-up.lock");
  const lines: string[] = [];
  return { path, lines, log: (line: string) => lines.push(line) };
}

/** A promise and the function that ends it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test("the lock names its owner while the work is done, and is gone afterwards", async () => {
  const { path, lines, log } = newLock();
  const found = await withLock(path, log, () => Promise.resolve(readFileSync(path, "utf8")));
  expect(found).toBe(String(process.pid));
  expect(existsSync(path)).toBe(false);
  expect(lines).toEqual([]);
});

test("the second waits until the first is done, and says once for whom", async () => {
  const { path, lines, log } = newLock();
  const order: string[] = [];
  const { opened, open } = gate();
  const first = withLock(path, log, async () => {
    order.push("first begins");
    await opened;
    order.push("first ends");
  });
  const second = withLock(path, log, () => Promise.resolve(order.push("second")));
  await new Promise((resolve) => setTimeout(resolve, 450)); // long enough to look twice
  expect(order).toEqual(["first begins"]);
  open();
  await Promise.all([first, second]);
  expect(order).toEqual(["first begins", "first ends", "second"]);
  expect(lines).toEqual([`waiting for process ${process.pid}, which holds ${path}`]);
});

test("work that fails gives the lock back", async () => {
  const { path, log } = newLock();
  const failing = withLock(path, log, () => Promise.reject(new Error("no network")));
  await expect(failing).rejects.toThrow("no network");
  expect(await withLock(path, log, () => Promise.resolve("done"))).toBe("done");
});

test.each([
  ["a process that has ended", () => String(spawnSync(process.execPath, ["-e", ""]).pid)],
  ["nobody", () => ""],
  ["no number", () => "someone"],
])("a lock that names %s is broken", async (_owner, content) => {
  const { path, lines, log } = newLock();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content());
  expect(await withLock(path, log, () => Promise.resolve("done"))).toBe("done");
  expect(existsSync(path)).toBe(false);
  expect(lines).toEqual([]);
});
