import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { cutDocument, readTexts } from "../../src/data/documents.js";
import type { DataPlaces } from "../../src/data/files.js";
import {
  checkCorpus,
  findOwnDocuments,
  openOwnCorpora,
  parseOwnCorpora,
} from "../../src/data/own-corpora.js";
import { findProjectRoot } from "../../src/project-root.js";
import { allOf } from "../support/all-of.js";
import { temporaryFolder } from "../support/temporary-folder.js";

let places: DataPlaces;
beforeEach(() => {
  places = { rawFolder: temporaryFolder(), dataFolder: null };
});

const path = "own/letters.txt";
const put = (content: string | Uint8Array, name = path) => {
  mkdirSync(dirname(join(places.rawFolder, name)), { recursive: true });
  writeFileSync(join(places.rawFolder, name), content);
};
const entryOf = (changes: object = {}) => ({
  path,
  unverified: true,
  licence: "my own",
  download: null,
  standIn: false,
  source: "written by hand",
  corpus: { genre: "letters", split: "train", format: "lines" },
  ...changes,
});
const parse = (...files: object[]) =>
  parseOwnCorpora(JSON.stringify({ schemaVersion: 1, files }), "data/own.json");
/** The only entry of a list. */
function one(changes: object = {}) {
  const [entry] = parse(entryOf(changes));
  if (entry === undefined) throw new Error("the list must have an entry");
  return entry;
}
const corpus = (format: string) => ({ corpus: { genre: "letters", split: "train", format } });
const documentsOf = async (format: string) => {
  const entry = one(corpus(format));
  const { file } = await checkCorpus(entry, places);
  return allOf(findOwnDocuments(entry, file));
};
const textsOf = async (format: string) => [...readTexts(await documentsOf(format))];

describe("texts are", () => {
  test("lines, without empty ones", async () => {
    put("Dear Mara,\r\n\nthe bells rang.\n  \nYours\n");
    expect(await textsOf("lines")).toEqual(["Dear Mara,", "the bells rang.", "Yours"]);
  });

  test("what stands between empty lines", async () => {
    put("\n\nDear Mara,\r\nthe bells rang.\r\n\r\n \nYours\nOtto");
    expect(await textsOf("paragraphs")).toEqual(["Dear Mara,\nthe bells rang.", "Yours\nOtto"]);
  });

  test("the text of each JSON line, with the genre of the entry", async () => {
    put('{"text": "Dear Mara,\\n\\nthe bells rang."}\n{"text": "Yours", "year": 1875}\n');
    const documents = await documentsOf("jsonl");
    expect([...readTexts(documents)]).toEqual(["Dear Mara,\n\nthe bells rang.", "Yours"]);
    expect(documents.map(({ genre, words }) => [genre, words])).toEqual([
      ["letters", 5],
      ["letters", 1],
    ]);
    const [cut] = readTexts(documents.slice(0, 1).map((document) => cutDocument(document, 3)));
    expect(cut).toBe("Dear Mara,\n\nthe");
  });
});

test("a byte order mark and CRLF are no part of any text, whatever the form", async () => {
  put("\u{feff}The old bell\r\nrings.\r\n\r\nThe cat sleeps.\r\n");
  const documents = await documentsOf("paragraphs");
  expect([...readTexts(documents)]).toEqual(["The old bell\nrings.", "The cat sleeps."]);
  const cut = documents.slice(0, 1).map((document) => cutDocument(document, 4));
  expect([...readTexts(cut)]).toEqual(["The old bell\nrings."]);
  expect([...readTexts(documents.slice(0, 1).map((document) => cutDocument(document, 2)))]).toEqual([
    "The old",
  ]);
  expect(await textsOf("lines")).toEqual(["The old bell", "rings.", "The cat sleeps."]);
  put('\u{feff}{"text": "The old bell\\r\\nrings."}\r\n');
  expect(await textsOf("jsonl")).toEqual(["The old bell\nrings."]);
});

