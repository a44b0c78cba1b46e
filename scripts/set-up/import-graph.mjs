/** @file Who imports whom: in src and tests as dependency-cruiser reads them, and what a module reaches. */

/** @typedef {Map<string, readonly string[]>} ImportGraph the modules each imports when it runs, imports of types left out */

/** @returns {Promise<ImportGraph>} paths from the project's folder */
export async function readImports() {
  // Loaded here: set-up uses this file before packages are installed.
  const { cruise } = await import("dependency-cruiser");
  const { output } = await cruise(["src", "tests"], {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist(\\.partial)?/" },
    tsPreCompilationDeps: "specify",
  });
  if (typeof output === "string") throw new Error("readImports: dependency-cruiser must return its modules.");
  return new Map(
    output.modules.map(({ source, dependencies }) => [
      source,
      dependencies.filter(({ preCompilationOnly }) => !preCompilationOnly).map(({ resolved }) => resolved),
    ]),
  );
}

/**
 * @param {ImportGraph} imports
 * @param {string} start
 * @returns {string[]} the module and all it imports, however far
 */
export function reachedFrom(imports, start) {
  const seen = new Set([start]);
  for (const path of seen) for (const next of imports.get(path) ?? []) seen.add(next);
  return [...seen];
}
