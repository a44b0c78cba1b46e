/**
 * @file The list of every file the kit can use, as `data/manifest.json` states it: name, size, hash, licence, origin.
 * Reading the files themselves is in `files.ts`, fetching them in `download.ts`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { findProjectRoot } from "../project-root.js";

/** One data file. */
export interface DataFile {
  /** Name and relative path in one, with forward slashes: `babylm_sample/train/childes.train`. */
  readonly path: string;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
  readonly lines?: number | undefined;
  /** Terms as found; several sources state none. */
  readonly licence: string;
  /** Where the very bytes can be fetched; null for files derived from others, which `note` explains. */
  readonly download: string | null;
  readonly note?: string | undefined;
  /** Stands for a set that cannot be had here; reports name it and never set its scores next to official ones. */
  readonly standIn: boolean;
  /** Repository and commit the file was taken from. */
  readonly source: string;
}

/** Fields of a file in the manifest, which a user's own files share. */
export const dataFileFields = {
  path: z.string().regex(/^[\w.-]+(\/[\w.-]+)+$/, "a relative path with forward slashes"),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
  bytes: z.int().nonnegative(),
  lines: z.int().nonnegative().optional(),
  licence: z.string().min(1),
  download: z.url().nullable(),
  note: z.string().optional(),
  standIn: z.boolean(),
  source: z.string().min(1),
};

/** Whether a path climbs nowhere. */
export const isPlainPath = ({ path }: { readonly path: string }): boolean =>
  !path.split("/").some((part) => part === "." || part === "..");

const DataFileSchema = z
  .strictObject(dataFileFields)
  .refine(isPlainPath, "path must not leave the data folder")
  .refine(
    (entry) => entry.download !== null || entry.note !== undefined,
    "a file without download needs a note",
  );

const ManifestSchema = z.strictObject({ schemaVersion: z.literal(1), files: z.array(DataFileSchema).min(1) });

/**
 * Check a manifest's text and list its files.
 *
 * @param text JSON
 * @param name what to call the text in errors
 * @returns the files, by path
 * @throws Error when the text is not a manifest, or names a path twice
 */
export function parseManifest(text: string, name: string): ReadonlyMap<string, DataFile> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new Error(
      `parseManifest: ${name} must be JSON, got ${String(cause)}. Restore it from the repository.`,
      { cause },
    );
  }
  const parsed = ManifestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(
      `parseManifest: ${name} must be a manifest of schema 1, got a fault at ${issue?.path.join(".") ?? "the top"}: ` +
        `${issue?.message ?? "unknown"}. Restore it from the repository.`,
    );
  }
  const byPath = new Map<string, DataFile>();
  for (const entry of parsed.data.files) {
    if (byPath.has(entry.path)) {
      throw new Error(
        `parseManifest: each path of ${name} must stand once, got ${entry.path} twice. Remove one.`,
      );
    }
    byPath.set(entry.path, entry);
  }
  return byPath;
}

let opened: ReadonlyMap<string, DataFile> | undefined;

/**
 * The project's manifest, read once a process.
 *
 * @returns the files, by path
 * @throws Error when the manifest is missing or damaged
 */
export function openManifest(): ReadonlyMap<string, DataFile> {
  if (opened === undefined) {
    const path = join(findProjectRoot(), "data", "manifest.json");
    opened = parseManifest(readFileSync(path, "utf8"), "data/manifest.json");
  }
  return opened;
}

/**
 * One file of the manifest.
 *
 * @throws Error when the manifest has no such path; the message names paths that look alike
 */
export function findEntry(path: string): DataFile {
  const entry = openManifest().get(path);
  if (entry !== undefined) return entry;
  const name = path.slice(path.lastIndexOf("/") + 1);
  const alike = [...openManifest().keys()].filter((known) => known.endsWith(`/${name}`));
  throw new Error(
    `findEntry: path must be one of data/manifest.json, got "${path}". ` +
      (alike.length > 0
        ? `Did you mean ${alike.join(" or ")}?`
        : "See data/README.md for the files there are."),
  );
}

/**
 * All files under a folder, in the order of their paths.
 *
 * @param prefix folder without the slash at its end, e.g. `babylm_eval_2025/fast_eval/blimp_fast`
 * @throws Error when there is none
 */
export function filesUnder(prefix: string): readonly DataFile[] {
  const found = [...openManifest().values()].filter((entry) => entry.path.startsWith(`${prefix}/`));
  if (found.length === 0) {
    throw new Error(
      `filesUnder: prefix must be a folder of data/manifest.json, got "${prefix}". See data/README.md.`,
    );
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}
