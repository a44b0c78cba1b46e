/** @file The pages of the public surface for the report, read once a version of the sources. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { findProjectRoot } from "../../project-root.js";

const PROJECT = findProjectRoot();
const SOURCES = join(PROJECT, "src");
const CACHE = join(PROJECT, ".cache/api");

/** What is read where. */
export const SURFACE = { entryPoint: join(SOURCES, "index.ts"), tsconfig: join(SOURCES, "tsconfig.json") };

/** @returns what the pages depend on */
function sourcesHash(): string {
  const library = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/^(dist|dist\.partial|node_modules)\b/.test(file))
    .map((file) => join(SOURCES, file));
  const hash = createHash("sha256");
  for (const file of [...library.sort(), join(PROJECT, "package-lock.json")])
    hash.update(relative(PROJECT, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 32);
}

/**
 * The pages of the public surface. typedoc reads the sources only when they have changed.
 *
 * @returns HTML by the name of the file
 */
export async function libraryPages(): Promise<Record<string, string>> {
  const cached = join(CACHE, `${sourcesHash()}.json`);
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, "utf8")) as Record<string, string>;
  const { readSurface } = await import("./library-surface.js");
  const { surfacePages } = await import("./library-pages.js");
  const { exports } = await readSurface(SURFACE);
  const pages = surfacePages(exports.map(({ entry }) => entry));
  rmSync(CACHE, { recursive: true, force: true });
  writeFileAtomically(cached, JSON.stringify(pages));
  return pages;
}