describe("a corpus is refused that", () => {
  test.each<[string, string | Uint8Array, RegExp]>([
    ["jsonl", '{"text":"a \\ud83d"}\n', /letters\.txt, line 1 .* half of a surrogate pair.* column 12/],
    ["jsonl", '{"text": " "}\n', /line 1 .* text: must have a word/],
    [
      "lines",
      "version https://git-lfs.github.com/spec/v1\noid sha256:0f\n",
      /letters\.txt .* a Git LFS pointer/,
    ],
    ["paragraphs", Buffer.from("a\nb", "utf16le"), /letters\.txt .* NUL in line 1, column 2/],
    ["lines", "\n \n", /letters\.txt must hold text, got none/],
    ["paragraphs", "", /letters\.txt must hold text, got none/],
    [
      "jsonl",
      '{"text": "one"}\n{"words": "two"}\n',
      /letters\.txt, line 2 must be a JSON object {"text": "..."}/,
    ],
    ["jsonl", "", /letters\.txt must have at least one line/],
    [
      "lines",
      Buffer.from("fine\ncaf\xe9\n", "latin1"),
      /letters\.txt must be UTF-8 text, got the byte 0xE9 in line 2, column 4/,
    ],
  ])("as %s holds %j", async (format, content, message) => {
    put(content);
    await expect(textsOf(format)).rejects.toThrow(message);
  });

  test("has other bytes than its entry states, or lies nowhere", async () => {
    const right = Buffer.from("Dear Mara\n");
    const sha256 = createHash("sha256").update(right).digest("hex");
    const entry = one({ unverified: undefined, sha256, bytes: right.length });
    await expect(checkCorpus(entry, places)).rejects.toThrow("found in neither. Put the file there");
    put(right);
    expect(await checkCorpus(entry, places)).toMatchObject({ path, sha256, unverified: false });
    put("Dear Otto\n");
    await expect(checkCorpus(entry, places)).rejects.toThrow(/must have 10 bytes and sha256 .* got 10 bytes/);
  });

  test.each(["file", "folder"])("is a link out of the data folder by its %s", async (kind) => {
    const outside = temporaryFolder();
    writeFileSync(join(outside, "letters.txt"), "not in the data folder\n");
    if (kind === "folder") symlinkSync(outside, join(places.rawFolder, "own"));
    else {
      mkdirSync(join(places.rawFolder, "own"));
      symlinkSync(join(outside, "letters.txt"), join(places.rawFolder, path));
    }
    await expect(checkCorpus(one(), places)).rejects.toThrow("own/letters.txt must be inside");
  });
});

test("a data folder that is itself a link, and links inside it, are fine", async () => {
  put("Dear Mara\n", "kept/letters.txt");
  mkdirSync(join(places.rawFolder, "own"));
  symlinkSync(join(places.rawFolder, "kept/letters.txt"), join(places.rawFolder, path));
  const link = join(temporaryFolder(), "raw");
  symlinkSync(places.rawFolder, link);
  const found = await checkCorpus(one(), { rawFolder: link, dataFolder: null });
  expect(found).toMatchObject({
    unverified: true,
    sha256: createHash("sha256").update("Dear Mara\n").digest("hex"),
  });
});

test.each<[string, object[], string]>([
  [
    "a path that climbs out",
    [entryOf({ path: "own/../../letters.txt" })],
    "path must not leave the data folder",
  ],
  ["an absolute path", [entryOf({ path: "/own/letters.txt" })], "files.0.path"],
  ["no hash and no word about it", [entryOf({ unverified: undefined })], 'or "unverified": true'],
  ["an unknown format", [entryOf(corpus("csv"))], "files.0.corpus.format"],
  ["a field too many", [entryOf({ genre: "letters" })], "files.0"],
  ["a path given twice", [entryOf(), entryOf()], "must stand once"],
  [
    "a path of the kit's own",
    [entryOf({ path: "babylm_sample/train/childes.train" })],
    "none of data/manifest.json",
  ],
])("a list with %s is refused with the place of the fault", (_, files, message) => {
  expect(() => parse(...files)).toThrow(message);
});

test("a file may have any name", async () => {
  const name = 'own/-Mara\'s letters, "ü".txt';
  put("Dear Mara\n", name);
  const [entry] = parse(entryOf({ path: name }));
  if (entry === undefined) throw new Error("the list must have an entry");
  expect((await checkCorpus(entry, places)).path).toBe(name);
});

test("no list means no corpora; a list that is no JSON is an error", () => {
  expect(openOwnCorpora(join(temporaryFolder(), "own.json"))).toEqual([]);
  expect(() => parseOwnCorpora("{", "data/own.json")).toThrow("data/own.json must be JSON");
  expect(() => parseOwnCorpora('{"files": [], "files": []}', "own.json")).toThrow('the name "files" twice');
  expect(parseOwnCorpora('\u{feff}{"schemaVersion": 1,\r\n"files": []}', "own.json")).toEqual([]);
});

test("the example in data/README.md is a valid list", () => {
  const readme = readFileSync(join(findProjectRoot(), "data", "README.md"), "utf8");
  const example = /## Your own corpora[^]*?```json\n([^]*?)```/.exec(readme)?.[1] ?? "";
  expect(parseOwnCorpora(example, "the example").map(({ corpus }) => corpus)).toEqual([
    { genre: "letters", split: "train", format: "paragraphs" },
  ]);
});
