/** @file Where the expected numbers of the official pipeline and of PyTorch lie, when they are at hand. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder given by CLASS_IT_DATA, or null. */
export const dataFolder = process.env["CLASS_IT_DATA"] ?? null;

const beside = dataFolder === null ? null : join(dataFolder, "..", "parity");

/** The parity folder beside the data folder, or null. */
export const parityFolder = beside !== null && existsSync(beside) ? beside : null;

/** Path of a parity file. @throws Error when the folder is not at hand: guard the test with `skipIf` */
export function parityPath(...parts: string[]): string {
  if (parityFolder === null) throw new Error("parityPath: CLASS_IT_DATA must be set with parity/ beside it.");
  return join(parityFolder, ...parts);
}

export const parityJson = (...parts: string[]): unknown =>
  JSON.parse(readFileSync(parityPath(...parts), "utf8"));

/** The rows of a parity file of JSON lines. */
export const parityLines = (...parts: string[]): unknown[] =>
  readFileSync(parityPath(...parts), "utf8")
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
