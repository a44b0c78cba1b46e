/** @file `class-it data --collections` and `--fetch NAME`: official sets that are not in the manifest. */
import { join } from "node:path";
import {
  collectionFolder,
  inspectCollection,
  findCollection,
  openCollections,
  type CollectionState,
} from "../data/collections.js";
import { fetchCollection, listCollection, type ReachOptions } from "../download/fetch-collection.js";
import { readHubToken } from "../download/hugging-face.js";
import { tableMarkdown } from "../report/render/table.js";
import { explainDiskFault } from "../disk/disk-fault.js";
import { interruptible } from "./interruptible.js";
import { progressLine } from "./progress-line.js";
import { placesOf, printJson, type Surroundings } from "./surroundings.js";

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const counted = (files: number): string => `${files} ${files === 1 ? "file" : "files"}`;

/** Lists the sets: what each is, its terms, where it is, and what of it was fetched. */
export function listCollections(surroundings: Surroundings, json: boolean): void {
  const places = placesOf(surroundings);
  const states = openCollections().map(({ name }) => inspectCollection(name, places));
  if (json) {
    const collections = states.map(({ collection: { name, what, licence, page }, state, record }) => ({
      name,
      what,
      licence,
      page,
      state,
      files: record?.files ?? [],
    }));
    return printJson(surroundings, { ...places, collections });
  }
  const rows = states.map((state) => {
    const { name, what, licence, page } = state.collection;
    return { name, what, terms: licence, where: page, fetched: describeState(state) };
  });
  const note = "Fetch one with npx class-it data --fetch NAME.";
  surroundings.stdout.write(tableMarkdown(rows, { caption: "Official sets not in the manifest", note }));
}

function describeState({ state, record }: CollectionState): string {
  if (record === null) return "no";
  const unverified = record.files.filter((file) => file.unverified).length;
  const note = unverified > 0 ? `, ${unverified} unverified` : "";
  return state === "fetched"
    ? `yes (${counted(record.files.length)}${note})`
    : `${record.files.length} of ${counted(record.listed)}${note}`;
}

/** What `--fetch` was given besides the name. */
export interface FetchSetOptions {
  readonly json: boolean;
  /** Only list the files at their location. */
  readonly list: boolean;
  readonly only: string | null;
  readonly unverified: boolean;
}

/**
 * Fetches a set into `data/raw/collections/NAME`, or lists what there is to fetch.
 *
 * @throws RangeError that lists the sets when there is none of this name; Error as `fetchCollection`; Interrupted after
 *   a Ctrl-C
 */
export async function fetchSet(
  surroundings: Surroundings,
  name: string,
  options: FetchSetOptions,
): Promise<void> {
  const collection = findCollection(name);
  const { rawFolder } = placesOf(surroundings);
  const { fetchUrl, origins, stdout, stderr } = surroundings;
  const token = "hub" in collection.from ? readHubToken() : null;
  const progress = progressLine(stderr);
  try {
    await interruptible("class-it: interrupted. What was fetched so far is kept.", async (signal) => {
      const reach: ReachOptions = { fetchUrl, signal, origins, token };
      const files = await listCollection(collection, reach);
      if (options.list) return listFiles(surroundings, name, files, options);
      const { only, unverified } = options;
      const wanted = files.filter(({ path }) => only === null || path.startsWith(only));
      const bytes = wanted.reduce((sum, file) => sum + file.bytes, 0);
      stderr.write(
        `data: ${name} has ${counted(wanted.length)}, ${megabytes(bytes)}, at ${collection.page}. Terms: ${collection.licence}.\n`,
      );
      const { fetched, kept, record } = await fetchCollection(collection, {
        ...reach,
        rawFolder,
        files,
        only,
        unverified,
        onProgress: (file, index, count, received) =>
          progress.show(
            `file ${index + 1}/${count} · ${file.path} · ${megabytes(received)} of ${megabytes(file.bytes)}`,
          ),
      }).catch((cause: unknown) => {
        throw explainDiskFault(cause, join(rawFolder, collectionFolder(name)));
      });
      progress.end();
      const folder = `${rawFolder}/collections/${name}`;
      if (options.json) printJson(surroundings, { name, folder, fetched, kept, files: record.files });
      else stdout.write(`${counted(fetched.length)} fetched, ${kept.length} kept, in ${folder}\n`);
    });
  } finally {
    progress.end();
  }
}

function listFiles(
  surroundings: Surroundings,
  name: string,
  files: Awaited<ReturnType<typeof listCollection>>,
  { json, only }: FetchSetOptions,
): void {
  const shown = files.filter(({ path }) => only === null || path.startsWith(only));
  if (json) return printJson(surroundings, { name, files: shown });
  const rows = shown.map(({ path, bytes, sha256 }) => ({
    path,
    MB: bytes / 1e6,
    hash: sha256 === null ? "unknown: needs --unverified" : "known",
  }));
  surroundings.stdout.write(tableMarkdown(rows, { caption: `Files of ${name}` }));
}
