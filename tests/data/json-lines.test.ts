import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseJsonLines, readJsonLines } from "../../src/data/json-lines.js";
import { allOf } from "../support/all-of.js";
import { sharedFolder, temporaryFolder } from "../support/temporary-folder.js";

const options = {
  name: "own.jsonl",
  schema: z.object({ id: z.string(), text: z.string().min(1) }),
  expected: "a JSON object with id and text",
  idOf: ({ id }: { id: string }) => id,
};
const row = (id: string, text = "some text") => JSON.stringify({ id, text });
const folder = sharedFolder();

test("what is written line by line is read back, line separators inside texts included, from text and from file", async () => {
  const file = join(folder, "rows.jsonl");
  const rows = fc.uniqueArray(
    fc.record({
      id: fc.uuid(),
      text: fc.string({ unit: fc.constantFrom("a", "é", "🙂", "\n", "\u2028", '"', "\\"), minLength: 1 }),
    }),
    { minLength: 1, selector: ({ id }) => id },
  );
  await fc.assert(
    fc.asyncProperty(rows, fc.boolean(), async (written, endsInNewline) => {
      const text = written.map((value) => JSON.stringify(value)).join("\n") + (endsInNewline ? "\n" : "");
      writeFileSync(file, text);
      expect(parseJsonLines(text, options)).toEqual(written);
      expect((await allOf(readJsonLines(file, options))).map(({ row }) => row)).toEqual(written);
    }),
    { numRuns: 50 },
  );
});

test("a byte order mark and CRLF are no part of the rows, from text and from file", async () => {
  const text = `\u{feff}${row("a")}\r\n${row("b", "x\r\ny")}\r\n`;
  const file = join(folder, "windows.jsonl");
  writeFileSync(file, text);
  const expected = [
    { id: "a", text: "some text" },
    { id: "b", text: "x\r\ny" },
  ];
  expect(parseJsonLines(text, options)).toEqual(expected);
  const placed = await allOf(readJsonLines(file, options));
  expect(placed.map(({ row }) => row)).toEqual(expected);
  expect(placed[0]).toMatchObject({ start: 3, end: 3 + row("a").length });
});

test("pairs of escapes, escaped backslashes and whole characters are text", () => {
  for (const escaped of ["\\ud83d\\ude00", "\\uD83D\\uDE00", "\\\\ud83d", "🙂", "\\u00e9"])
    expect(parseJsonLines(`{"id":"a","text":"${escaped}"}`, options)).toEqual([
      { id: "a", text: JSON.parse(`"${escaped}"`) as string },
    ]);
});

describe("a fault names file and line and what was expected", () => {
  test.each([
    [
      "a line that is cut off",
      `${row("a")}\n{"id": "b", "te`,
      /^readJsonLines: own\.jsonl, line 2 must be a JSON object with id and text, got .*JSON.*Repair/,
    ],
    ["a field of another type", `${row("a")}\n{"id": 7, "text": "x"}`, /line 2 .* got id: .*string/],
    ["a missing field", '{"id": "a"}', /line 1 .* got text: /],
    ["an empty text", row("a", ""), /line 1 .* got text: /],
    ["an array", "[1, 2]", /line 1 .* got line: .*object/],
    ["an empty line", `${row("a")}\n\n${row("b")}\n`, /line 2 .* got an empty line/],
    [
      "a byte order mark that is not the file's first character",
      `${row("a")}\n\u{feff}${row("b")}`,
      /line 2 .* got a byte order mark in the middle/,
    ],
    ["half of a surrogate pair", `${row("a")}\n{"id":"é","text":"\\ud83d"}`, /line 2 .* in column 19\./],
    [
      "its other half, in a field nobody reads",
      `{"id":"a","text":"b","x":"\\uDE00"}`,
      /line 1 .* in column 27\./,
    ],
    ["a saved web page", "<!DOCTYPE html>\n<html>", /line 1 .* got a page of the web/],
    [
      "an id given twice",
      [row("a"), row("b"), row("a")].join("\n"),
      /ids of own\.jsonl must not repeat, got "a" in lines 1 and 3/,
    ],
    ["no line at all", "", /own\.jsonl must have at least one line, got an empty file/],
  ])("%s", async (_, text, message) => {
    expect(() => parseJsonLines(text, options)).toThrow(message);
    const file = join(temporaryFolder(), "own.jsonl");
    writeFileSync(file, text);
    await expect(allOf(readJsonLines(file, options))).rejects.toThrow(message);
  });

  test("bytes that are no UTF-8", async () => {
    const file = join(temporaryFolder(), "latin.jsonl");
    writeFileSync(file, Buffer.from(`${row("a")}\n${row("b", "caf\xe9")}\n`, "latin1"));
    await expect(allOf(readJsonLines(file, options))).rejects.toThrow(
      /latin\.jsonl must be UTF-8 text, got the byte 0xE9 in line 2, column 22/,
    );
  });
});
