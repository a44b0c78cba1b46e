import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  defaultPlaces,
  inspectFile,
  readData,
  readEntry,
  readText,
  textSource,
  verifyEntry,
  type DataPlaces,
} from "../../src/data/files.js";
import { filesUnder, type DataFile } from "../../src/data/manifest.js";

const dataRoot = process.env["CLASS_IT_DATA"];
const TSV = "wug_past_standin/racz2019_nonce_past_tense.tsv";

let folder: string;
let places: DataPlaces & { dataFolder: string };
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "class-it-files-"));
  places = { rawFolder: join(folder, "raw"), dataFolder: join(folder, "data") };
  mkdirSync(places.dataFolder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function put(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function describe(path: string, text: string): DataFile {
  const sha256 = createHash("sha256").update(text).digest("hex");
  const download = "https://example.org/file";
  return { path, sha256, bytes: text.length, licence: "own", download, standIn: false, source: "own" };
}

test("a file is taken from the raw folder first, then from the data folder", async () => {
  const entry = describe("own/text.txt", "right");
  put(places.dataFolder, entry.path, "right");
  expect((await readEntry(entry, places)).toString()).toBe("right");
  put(places.rawFolder, entry.path, "right");
  put(places.dataFolder, entry.path, "wrong");
  expect((await readEntry(entry, places)).toString()).toBe("right");
});

test("one changed byte is an error that names file, both hashes and the remedy", async () => {
  const entry = describe("own/text.txt", "right");
  put(places.rawFolder, entry.path, "righT");
  put(places.dataFolder, entry.path, "right"); // not fallen back on
  const reading = readEntry(entry, places);
  await expect(reading).rejects.toThrow(join(places.rawFolder, entry.path));
  await expect(reading).rejects.toThrow(
    `sha256 ${entry.sha256}, got 5 bytes and ${describe("", "righT").sha256}`,
  );
  await expect(reading).rejects.toThrow("Delete the file and fetch it again");
});

test("a file changed after it was verified is verified again", async () => {
  const entry = describe("own/text.txt", "right");
  put(places.rawFolder, entry.path, "right");
  await readEntry(entry, places);
  put(places.rawFolder, entry.path, "wrong, and longer");
  await expect(readEntry(entry, places)).rejects.toThrow("got 17 bytes");
});

test("for reading piece by piece the place is given, after the same proof, also when only the time of change differs", async () => {
  const entry = describe("own/text.txt", "right");
  put(places.dataFolder, entry.path, "right");
  const file = join(places.dataFolder, entry.path);
  expect(await verifyEntry(entry, places)).toBe(file);
  expect(await verifyEntry(entry, places)).toBe(file);
  put(places.dataFolder, entry.path, "wrong"); // as long
  utimesSync(file, 1, 1);
  await expect(verifyEntry(entry, places)).rejects.toThrow(`got 5 bytes and ${describe("", "wrong").sha256}`);
  put(places.dataFolder, entry.path, "right");
  utimesSync(file, 2, 2);
  expect((await readEntry(entry, places)).toString()).toBe("right");
  put(places.dataFolder, entry.path, "wrong");
  utimesSync(file, 3, 3);
  await expect(readEntry(entry, places)).rejects.toThrow(/got 5 bytes and/);
});

test("a file of a fetched set is fetched again by the set's name", async () => {
  const entry = describe("collections/some-set/rows.parquet", "right");
  await expect(readEntry(entry, places)).rejects.toThrow(
    'Fetch it with "npx class-it data --fetch some-set" from',
  );
});

test("a missing file is an error that names both places and the download location", async () => {
  const path = "babylm_eval_2025/full_eval/reading/reading_data.csv";
  await expect(readData(path, places)).rejects.toThrow(
    `${path} must be in ${places.rawFolder} or in ${places.dataFolder}, found in neither. ` +
      'Fetch it with "npx class-it data" from https://',
  );
  await expect(readData(path, { ...places, dataFolder: null })).rejects.toThrow("CLASS_IT_DATA (not set)");
  await expect(readData(TSV, places)).rejects.toThrow(
    "It has no download location. Derived, not the BabyLM set",
  );
});

test("a data folder that does not exist is an error even if the raw folder has the file", async () => {
  const entry = describe("own/text.txt", "right");
  put(places.rawFolder, entry.path, "right");
  const astray = { ...places, dataFolder: join(folder, "nowhere") };
  const message = "CLASS_IT_DATA must name an existing folder";
  await expect(readEntry(entry, astray)).rejects.toThrow(message);
  expect(() => textSource(astray)).toThrow(message);
});

test("CLASS_IT_DATA names the second place; unset and empty mean none", () => {
  vi.stubEnv("CLASS_IT_DATA", "/some/where");
  expect(defaultPlaces().dataFolder).toBe("/some/where");
  expect(defaultPlaces().rawFolder).toMatch(/data[\\/]raw$/);
  vi.stubEnv("CLASS_IT_DATA", "");
  expect(defaultPlaces().dataFolder).toBeNull();
});

test("text is real when the sample is found, spread over both places or not", () => {
  filesUnder("babylm_sample").forEach(({ path }, i) => {
    put(i % 2 === 0 ? places.rawFolder : places.dataFolder, path, "");
  });
  expect(textSource(places)).toBe("real");
});

test("text is the microworld when nothing of the sample is there and no data folder is named", () => {
  expect(textSource({ ...places, dataFolder: null })).toBe("microworld");
});

test("a named data folder without the sample, and half a sample, are errors and not a reason for the microworld", () => {
  expect(() => textSource(places)).toThrow("must name a folder that holds babylm_sample");
  put(places.rawFolder, "babylm_sample/train/childes.train", "");
  expect(() => textSource({ ...places, dataFolder: null })).toThrow(
    "babylm_sample/dev/bnc_spoken.dev and 9 more",
  );
});

test("inspecting tells missing, damaged and verified apart without throwing", async () => {
  expect(await inspectFile(TSV, places)).toMatchObject({ state: "missing", found: null });
  put(places.rawFolder, TSV, "something else");
  expect(await inspectFile(TSV, places)).toMatchObject({
    state: "damaged",
    found: join(places.rawFolder, TSV),
  });
});

test.skipIf(!dataRoot)("a file of the data folder has the manifest's size, hash and lines", async () => {
  const real = { ...places, dataFolder: dataRoot ?? "" };
  expect((await readText(TSV, real)).split("\n")).toHaveLength(158);
  expect(await inspectFile(TSV, real)).toMatchObject({ state: "verified" });
  expect(textSource(real)).toBe("real");
});
