/** @file Folders that are gone when the test, or the file of tests, is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

const make = () => mkdtempSync(join(tmpdir(), "class-it-test-"));
const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });

/** A new empty folder for the running test. */
export function temporaryFolder(): string {
  const folder = make();
  onTestFinished(() => remove(folder));
  return folder;
}

/** A new empty folder for all tests of a file or `describe`; call it outside of them. */
export function sharedFolder(): string {
  const folder = make();
  afterAll(() => remove(folder));
  return folder;
}
