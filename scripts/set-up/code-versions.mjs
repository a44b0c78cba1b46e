/**
 * @file The version of each module of the compiled library: a hash of its code and of all it imports, however far, without comments and
 * spacing, so that a reworded docstring does not make cached results look stale. Stages are cached under these hashes.
 */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { reachedFrom } from "./import-graph.mjs";

/** @param {string} folder @returns {string[]} */
const scriptsBelow = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/**
 * What each module imports when it runs: the compiler has left out imports of types.
 *
 * @param {string} dist folder of the compiled library
 * @returns {Promise<{ imports: import("./import-graph.mjs").ImportGraph, code: Map<string, string> }>} by paths from the folder
 *   without their ending; `code` without comments and spacing
 */
async function readModules(dist) {
  const { default: ts } = await import("typescript");
  /** @type {Map<string, readonly string[]>} */
  const imports = new Map();
  /** @type {Map<string, string>} */
  const code = new Map();
  for (const path of scriptsBelow(dist)) {
    const name = relative(dist, path).split(sep).join("/").replace(/\.js$/, "");
    const source = readFileSync(path, "utf8");
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { removeComments: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    code.set(name, outputText);
    const found = ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
    const own = found.filter((specifier) => specifier.startsWith("."));
    imports.set(
      name,
      own.map((specifier) => posix.join(dirname(name), specifier).replace(/\.js$/, "")),
    );
  }
  return { imports, code };
}

/**
 * Writes `code-versions.json`: {module, such as `runs/training/pretrain`: sha256}.
 *
 * @param {string} dist folder of the compiled library
 */
export async function stampCodeVersions(dist) {
  const { imports, code } = await readModules(dist);
  /** @type {Record<string, string>} */
  const versions = {};
  for (const module of code.keys()) {
    const hash = createHash("sha256");
    for (const reached of reachedFrom(imports, module).sort())
      hash
        .update(reached)
        .update("\0")
        .update(code.get(reached) ?? "")
        .update("\0");
    versions[module] = hash.digest("hex");
  }
  writeFileSync(join(dist, "code-versions.json"), JSON.stringify(versions, null, 2) + "\n");
}
