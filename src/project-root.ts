/** @file Where the project is, whatever folder a process was started in. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Folder that holds `data/manifest.json`, found by walking up from this module: works from `src/` and `src/dist/`.
 *
 * @throws Error when no folder above holds it
 */
export function findProjectRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "data", "manifest.json"))) return folder;
    if (folder === dirname(folder))
      throw new Error(
        `findProjectRoot: data/manifest.json must be in a folder above the kit's modules, searched from ${start}. Use the kit from inside its repository.`,
      );
  }
}
