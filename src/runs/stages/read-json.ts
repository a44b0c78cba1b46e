/** @file Reading JSON that may have been damaged; what it must hold is for the reader's schema to say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import { readGzipText } from "./gzip-text.js";

/** Deepest nesting that is read; the kit writes less than a tenth of it. */
const MOST_LEVELS = 200;

/** What a file holds, or undefined where that is no JSON, so that a schema refuses both with one message. */
export const readJson = (path: string): unknown => parseJson(readFileSync(path, "utf8"));

/**
 * What a stage's file holds.
 *
 * @param name of a JSON file, compressed where it ends in `.gz`
 * @throws Error naming the file, and the field that is not as this version writes it
 */
export function readStageJson<T>(
  { folder }: { readonly folder: string },
  name: string,
  schema: z.ZodType<T>,
): T {
  const path = join(folder, name);
  const parsed = schema.safeParse(name.endsWith(".gz") ? parseJson(readGzipText(path)) : readJson(path));
  if (parsed.success) return parsed.data;
  throw new Error(
    `readStageJson: ${path} must be as this version writes it, got ${describeIssue(parsed.error, "file")}. Delete ${folder} to compute it again.`,
  );
}

/**
 * What a text holds, or undefined where it is no JSON.
 *
 * Differs: nesting that no stack of calls could follow, where the value is written or compared again, is no JSON either.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isDeep(value) ? undefined : value;
}

/** Level by level, since the value may be deeper than calls can go. */
function isDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) return true;
    level = level.flatMap((part): unknown[] =>
      typeof part === "object" && part !== null ? Object.values(part) : [],
    );
  }
  return false;
}
