import { expect, test } from "vitest";
import { filesUnder, findEntry, openManifest, parseManifest } from "../../src/data/manifest.js";

const file = {
  path: "folder/a.txt",
  sha256: "0".repeat(64),
  bytes: 3,
  licence: "own",
  download: "https://example.org/a.txt",
  standIn: false,
  source: "own",
};
const parse = (...files: unknown[]): unknown =>
  parseManifest(JSON.stringify({ schemaVersion: 1, files }), "test");

test("the project's manifest lists every file of the data folder once, 115 MB in all", () => {
  const files = [...openManifest().values()];
  expect(files).toHaveLength(189);
  expect(files.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(115_043_942);
});

test("files of derived sets have no download location but say how they were made", () => {
  const derived = [...openManifest().values()].filter(({ download }) => download === null);
  expect(derived).toHaveLength(17);
  for (const { note } of derived) expect(note).toMatch(/^Derived/);
});

test("exactly the substitutes are marked as stand-ins", () => {
  const standIns = [...openManifest().values()].filter(({ standIn }) => standIn).map(({ path }) => path);
  expect(standIns).toEqual([
    "comps_standin/comps_like_base.jsonl",
    "superglue_extra/boolq.substitute_train.jsonl",
    "wug_past_standin/racz2019_nonce_past_tense.tsv",
  ]);
});

test("a folder's files come in the order of their paths", () => {
  const genres = filesUnder("babylm_sample/train").map(({ path }) => path.split("/")[2]);
  expect(genres).toEqual(
    ["bnc_spoken", "childes", "gutenberg", "open_subtitles", "simple_wiki", "switchboard"].map(
      (g) => `${g}.train`,
    ),
  );
  expect(filesUnder("babylm_eval_2025/full_eval/blimp_filtered")).toHaveLength(67);
});

test("an unknown path is an error that names the path meant", () => {
  expect(() => findEntry("train/childes.train")).toThrow("Did you mean babylm_sample/train/childes.train?");
  expect(() => findEntry("nothing/like.it")).toThrow(
    'findEntry: path must be one of data/manifest.json, got "nothing',
  );
  expect(() => filesUnder("babylm_samp")).toThrow("filesUnder: prefix must be a folder");
});

test("a damaged manifest is refused with the place of the fault", () => {
  expect(() => parseManifest("{", "test")).toThrow("parseManifest: test must be JSON");
  expect(() => parse({ ...file, sha256: "xyz" })).toThrow("files.0.sha256");
  expect(() => parse({ ...file, bytes: -1 })).toThrow("files.0.bytes");
  expect(() => parse({ ...file, extra: 1 })).toThrow("files.0");
  expect(() => parse({ ...file, path: "folder/../../a.txt" })).toThrow("must not leave the data folder");
  expect(() => parse({ ...file, download: null })).toThrow("needs a note");
  expect(() => parse(file, file)).toThrow("got folder/a.txt twice");
});
