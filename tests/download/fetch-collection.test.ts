/** @file Fetching a set from a location that is a function: no server, no network. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRecord, type Collection } from "../../src/data/collections.js";
import { fetchCollection, listCollection } from "../../src/download/fetch-collection.js";
import type { FetchUrl } from "../../src/download/fetch-url.js";
import type { RemoteFile } from "../../src/download/remote-files.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const set: Collection = {
  name: "own-set",
  what: "rows of our own",
  licence: "CC0",
  page: "https://example.org/own",
  from: { hub: "own/set", revision: "main" },
};
const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex");

/** A file at the location; `known` says whether the location tells its hash. */
const remote = (path: string, text: string, known = true): RemoteFile => ({
  path,
  url: `https://example.org/${path}`,
  bytes: Buffer.byteLength(text),
  sha256: known ? sha256Of(text) : null,
});

/** A location with these texts; `asked` holds the paths and Authorization headers it saw. */
function locationOf(texts: Readonly<Record<string, string>>) {
  const asked: [path: string, authorization: string | null][] = [];
  const fetchUrl: FetchUrl = async (url, request) => {
    const path = url.replace("https://example.org/", "");
    asked.push([path, new Headers(request?.headers).get("authorization")]);
    return new Response(texts[path]);
  };
  return { fetchUrl, asked };
}

/** Everything a fetch of both files needs. */
function setting(texts: Readonly<Record<string, string>> = { "a.txt": "first", "b/c.txt": "second" }) {
  const { fetchUrl, asked } = locationOf(texts);
  const files = Object.entries(texts).map(([path, text]) => remote(path, text));
  const options = {
    rawFolder: temporaryFolder(),
    files,
    only: null,
    unverified: false,
    fetchUrl,
    token: "own",
  };
  return { options, asked, folder: join(options.rawFolder, "collections/own-set") };
}

test("every file is fetched with the token, written into the set's folder and recorded", async () => {
  const { options, asked, folder } = setting();
  const progress: [string, number, number][] = [];
  const { fetched, kept, record } = await fetchCollection(set, {
    ...options,
    onProgress: ({ path }, index, files) => progress.push([path, index, files]),
  });
  expect([fetched, kept]).toEqual([["a.txt", "b/c.txt"], []]);
  expect(readFileSync(join(folder, "b/c.txt"), "utf8")).toBe("second");
  expect(asked).toEqual([
    ["a.txt", "Bearer own"],
    ["b/c.txt", "Bearer own"],
  ]);
  expect(progress.at(-1)).toEqual(["b/c.txt", 1, 2]);
  expect(readRecord(options.rawFolder, "own-set")).toEqual(record);
  expect(record).toMatchObject({ schemaVersion: 1, collection: "own-set", listed: 2 });
  expect(record.files[0]).toEqual({
    path: "a.txt",
    bytes: 5,
    sha256: sha256Of("first"),
    download: "https://example.org/a.txt",
    unverified: false,
  });
  expect(existsSync(`${folder}.lock`)).toBe(false);
});

test("a second fetch keeps whole files and fetches again what is altered, shorter or another at its location", async () => {
  const { options, asked, folder } = setting({
    "a.txt": "first",
    "b.txt": "second",
    "c.txt": "third",
    "d.txt": "4",
  });
  await fetchCollection(set, options);
  writeFileSync(join(folder, "a.txt"), "fi_st");
  writeFileSync(join(folder, "b.txt"), "sec");
  const changed = locationOf({ "a.txt": "first", "b.txt": "second", "c.txt": "THIRD" });
  const files = options.files.map((file) => (file.path === "c.txt" ? remote("c.txt", "THIRD") : file));
  const again = await fetchCollection(set, { ...options, files, fetchUrl: changed.fetchUrl });
  expect([again.fetched, again.kept]).toEqual([["a.txt", "b.txt", "c.txt"], ["d.txt"]]);
  expect(readFileSync(join(folder, "c.txt"), "utf8")).toBe("THIRD");
  expect(asked).toHaveLength(4);
});

test("a file without a hash is fetched only where that is accepted, and kept while its address is the same", async () => {
  const { options, folder } = setting();
  const files = [remote("a.txt", "first", false)];
  const refused = fetchCollection(set, { ...options, files });
  await expect(refused).rejects.toThrow(/got none for 1 of 1 files of own-set: a\.txt\. Add --unverified/);
  expect(existsSync(folder)).toBe(false);
  const accepted = { ...options, files, unverified: true };
  const { record } = await fetchCollection(set, accepted);
  expect(record.files).toMatchObject([{ sha256: sha256Of("first"), unverified: true }]);
  expect((await fetchCollection(set, accepted)).kept).toEqual(["a.txt"]);
  const [file] = files;
  const moved = file ? [{ ...file, url: "https://example.org/b/c.txt", bytes: 6 }] : [];
  expect((await fetchCollection(set, { ...accepted, files: moved })).fetched).toEqual(["a.txt"]);
});

test("of many files without a hash five are named", async () => {
  const { options } = setting();
  const files = ["1", "2", "3", "4", "5", "6"].map((path) => remote(path, "x", false));
  await expect(fetchCollection(set, { ...options, files })).rejects.toThrow(
    "files of own-set: 1, 2, 3, 4, 5, …",
  );
  await expect(fetchCollection(set, { ...options, files: files.slice(0, 5) })).rejects.toThrow(
    "3, 4, 5. Add",
  );
});

test("a part of a set is recorded as a part, and joined by the rest later", async () => {
  const { options } = setting();
  const part = await fetchCollection(set, { ...options, only: "b/" });
  expect([part.fetched, part.record.listed, part.record.files.length]).toEqual([["b/c.txt"], 2, 1]);
  const rest = await fetchCollection(set, { ...options, only: "a" });
  expect(rest.record.files.map(({ path }) => path)).toEqual(["a.txt", "b/c.txt"]);
  await expect(fetchCollection(set, { ...options, only: "z" })).rejects.toThrow(/of own-set, got "z"/);
});

test("a fetch that ends half way has recorded what it has, and lets the next one in", async () => {
  const { options, folder } = setting();
  const abort = new AbortController();
  const stopped = fetchCollection(set, {
    ...options,
    signal: abort.signal,
    onProgress: () => abort.abort(new Error("stopped by hand")),
  });
  await expect(stopped).rejects.toThrow("stopped by hand");
  expect(existsSync(`${folder}.lock`)).toBe(false);
  expect((await fetchCollection(set, options)).record.files).toHaveLength(2);
});

test("a list leaves out what the kit leaves out, and an empty one is an error", async () => {
  const tree = ["data/a.txt", "data/b.txt", "readme.md"].map((path) => ({
    type: "file",
    path,
    oid: "1".repeat(40),
    size: 3,
  }));
  const fetchUrl: FetchUrl = async (url) =>
    new Response(JSON.stringify(url.includes("/revision/") ? { sha: "c".repeat(40) } : tree));
  const pathsOf = async (collection: Collection) =>
    (await listCollection(collection, { fetchUrl, token: null })).map(({ path }) => path);
  expect(await pathsOf(set)).toEqual(["data/a.txt", "data/b.txt", "readme.md"]);
  expect(await pathsOf({ ...set, only: ["data/"], leaveOut: ["data/b.txt"] })).toEqual(["data/a.txt"]);
  expect(await pathsOf({ ...set, only: ["none", "read"] })).toEqual(["readme.md"]);
  await expect(pathsOf({ ...set, only: ["z"] })).rejects.toThrow(
    /own-set must have files, got none of the 3/,
  );
});
