import { expect, test } from "vitest";
import { sourceOf, stateSources } from "../../src/data/data-statement.js";
import { openManifest, type DataFile } from "../../src/data/manifest.js";

const file = (path: string, more: Partial<DataFile> = {}): DataFile => ({
  path,
  sha256: "0".repeat(64),
  bytes: 100,
  licence: "CC BY 4.0",
  download: "https://example.org/file",
  standIn: false,
  source: "github:a/b@1",
  ...more,
});

test("a genre's training and held-out files are one source, and so are the files of an evaluation set", () => {
  expect(sourceOf("babylm_sample/train/childes.train")).toBe("babylm_sample/childes");
  expect(sourceOf("babylm_sample/dev/childes.dev")).toBe("babylm_sample/childes");
  expect(sourceOf("babylm_eval_2025/full_eval/reading/reading_data.csv")).toBe("babylm_eval_2025/reading");
  expect(sourceOf("switchboard/swda_val.tsv")).toBe("switchboard");
  expect(sourceOf("switchboard/more/swda_val.tsv")).toBe("switchboard");
  expect(sourceOf("babylm_eval_2025/full_eval")).toBe("babylm_eval_2025");
});

test("by hand: files and bytes add up; terms, origins and notes stand once; stand-ins and absent files are named", () => {
  const statements = stateSources(
    [
      file("switchboard/a.tsv", { note: "Derived: joined." }),
      file("switchboard/b.tsv", { note: "Derived: joined.", source: "github:c/d@2" }),
      file("aoa/c.csv", { standIn: true, bytes: 7, licence: "none stated" }),
    ],
    new Set(["switchboard/b.tsv"]),
  );
  expect(statements).toMatchObject([
    {
      source: "switchboard",
      files: 2,
      bytes: 200,
      licences: ["CC BY 4.0"],
      origins: ["github:a/b@1", "github:c/d@2"],
      changes: ["Derived: joined."],
      standIns: [],
      absent: ["switchboard/b.tsv"],
    },
    { source: "aoa", files: 1, bytes: 7, licences: ["none stated"], standIns: ["aoa/c.csv"], absent: [] },
  ]);
});

test("the whole manifest is stated: every file and byte, and the stand-ins it names", () => {
  const files = [...openManifest().values()];
  const statements = stateSources(files, new Set());
  expect(statements.reduce((sum, each) => sum + each.files, 0)).toBe(files.length);
  expect(statements.reduce((sum, each) => sum + each.bytes, 0)).toBe(
    files.reduce((sum, { bytes }) => sum + bytes, 0),
  );
  expect(statements.flatMap(({ standIns }) => standIns).sort()).toEqual(
    files
      .filter(({ standIn }) => standIn)
      .map(({ path }) => path)
      .sort(),
  );
  for (const { origins, licences } of statements)
    expect([origins.length > 0, licences.length > 0]).toEqual([true, true]);
});

test("a folder of unknown use is an error that names it", () => {
  expect(() => stateSources([file("mystery/a.txt")], new Set())).toThrow('got none for "mystery"');
});

test("a folder may have a name that every object has", () => {
  for (const name of ["constructor", "toString", "__proto__"])
    expect(() => stateSources([file(`${name}/a.txt`)], new Set())).toThrow(`got none for "${name}"`);
});
