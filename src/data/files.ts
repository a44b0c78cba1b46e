/**
 * @file Reading data files: where they are looked for, and the check of size and hash every one of them passes.
 * The list of files lives in `manifest.ts`; what to do with a text lives in `corpora.ts` and `instructions.ts`.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { findProjectRoot } from "../project-root.js";
import { filesUnder, findEntry, type DataFile } from "./manifest.js";
import { decodeText } from "./text-file.js";

/** The two places a data file may be in, in the order they are looked at. */
export interface DataPlaces {
  /** `data/raw` of the project: downloads. */
  readonly rawFolder: string;
  /** What `CLASS_IT_DATA` names; null where it is unset. */
  readonly dataFolder: string | null;
}

/** A file by path and hash; `unverified` where the hash is the one found, not one that was stated before. */
export interface NamedFile {
  readonly path: string;
  readonly sha256: string;
  readonly unverified?: true;
}

/** What is known about one file without reading on. */
export interface FileState {
  readonly entry: DataFile;
  readonly state: "verified" | "missing" | "damaged";
  /** Where it is; null when missing. */
  readonly found: string | null;
}

/** `data/raw` and `$CLASS_IT_DATA`. The variable says where data lies and changes nothing else. */
export function defaultPlaces(): DataPlaces {
  const variable = process.env["CLASS_IT_DATA"];
  return {
    rawFolder: join(findProjectRoot(), "data", "raw"),
    dataFolder: variable === undefined || variable === "" ? null : variable,
  };
}

function requireDataFolder(places: DataPlaces, caller: string): void {
  if (places.dataFolder === null || statSync(places.dataFolder, { throwIfNoEntry: false })?.isDirectory())
    return;
  throw new Error(
    `${caller}: CLASS_IT_DATA must name an existing folder, got "${places.dataFolder}". ` +
      "Correct the variable, or unset it to use data/raw alone.",
  );
}

function locate(path: string, places: DataPlaces): string | null {
  const inRaw = join(places.rawFolder, path);
  if (existsSync(inRaw)) return inRaw;
  if (places.dataFolder === null) return null;
  const inData = join(places.dataFolder, path);
  return existsSync(inData) ? inData : null;
}

/** Hash last computed for a file, kept while its size and time of change stay the same. */
const verified = new Map<
  string,
  { readonly mtimeMs: number; readonly size: number; readonly sha256: string }
>();

/** Hash of a file that need not fit into memory. */
async function hashOf(file: string): Promise<{ size: number; sha256: string }> {
  const { mtimeMs, size } = statSync(file);
  const known = verified.get(file);
  if (known !== undefined && known.mtimeMs === mtimeMs && known.size === size) return known;
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const found = { mtimeMs, size, sha256: hash.digest("hex") };
  verified.set(file, found);
  return found;
}

