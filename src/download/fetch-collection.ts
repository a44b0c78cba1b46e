/** @file Fetching an official set: list what its location has, refuse what cannot be checked, then file by file. */
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { collectionFolder, readRecord, type Collection, type CollectionRecord } from "../data/collections.js";
import { writeFileAtomically } from "../disk/atomic-file.js";
import { download } from "./download.js";
import { takeLock } from "../disk/lock.js";
import { hubAccessHint, hubAuthorization, listHubFiles } from "./hugging-face.js";
import { listOsfFiles } from "./osf.js";
import type { ListingOptions, RemoteFile } from "./remote-files.js";

/** Origins in place of the real ones; tests give those of a server of their own. */
export interface Origins {
  readonly hub?: string;
  readonly osf?: string;
}

/** How to reach a set. */
export interface ReachOptions extends ListingOptions {
  readonly origins?: Origins | undefined;
  /** For the hub; as `readHubToken` finds it. */
  readonly token: string | null;
}

/** The files of a set at its location, without those that the kit leaves out. */
export async function listCollection(
  { name, from, only, leaveOut = [] }: Collection,
  { origins, token, ...options }: ReachOptions,
): Promise<readonly RemoteFile[]> {
  const all =
    "hub" in from
      ? (
          await listHubFiles({
            ...options,
            repo: from.hub,
            revision: from.revision,
            origin: origins?.hub,
            token,
          })
        ).files
      : await listOsfFiles({ ...options, node: from.osf, origin: origins?.osf });
  const files = all.filter(
    ({ path }) =>
      !leaveOut.includes(path) && (only === undefined || only.some((start) => path.startsWith(start))),
  );
  if (files.length > 0) return files;
  throw new Error(
    `listCollection: ${name} must have files, got none of the ${all.length} that its location lists. ` +
      "The set may have been rearranged; see its page.",
  );
}

/** What became of a fetch. */
export interface FetchedCollection {
  readonly fetched: readonly string[];
  /** Whole already, and not fetched again. */
  readonly kept: readonly string[];
  readonly record: CollectionRecord;
}

/**
 * Fetches a set, or a part of it, into `<rawFolder>/collections/<name>`, with the record of its files next to it. Files
 * that are there already and unchanged at their location stay; the record is written after every file, so that an
 * interrupted fetch resumes where it stopped.
 *
 * @param options.files      as {@link listCollection} gives them
 * @param options.only       beginning of the paths wanted; null for all
 * @param options.unverified accept files of which the location tells no sha256; the hash found is recorded
 * @param options.onProgress called with the file on its way, its place among the wanted, and the bytes there are of it
 * @throws Error when files without a hash are wanted and not accepted, or nothing begins with `only`; as `download`
 */
export async function fetchCollection(
  collection: Collection,
  options: ReachOptions & {
    readonly rawFolder: string;
    readonly files: readonly RemoteFile[];
    readonly only: string | null;
    readonly unverified: boolean;
    readonly onProgress?: (file: RemoteFile, index: number, files: number, receivedBytes: number) => void;
  },
): Promise<FetchedCollection> {
  const { name } = collection;
  const { rawFolder, files, only, unverified, onProgress } = options;
  const wanted = files.filter(({ path }) => only === null || path.startsWith(only));
  requireWanted(wanted, { name, only, unverified });
  mkdirSync(join(rawFolder, "collections"), { recursive: true });
  const lock = await takeLock(join(rawFolder, `${collectionFolder(name)}.lock`), name);
  try {
    const entries = new Map(
      await stillRight(files, join(rawFolder, collectionFolder(name)), readRecord(rawFolder, name)),
    );
    const record = (): CollectionRecord => ({
      schemaVersion: 1,
      collection: name,
      listed: files.length,
      files: files.flatMap(({ path }) => entries.get(path) ?? []),
    });
    const fetched: string[] = [];
    const kept = wanted.filter(({ path }) => entries.has(path)).map(({ path }) => path);
    for (const [index, file] of wanted.entries()) {
      if (entries.has(file.path)) continue;
      options.signal?.throwIfAborted();
      const { sha256 } = await download(whatToFetch(file, collection, options), {
        fetchUrl: options.fetchUrl,
        signal: options.signal,
        onProgress: (received) => onProgress?.(file, index, wanted.length, received),
      });
      const { path, bytes, url } = file;
      entries.set(path, { path, bytes, sha256, download: url, unverified: file.sha256 === null });
      writeRecord(rawFolder, record());
      fetched.push(path);
    }
    writeRecord(rawFolder, record());
    return { fetched, kept, record: record() };
  } finally {
    lock.release();
  }
}

function whatToFetch(
  file: RemoteFile,
  { name, from }: Collection,
  { rawFolder, token }: { readonly rawFolder: string; readonly token: string | null },
): Parameters<typeof download>[0] {
  const target = join(rawFolder, collectionFolder(name), file.path);
  const { path, url, bytes, sha256, gitOid } = file;
  return {
    path,
    url,
    target,
    bytes,
    sha256,
    gitOid,
    ...("hub" in from && {
      authorization: hubAuthorization(token),
      accessHint: hubAccessHint(from.hub, token),
    }),
  };
}

function requireWanted(
  wanted: readonly RemoteFile[],
  { name, only, unverified }: { name: string; only: string | null; unverified: boolean },
): void {
  if (wanted.length === 0) {
    throw new RangeError(
      `fetchCollection: only must be the beginning of a path of ${name}, got "${only}". ` +
        `List them: npx class-it data --fetch ${name} --list.`,
    );
  }
  const unknown = wanted.filter(({ sha256 }) => sha256 === null).map(({ path }) => path);
  if (unknown.length === 0 || unverified) return;
  throw new Error(
    `fetchCollection: every file must have a known sha256, got none for ${unknown.length} of ${wanted.length} files of ${name}: ` +
      `${unknown.slice(0, 5).join(", ")}${unknown.length > 5 ? ", …" : ""}. Add --unverified to accept what is sent: ` +
      "the hash found is then recorded, checked at every reading and named in results.",
  );
}

/** Entries of an earlier record that describe the very files of the list and are whole on the disk, by path. */
async function stillRight(
  files: readonly RemoteFile[],
  folder: string,
  record: CollectionRecord | null,
): Promise<(readonly [string, CollectionRecord["files"][number]])[]> {
  const right: (readonly [string, CollectionRecord["files"][number]])[] = [];
  for (const entry of record?.files ?? []) {
    const listed = files.find(({ path }) => path === entry.path);
    // A hub address names the commit: without a hash, equal addresses mean equal bytes.
    const isSame =
      listed !== undefined &&
      listed.bytes === entry.bytes &&
      (listed.sha256 === null ? listed.url === entry.download : listed.sha256 === entry.sha256);
    const file = join(folder, entry.path);
    if (!isSame || statSync(file, { throwIfNoEntry: false })?.size !== entry.bytes) continue;
    const hash = createHash("sha256");
    await pipeline(createReadStream(file), hash);
    if (hash.digest("hex") === entry.sha256) right.push([entry.path, entry]);
  }
  return right;
}

/** Writes a record whole or not at all. */
export function writeRecord(place: string, record: CollectionRecord): void {
  const file = join(place, `${collectionFolder(record.collection)}.json`);
  writeFileAtomically(file, JSON.stringify(record, null, 1) + "\n");
}
