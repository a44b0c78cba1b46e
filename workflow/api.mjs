/**
 * @file The documentation of the public surface: its pages for the report, read once a version of the sources; and
 * `node workflow/api.mjs`, which says what they lack, as `npm run check` does.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { isMain, readCommand } from "../scripts/command.mjs";
import { PROJECT } from "../scripts/notebooks/jupyter-environment.mjs";
import { writeWhole } from "../scripts/notebooks/notebook-scripts.mjs";

const SOURCES = join(PROJECT, "src");
const CACHE = join(PROJECT, ".cache/api");

/** What is read where, and by whom. */
const surface = { entryPoint: join(SOURCES, "index.ts"), tsconfig: join(SOURCES, "tsconfig.json") };

/** @returns {string} what the pages depend on */
function sourcesHash() {
  const library = readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/^(dist|dist\.partial|node_modules)\b/.test(file))
    .map((file) => join(SOURCES, file));
  const own = ["api.mjs", "api-surface.mjs", "api-pages.mjs", "report-html.mjs"];
  const files = [...library, ...own.map((file) => join(PROJECT, "workflow", file))].sort();
  const hash = createHash("sha256");
  for (const file of [...files, join(PROJECT, "package-lock.json")])
    hash.update(relative(PROJECT, file)).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 32);
}

/**
 * The pages of the public surface. typedoc reads the sources only when they have changed.
 *
 * @returns {Promise<Record<string, string>>} HTML by the name of the file
 */
export async function libraryPages() {
  const cached = join(CACHE, `${sourcesHash()}.json`);
  if (existsSync(cached)) return JSON.parse(readFileSync(cached, "utf8"));
  const { readSurface } = await import("./api-surface.mjs");
  const { surfacePages } = await import("./api-pages.mjs");
  const { exports } = await readSurface(surface);
  const pages = surfacePages(exports.map(({ entry }) => entry));
  rmSync(CACHE, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  writeWhole(cached, JSON.stringify(pages));
  return pages;
}

async function main() {
  const { readSurface } = await import("./api-surface.mjs");
  const { surfaceFaults } = await import("../scripts/check/api-faults.mjs");
  const read = await readSurface(surface);
  const faults = surfaceFaults(read);
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
  else console.log(`${read.exports.length} exports, each documented`);
}

if (isMain(import.meta.url)) {
  readCommand("api");
  await main();
}
