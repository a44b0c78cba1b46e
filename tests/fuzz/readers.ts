/** @file Every reader of bytes from outside, by name. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { FuzzedReader, MakeReader } from "./reader.js";

// Loaded only when asked for: those of models bring TensorFlow.
const data = () => import("./readers-data.js");
const evaluation = () => import("./readers-evaluation.js");
const model = () => import("./readers-model.js");
const runs = () => import("./readers-runs.js");

const READERS: Readonly<Record<string, MakeReader>> = {
  safetensors: async () => (await data()).safetensors(),
  "model-folder": async (folder) => (await model()).modelFolders(folder),
  tokenizer: async (folder) => (await data()).tokenizers(folder),
  "json-lines": async () => (await evaluation()).jsonLines(),
  texts: async (folder) => (await data()).texts(folder),
  csv: async () => (await evaluation()).tables(),
  dialogues: async () => (await evaluation()).dialogues(),
  manifest: async (folder) => (await data()).lists(folder),
  listings: async () => (await evaluation()).listings(),
  "token-file": async (folder) => (await data()).tokens(folder),
  config: async (folder) => (await runs()).configurations(folder),
  checkpoints: async (folder) => (await model()).checkpoints(folder),
  results: async (folder) => (await runs()).results(folder),
  kept: async (folder) => (await runs()).keptFiles(folder),
};

/** Names of all readers. */
export const READER_NAMES: readonly string[] = Object.keys(READERS);

/**
 * A reader ready to be fuzzed.
 *
 * @param folder for files it needs; each reader has its own below it
 * @throws RangeError that lists the readers when the name is none of theirs
 */
export async function openReader(name: string, folder: string): Promise<FuzzedReader> {
  const make = READERS[name];
  if (make === undefined)
    throw new RangeError(
      `openReader: a reader must be one of ${READER_NAMES.join(", ")}, got "${name}". Correct the name.`,
    );
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  return make(own);
}
