/** @file A Hugging Face folder and the hash that names it in caches and beside scores. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A model folder and what names it in the cache. */
export interface ModelFolder {
  readonly folder: string;
  readonly hash: string;
}

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
    if (isWeights(name) || /^(config|tokenizer|tokenizer_config)\.json$/.test(name))
      hash.update(name).update(readFileSync(join(folder, name)));
  return { folder, hash: hash.digest("hex") };
}
