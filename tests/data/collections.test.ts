/** @file What of a set counts as fetched: its record, the sizes of its files, and the place that comes first. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import {
  collectionFiles,
  findCollection,
  inspectCollection,
  openCollections,
  readRecord,
  type CollectionRecord,
} from "../../src/data/collections.js";
import { writeRecord } from "../../src/download/fetch-collection.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const { name, licence, page } = findCollection("comps");

const fileOf = (path: string, bytes: number): CollectionRecord["files"][number] => ({
  path,
  bytes,
  sha256: "0".repeat(64),
  download: `https://example.org/${path}`,
  unverified: path.startsWith("b/"),
});

/** A place with the record of two files, which lie there whole. */
function fetchedPlace(listed = 2): string {
  const place = temporaryFolder();
  const files = [fileOf("a.txt", 5), fileOf("b/c.txt", 6)];
  for (const { path, bytes } of files) {
    const file = join(place, "collections", name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "x".repeat(bytes));
  }
  writeRecord(place, { schemaVersion: 1, collection: name, listed, files });
  return place;
}

test("a set is found by its name, and a misspelt one lists all of them", () => {
  for (const each of openCollections()) expect(findCollection(each.name)).toBe(each);
  const names = openCollections().map((collection) => collection.name);
  expect(() => findCollection(`${name}x`)).toThrow(
    `findCollection: name must be one of ${names.join(", ")}, got "${name}x".`,
  );
});

test("without a record nothing was fetched", () => {
  const places = { rawFolder: temporaryFolder(), dataFolder: null };
  expect(inspectCollection(name, places)).toEqual({
    collection: findCollection(name),
    state: "not fetched",
    record: null,
  });
  expect(() => collectionFiles(name, places)).toThrow(
    `${name} must have been fetched as a whole, got not fetched. Run npx class-it data --fetch ${name}.`,
  );
});

test("a set whose files all lie there gives each with its hash, terms and origin", () => {
  const places = { rawFolder: fetchedPlace(), dataFolder: null };
  expect(inspectCollection(name, places).state).toBe("fetched");
  expect(collectionFiles(name, places)).toEqual(
    [fileOf("a.txt", 5), fileOf("b/c.txt", 6)].map((file) => ({
      ...file,
      path: `collections/${name}/${file.path}`,
      licence,
      source: page,
      standIn: false,
    })),
  );
});

test.each([
  ["a file fewer than were listed", 3, () => undefined],
  ["a file that is gone", 2, (folder: string) => rmSync(join(folder, "a.txt"))],
  ["a file that is shorter", 2, (folder: string) => writeFileSync(join(folder, "b/c.txt"), "x")],
])("a set with %s is incomplete and gives no files", (_, listed, damage) => {
  const rawFolder = fetchedPlace(listed);
  damage(join(rawFolder, "collections", name));
  const places = { rawFolder, dataFolder: null };
  expect(inspectCollection(name, places)).toMatchObject({ state: "incomplete", record: { listed } });
  expect(() => collectionFiles(name, places)).toThrow("got incomplete. Run npx class-it data --fetch");
});

test("the second place is looked at where the first has no record, and only there", () => {
  const [whole, partly] = [fetchedPlace(), fetchedPlace(3)];
  const stateIn = (rawFolder: string, dataFolder: string) =>
    inspectCollection(name, { rawFolder, dataFolder }).state;
  expect(stateIn(temporaryFolder(), whole)).toBe("fetched");
  expect(stateIn(partly, whole)).toBe("incomplete");
});

test("a record is one line of JSON a value, and a damaged one is named with what to do", () => {
  const place = fetchedPlace();
  const file = join(place, "collections", `${name}.json`);
  expect(readFileSync(file, "utf8")).toMatch(/^\{\n "schemaVersion": 1,\n[^]*\n\}\n$/);
  expect(readRecord(place, name)).toMatchObject({ collection: name, listed: 2 });
  writeFileSync(file, "{");
  expect(() => readRecord(place, name)).toThrow(
    /\.json must hold JSON, got SyntaxError.* Delete it and fetch the set again\.$/,
  );
  writeFileSync(file, JSON.stringify({ schemaVersion: 1, collection: name, listed: -1, files: [] }));
  expect(() => readRecord(place, name)).toThrow(
    /must be of schema 1, got a fault at "listed": .* Delete it and fetch the set again\.$/,
  );
});
