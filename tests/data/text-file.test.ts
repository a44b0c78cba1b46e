import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeText, readTextFile } from "../../src/data/text-file.js";
import { temporaryFolder } from "../support/temporary-folder.js";

test("a text is its characters without byte order mark, its lines ended by a line feed", () => {
  expect(decodeText(Buffer.from("\u{feff}a\r\nb\r\r\nc\rd\u{feff}\r"), "x")).toBe("a\nb\nc\rd\u{feff}");
  expect(decodeText(Buffer.from(""), "x")).toBe("");
  const text = fc.string({ unit: fc.constantFrom("a", "é", "🙂", "\n", "\u{feff}", " "), maxLength: 30 });
  fc.assert(
    fc.property(text, fc.boolean(), fc.boolean(), (body, hasMark, hasReturns) => {
      const written = (hasMark ? "\u{feff}" : "") + (hasReturns ? body.replaceAll("\n", "\r\n") : body);
      const isMark = !hasMark && body.startsWith("\u{feff}");
      expect(decodeText(Buffer.from(written), "x")).toBe(isMark ? body.slice(1) : body);
    }),
  );
});

describe("what is no UTF-8 text is refused with its place, columns counted in characters:", () => {
  test.each<[string, Uint8Array | number[], string]>([
    ["a byte of Latin-1", Buffer.from("ok\n🙂é caf\xe9", "latin1").fill(0x61, 3, 5), "0xE9"],
    ["a character cut off at the end", [0x61, 0x0a, 0xc3], "the byte 0xC3 in line 2, column 1"],
    ["half of a surrogate pair", [0x61, 0xed, 0xa0, 0xbd], "the byte 0xED in line 1, column 2"],
    ["an overlong form", [0xc0, 0x80], "the byte 0xC0 in line 1, column 1"],
    ["a NUL", [...Buffer.from("🙂é"), 0], "the character NUL in line 1, column 3"],
  ])("%s", (_, bytes, found) => {
    expect(() => decodeText(Uint8Array.from(bytes), "some.txt")).toThrow(
      new RegExp(`^readText: some\\.txt must be UTF-8 text, got .*${found}`),
    );
  });
});

test.each<[string, Uint8Array | string, string]>([
  ["x.jsonl", "version https://git-lfs.github.com/spec/v1\noid sha256:0f\nsize 9\n", "a Git LFS pointer"],
  ["x.jsonl", "../../.git/annex/objects/zx/f8/SHA256E-s9--0f.jsonl\n", "a git-annex pointer"],
  ["._x.jsonl", Uint8Array.of(0, 5, 0x16, 7, 0, 2, 0, 0), "an AppleDouble file"],
  ["._x.jsonl", "", "named like an AppleDouble file"],
  [".DS_Store", Buffer.from("\0\0\0\x01Bud1\0\0"), "a .DS_Store file"],
  ["x.csv", Buffer.from("\u{feff}a,b\n", "utf16le"), "UTF-16 text"],
  ["x.csv", gzipSync("a,b\n"), "a gzip archive"],
  ["x.csv", "PK\x03\x04...", "a zip archive"],
  ["x.csv", "PAR1\x15\x04", "a parquet file"],
])("%s that holds %j is called what it is, with a remedy", (name, content, what) => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  expect(() => readTextFile(path)).toThrow(new RegExp(`${name} must be UTF-8 text, got ${what}.*\\. [A-Z]`));
});

test("a path without a readable file is named", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "inner"));
  expect(() => readTextFile(join(folder, "gone.txt"))).toThrow(
    /gone\.txt must be a readable file, got no such file/,
  );
  expect(() => readTextFile(join(folder, "inner"))).toThrow(/inner must be a readable file, got a folder/);
});
