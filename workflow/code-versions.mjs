/**
 * @file The version of each folder of `src`: a hash of its code without comments and spacing, so that a reworded
 * docstring does not make cached results look stale. Stages are cached under these hashes.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** @param {string} folder @returns {string[]} */
const scriptsBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/**
 * Writes `code-versions.json`: {folder, top-level module or file of a folder of `runs`: sha256}.
 *
 * @param {string} dist folder of the compiled library
 */
export async function stampCodeVersions(dist) {
  const { default: ts } = await import("typescript");
  /** @type {Record<string, import("node:crypto").Hash>} */
  const hashes = {};
  for (const path of scriptsBelow(dist)) {
    const name = relative(dist, path);
    const [folder = name, ...rest] = name.replace(/\.js$/, "").split(sep);
    // Of the files that put the folders together only some decide what a stage computes: each has its own version, which a
    // folder of the same name shares.
    const room = folder === "runs" ? [folder, ...rest.slice(0, 2)].join("/") : folder;
    const bare = ts.transpileModule(readFileSync(path, "utf8"), {
      compilerOptions: { removeComments: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    }).outputText;
    (hashes[room] ??= createHash("sha256")).update(name).update("\0").update(bare).update("\0");
  }
  const versions = Object.fromEntries(
    Object.entries(hashes).map(([room, hash]) => [room, hash.digest("hex")]),
  );
  writeFileSync(join(dist, "code-versions.json"), JSON.stringify(versions, null, 2) + "\n");
}
