/** @file Reading a JSON file that may have been damaged; what it must hold is for the reader's schema to say. */
import { readFileSync } from "node:fs";

/** What a file holds, or undefined where that is no JSON, so that a schema refuses both with one message. */
export function readJson(path: string): unknown {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