async function readWithHash(file: string): Promise<{ bytes: Buffer; sha256: string }> {
  const { mtimeMs, size } = statSync(file);
  const bytes = await readFile(file);
  const known = verified.get(file);
  if (known !== undefined && known.mtimeMs === mtimeMs && known.size === size && bytes.length === size) {
    return { bytes, sha256: known.sha256 };
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  verified.set(file, { mtimeMs, size: bytes.length, sha256 });
  return { bytes, sha256 };
}

/**
 * The bytes of a data file, after size and hash were found right.
 *
 * @param path as in the manifest
 * @throws Error when the path is unknown, the file is missing from both places, or its bytes are not those the
 *   manifest names; a damaged file in the first place is never passed over for the second
 */
export async function readData(path: string, places: DataPlaces = defaultPlaces()): Promise<Buffer> {
  return readEntry(findEntry(path), places);
}

/** {@link readData} for a file described by hand. */
export async function readEntry(entry: DataFile, places: DataPlaces): Promise<Buffer> {
  const file = locateEntry(entry, places);
  const { bytes, sha256 } = await readWithHash(file);
  requireWhole(entry, file, { size: bytes.length, sha256 });
  return bytes;
}

/**
 * Where a data file is, after size and hash were found right; for files that are read piece by piece.
 *
 * @throws Error as {@link readData}
 */
export async function verifyFile(path: string, places: DataPlaces = defaultPlaces()): Promise<string> {
  return verifyEntry(findEntry(path), places);
}

/** {@link verifyFile} for a file described elsewhere than in the manifest. */
export async function verifyEntry(entry: DataFile, places: DataPlaces): Promise<string> {
  const file = locateEntry(entry, places);
  requireWhole(entry, file, await hashOf(file));
  return file;
}

function locateEntry(entry: DataFile, places: DataPlaces): string {
  requireDataFolder(places, "readData");
  const file = locate(entry.path, places);
  if (file === null) throw new Error(`readData: ${missingMessage([entry], places)}`);
  return file;
}

function requireWhole(
  entry: DataFile,
  file: string,
  got: { readonly size: number; readonly sha256: string },
): void {
  if (got.size === entry.bytes && got.sha256 === entry.sha256) return;
  throw new Error(
    `readData: ${file} must have ${entry.bytes} bytes and sha256 ${entry.sha256}, ` +
      `got ${got.size} bytes and ${got.sha256}. Delete the file and fetch it again (${fetchCommand(entry)}), ` +
      "or restore the original copy.",
  );
}

/**
 * {@link readData} as text, read as `text-file.ts` reads all text.
 *
 * @throws Error as `readData`, and when the bytes are no UTF-8 text
 */
export async function readText(path: string, places: DataPlaces = defaultPlaces()): Promise<string> {
  return decodeText(await readData(path, places), path);
}

/**
 * Whether a file is there and whole; for lists and checks that should not stop at the first fault.
 *
 * @throws Error when the path is unknown or CLASS_IT_DATA names no folder
 */
export async function inspectFile(path: string, places: DataPlaces = defaultPlaces()): Promise<FileState> {
  const entry = findEntry(path);
  requireDataFolder(places, "inspectFile");
  const found = locate(path, places);
  if (found === null) return { entry, state: "missing", found };
  const { size, sha256 } = await hashOf(found);
  const isWhole = size === entry.bytes && sha256 === entry.sha256;
  return { entry, state: isWhole ? "verified" : "damaged", found };
}

/**
 * Which text a run works on: the real sample where it can be found, the generated microworld where nothing of it is.
 *
 * @throws Error when CLASS_IT_DATA is set but its folder is missing or holds nothing of `babylm_sample`, and when
 *   only a part of the sample is there: a run never slips from one source to the other unnoticed
 */
export function textSource(places: DataPlaces = defaultPlaces()): "real" | "microworld" {
  requireDataFolder(places, "textSource");
  const sample = filesUnder("babylm_sample");
  const missing = sample.filter((entry) => locate(entry.path, places) === null);
  if (missing.length === 0) return "real";
  if (missing.length < sample.length) throw new Error(`textSource: ${missingMessage(missing, places)}`);
  if (places.dataFolder === null) return "microworld";
  throw new Error(
    `textSource: CLASS_IT_DATA must name a folder that holds babylm_sample, got "${places.dataFolder}" without it. ` +
      "Correct the variable, or unset it to run on the generated microworld.",
  );
}

function fetchCommand({ path }: DataFile): string {
  const [folder, name] = path.split("/");
  return folder === "collections" ? `npx class-it data --fetch ${name}` : "npx class-it data";
}

function missingMessage(missing: readonly DataFile[], places: DataPlaces): string {
  const first = missing[0];
  const name = missing.length === 1 ? (first?.path ?? "") : `${first?.path} and ${missing.length - 1} more`;
  const second = places.dataFolder ?? "CLASS_IT_DATA (not set)";
  const remedy =
    first?.download != null
      ? `Fetch it with "${fetchCommand(first)}" from ${first.download}.`
      : `It has no download location. ${first?.note ?? ""} Point CLASS_IT_DATA at a folder that holds it.`;
  return `${name} must be in ${places.rawFolder} or in ${second}, found in neither. ${remedy}`;
}
