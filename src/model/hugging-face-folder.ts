/**
 * @file A trained model as a complete Hugging Face folder, which `AutoModelForCausalLM` and `AutoTokenizer` load as it is.
 * Reading one is in `checkpoint.ts` and `data/tokenizer/tokenizer.ts`.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Precision } from "../config/config.js";
import { tokenizerFiles } from "../data/tokenizer/tokenizer-files.js";
import { weightParts } from "./checkpoint.js";
import type { TextModel } from "./generate.js";
import { writeLlamaConfig } from "./llama-config.js";

/** A system writes no more than 2 GiB at once. */
const PORTION_BYTES = 2 ** 28;

/**
 * Writes the folder whole or not at all: next to its place, then renamed.
 *
 * @param folder  made with its parents; one that is there must be empty
 * @param options.precision of the weights; `bfloat16` rounds each to the nearest one and halves the file
 * @param options.readme    text of README.md; without it there is none
 * @returns bytes of each file
 * @throws Error when something is in the folder's place
 *
 * Source: transformers 4.57.1, `save_pretrained` of model and tokenizer.
 */
export function writeHuggingFaceFolder(
  folder: string,
  { weights, architecture, tokenizer }: TextModel,
  { precision = "float32", readme }: { readonly precision?: Precision; readonly readme?: string } = {},
): Readonly<Record<string, number>> {
  const place = resolve(folder);
  requireFree(place);
  const { startId, padId, endIds } = tokenizer;
  const generation = { bos_token_id: startId, eos_token_id: oneOrMore(endIds), pad_token_id: padId };
  const files: Readonly<Record<string, string | Iterable<Uint8Array>>> = {
    "config.json": writeLlamaConfig(architecture, { startId, endId: oneOrMore(endIds), padId }, precision),
    "generation_config.json": JSON.stringify(generation, null, 2) + "\n",
    ...tokenizerFiles(tokenizer, architecture),
    "model.safetensors": weightParts(weights, precision),
    ...(readme !== undefined && { "README.md": readme }),
  };
  mkdirSync(dirname(place), { recursive: true });
  const beside = `${place}.partial-${randomUUID()}`;
  const bytes: Record<string, number> = {};
  try {
    mkdirSync(beside);
    for (const [name, content] of Object.entries(files))
      bytes[name] = writeParts(
        join(beside, name),
        typeof content === "string" ? [Buffer.from(content)] : content,
      );
    requireFree(place);
    if (existsSync(place)) rmdirSync(place); // empty: not every system renames over a folder
    renameSync(beside, place);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
  return bytes;
}

/** Writes a file of any size; returns its bytes. */
function writeParts(path: string, parts: Iterable<Uint8Array>): number {
  const file = openSync(path, "wx");
  let bytes = 0;
  try {
    for (const part of parts)
      for (let done = 0; done < part.length;) {
        const written = writeSync(file, part, done, Math.min(part.length - done, PORTION_BYTES));
        done += written;
        bytes += written;
      }
  } finally {
    closeSync(file);
  }
  return bytes;
}

/** As transformers writes ids: one by itself, several as a list. */
const oneOrMore = (ids: readonly number[]): number | readonly number[] | null =>
  ids.length > 1 ? ids : (ids[0] ?? null);

/** @throws Error when anything is there that would be lost */
function requireFree(place: string): void {
  const there = statSync(place, { throwIfNoEntry: false });
  if (!there) return;
  const found = there.isDirectory() ? readdirSync(place) : null;
  if (found?.length !== 0)
    throw new Error(
      `writeHuggingFaceFolder: ${place} must be empty or not exist, got ${found ? `a folder with ${found[0]}` : "a file"}. Choose another folder; nothing is overwritten.`,
    );
}
