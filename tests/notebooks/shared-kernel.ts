/** @file The running kernel that all tests of a file share, and where it tells its progress. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { startKernel, type Kernel } from "./kernel-client.js";

const CACHE = fileURLToPath(new URL("../../.cache/", import.meta.url));
export const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));

/** Starts it with a folder of its own. */
export async function startSharedKernel(): Promise<{ kernel: Kernel; folder: string; progressFile: string }> {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "kernel-progress-"));
  const progressFile = join(folder, "progress.jsonl");
  const env = { CLASS_IT_PROGRESS: progressFile, CLASS_IT_NOTEBOOK: "99-test" };
  return { kernel: await startKernel(FIXTURES, env), folder, progressFile };
}

/** Ends it and removes its folder. Whatever its cells did, it must have written nothing to stderr itself. */
export async function endSharedKernel(kernel: Kernel, folder: string): Promise<void> {
  const stderr = kernel.stderr();
  const code = await kernel.stop();
  rmSync(folder, { recursive: true });
  expect(code).toBe(0);
  expect(stderr).toBe("");
}
