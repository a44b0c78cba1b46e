import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readLines, type Line } from "../../src/data/lines.js";
import { sharedFolder, temporaryFolder } from "../support/temporary-folder.js";

async function linesOf(file: string, range?: { start: number; end: number }): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of readLines(file, range)) lines.push(line);
  return lines;
}

const folder = sharedFolder();
const text = fc.string({ unit: fc.constantFrom("a", "é", "🙂", "\n", "\r", " "), maxLength: 40 });

test("lines are the text cut at line feeds, without byte order mark and returns; their places hold the very bytes", async () => {
  const file = join(folder, "text");
  await fc.assert(
    fc.asyncProperty(text, fc.boolean(), async (body, hasMark) => {
      const content = (hasMark ? "\u{feff}" : "") + body;
      writeFileSync(file, content);
      const expected = body.split("\n").map((line) => line.replace(/\r+$/, ""));
      if (body === "" || body.endsWith("\n")) expected.pop();
      const lines = await linesOf(file);
      expect(lines.map((line) => line.text)).toEqual(expected);
      const bytes = Buffer.from(content);
      for (const { text, start, end } of lines) expect(bytes.subarray(start, end).toString()).toBe(text);
    }),
  );
});

test("lines longer than a chunk of the file stay whole", async () => {
  const file = join(temporaryFolder(), "long");
  const long = "é".repeat(1_500_000);
  writeFileSync(file, `first\n${long}\nlast`);
  expect((await linesOf(file)).map((line) => line.text)).toEqual(["first", long, "last"]);
});

test("a range gives the lines of those bytes, an empty one none", async () => {
  const file = join(temporaryFolder(), "range");
  writeFileSync(file, "ab\ncd\nef\n");
  expect((await linesOf(file, { start: 3, end: 8 })).map(({ text, start }) => [text, start])).toEqual([
    ["cd", 3],
    ["ef", 6],
  ]);
  expect(await linesOf(file, { start: 3, end: 3 })).toEqual([]);
});

test("bytes that are no UTF-8 are an error naming file and line", async () => {
  const file = join(temporaryFolder(), "latin1");
  writeFileSync(file, Buffer.from("fine\ncaf\xe9\n", "latin1"));
  await expect(linesOf(file)).rejects.toThrow(
    /latin1 must be UTF-8 text, got the byte 0xE9 in line 2, column 4/,
  );
});
