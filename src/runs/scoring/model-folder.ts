/** @file A Hugging Face folder and the hash that names it in caches and next to scores. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { withFileBytes } from "../../model/byte-source.js";

/** A model folder and what names it in the cache. */
export interface ModelFolder {
  readonly folder: string;
  readonly hash: string;
}

/** Files next to the weights that decide what a model or its tokenizer does. */
const DECIDING =
  /^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$/;

/** Bytes hashed at once: a file may be larger than Node reads in one piece. */
const PORTION_BYTES = 2 ** 22;

/**
 * A folder by the hash of its weights, in one file or several, its configuration and its tokenizer.
 *
 * @throws Error when one of them is missing
 */
export function modelFolder(folder: string): ModelFolder {
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const isWeights = (name: string): boolean => name.endsWith(".safetensors");
  for (const [name, isThere] of [
    ["config.json", names.includes("config.json")],
    ["tokenizer.json", names.includes("tokenizer.json")],
    ["model.safetensors", names.some(isWeights)],
  ] as const)
    if (!isThere)
      throw new Error(
        `modelFolder: ${join(folder, name)} must exist, found no such file. Give a complete Hugging Face folder.`,
      );
  const hash = createHash("sha256");
  for (const name of names)
    if (isWeights(name) || DECIDING.test(name)) {
      hash.update(name);
      withFileBytes(join(folder, name), (file) => {
        for (let done = 0; done < file.length; done += PORTION_BYTES) {
          const portion = new Uint8Array(Math.min(PORTION_BYTES, file.length - done));
          file.read(portion, done);
          hash.update(portion);
        }
      });
    }
  return { folder, hash: hash.digest("hex") };
}
