/** @file The tokenizers library's own tokenizer of a `tokenizer.json`, whose model is handed over as the bytes that it was read from. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tokenizer as NativeTokenizer } from "tokenizers";
import { tokenizerBytes } from "./model-text.js";
import type { TokenizerJson } from "./tokenizer-json.js";

/** From here on a file is faster: of a text, JavaScript makes UTF-16, and the library UTF-8 again. */
const LARGE_BYTES = 2 ** 20;

/**
 * Loads a tokenizer.
 *
 * @param modelText the model in UTF-8, where it still holds; null writes the one in `json`
 * @throws Error of the library that says what it refuses
 */
export function loadNative(json: TokenizerJson, modelText: Uint8Array | null): NativeTokenizer {
  if (modelText === null) return NativeTokenizer.fromString(JSON.stringify(json));
  const bytes = tokenizerBytes(json, modelText);
  const folder = bytes.length < LARGE_BYTES ? null : writeAside(bytes);
  if (folder === null) return NativeTokenizer.fromString(bytes.toString());
  try {
    return NativeTokenizer.fromFile(join(folder, FILE));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const FILE = "tokenizer.json";

/** A new folder with the bytes in a file; null where the disk for temporary files does not take it. */
function writeAside(bytes: Uint8Array): string | null {
  let folder: string | null = null;
  try {
    folder = mkdtempSync(join(tmpdir(), "class-it-tokenizer-"));
    writeFileSync(join(folder, FILE), bytes);
    return folder;
  } catch {
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    return null;
  }
}
