/**
 * @file Official sets that are not in the manifest, as `data/collections.json` names them, and what of them was fetched:
 * next to each set's folder a record states the hash of every file. Fetching is in `fetch-collection.ts`.
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { findProjectRoot } from "../project-root.js";
import { defaultPlaces, type DataPlaces } from "./files.js";
import type { DataFile } from "./manifest.js";

const collectionSchema = z.strictObject({
  /** Name of its folder in `data/raw/collections`. */
  name: z.string().regex(/^[a-z0-9-]+$/),
  what: z.string().min(1),
  /** Terms as far as known. */
  licence: z.string().min(1),
  /** Where a person reads about it. */
  page: z.url(),
  from: z.union([
    z.strictObject({ hub: z.string().regex(/^[\w.-]+\/[\w.-]+$/), revision: z.string().min(1) }),
    z.strictObject({ osf: z.string().regex(/^[a-z0-9]+$/) }),
  ]),
  /** Beginnings of the paths that belong to the set; without it, all do. */
  only: z.array(z.string().min(1)).optional(),
  /** Paths that do not. */
  leaveOut: z.array(z.string().min(1)).optional(),
});

/** An official set and where it is. */
export type Collection = Readonly<z.infer<typeof collectionSchema>>;

const recordSchema = z.strictObject({
  schemaVersion: z.literal(1),
  collection: z.string(),
  /** Files the set had at its location when it was last fetched. */
  listed: z.int().nonnegative(),
  files: z.array(
    z.strictObject({
      /** Within the set. */
      path: z.string(),
      bytes: z.int().nonnegative(),
      /** As its location stated it, or as found where `unverified`. */
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      download: z.string(),
      unverified: z.boolean(),
    }),
  ),
});

/** What of a set was fetched. */
export type CollectionRecord = Readonly<z.infer<typeof recordSchema>>;

/** A fetched file, ready to be read by `files.ts`. */
export interface CollectionFile extends DataFile {
  /** No hash was known beforehand: the one recorded here was found when the file arrived. */
  readonly unverified: boolean;
}

/** How much of a set there is. */
export interface CollectionState {
  readonly collection: Collection;
  readonly state: "fetched" | "incomplete" | "not fetched";
  readonly record: CollectionRecord | null;
}

let opened: readonly Collection[] | undefined;

/**
 * The sets the kit knows, read once a process.
 *
 * @throws Error when `data/collections.json` is missing or damaged
 */
export function openCollections(): readonly Collection[] {
  if (opened === undefined) {
    const schema = z.strictObject({ schemaVersion: z.literal(1), collections: z.array(collectionSchema) });
    const file = join(findProjectRoot(), "data", "collections.json");
    opened = parse(schema, file, "Restore it from the repository.").collections;
  }
  return opened;
}

/** @throws RangeError that lists the sets when the name is none of theirs */
export function findCollection(name: string): Collection {
  const found = openCollections().find((collection) => collection.name === name);
  if (found !== undefined) return found;
  const names = openCollections().map((collection) => collection.name);
  throw new RangeError(
    `findCollection: name must be one of ${names.join(", ")}, got "${name}". See npx class-it data --collections.`,
  );
}

/** Folder of a set, below the place it is in. */
export const collectionFolder = (name: string): string => `collections/${name}`;

/** The record of a set in one place, or null. */
export function readRecord(place: string, name: string): CollectionRecord | null {
  const file = join(place, `${collectionFolder(name)}.json`);
  return existsSync(file) ? parse(recordSchema, file, "Delete it and fetch the set again.") : null;
}

/**
 * How much of a set there is, going by its record and by the files' sizes; hashes are checked when a file is read.
 *
 * @throws Error when the record is damaged
 */
export function inspectCollection(name: string, places: DataPlaces = defaultPlaces()): CollectionState {
  const collection = findCollection(name);
  const found = locate(name, places);
  if (found === null) return { collection, state: "not fetched", record: null };
  const { record, place } = found;
  const isThere = ({ path, bytes }: CollectionRecord["files"][number]) =>
    statSync(join(place, collectionFolder(name), path), { throwIfNoEntry: false })?.size === bytes;
  const isComplete = record.files.length === record.listed && record.files.every(isThere);
  return { collection, state: isComplete ? "fetched" : "incomplete", record };
}

/**
 * The files of a fetched set; `readEntry` and `verifyEntry` in `files.ts` check each against its hash.
 *
 * @throws Error when the set was not fetched, or not as a whole
 */
export function collectionFiles(name: string, places: DataPlaces = defaultPlaces()): CollectionFile[] {
  const { collection, state, record } = inspectCollection(name, places);
  if (state !== "fetched" || record === null) {
    throw new Error(
      `collectionFiles: ${name} must have been fetched as a whole, got ${state}. Run npx class-it data --fetch ${name}.`,
    );
  }
  return record.files.map(({ path, bytes, sha256, download, unverified }) => ({
    path: `${collectionFolder(name)}/${path}`,
    sha256,
    bytes,
    licence: collection.licence,
    download,
    standIn: false,
    source: collection.page,
    unverified,
  }));
}

function locate(name: string, places: DataPlaces): { record: CollectionRecord; place: string } | null {
  for (const place of [places.rawFolder, places.dataFolder]) {
    const record = place === null ? null : readRecord(place, name);
    if (record !== null && place !== null) return { record, place };
  }
  return null;
}

function parse<Content>(schema: z.ZodType<Content>, file: string, remedy: string): Content {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`openCollections: ${file} must hold JSON, got ${String(cause)}. ${remedy}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Error(
    `openCollections: ${file} must be of schema 1, got a fault at "${issue?.path.join(".")}": ${issue?.message}. ${remedy}`,
  );
}
