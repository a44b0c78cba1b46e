import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  cutDocument,
  findDocuments,
  MAX_DOCUMENT_WORDS,
  readTexts,
  type Document,
} from "../../src/data/documents.js";
import { countWords } from "../../src/data/words.js";
import { sharedFolder } from "../support/temporary-folder.js";

const file = join(sharedFolder(), "text");

async function documentsOf(genre: string, text: string): Promise<Document[]> {
  writeFileSync(file, text);
  const documents: Document[] = [];
  for await (const document of findDocuments(file, genre)) documents.push(document);
  return documents;
}

test("segments end at empty lines, articles begin at their headings and keep them", async () => {
  const wiki =
    "rest of an article.\n= = = One = = =\nOne is a number.\n= = = Two = = =\nTwo is too.\n \nanother rest.\n";
  expect([...readTexts(await documentsOf("simple_wiki", wiki))]).toEqual([
    "rest of an article.",
    "= = = One = = =\nOne is a number.",
    "= = = Two = = =\nTwo is too.",
    "another rest.",
  ]);
  expect(await documentsOf("childes", "*MOT: one.\n*CHI: two.\n\n*MOT: three.\n")).toHaveLength(2);
});

test("a long line is cut at sentence ends, many lines at line ends, a long sentence between words", async () => {
  const sentences = await documentsOf("gutenberg", "Vier Wörter 🙂 hier. ".repeat(1500));
  expect(sentences.map(({ words }) => words)).toEqual([2000, 2000, 2000]);
  for (const text of readTexts(sentences)) expect(text).toMatch(/^Vier .*hier\.$/);
  const lines = await documentsOf("childes", "one two three\n".repeat(1000));
  expect(lines.map(({ words }) => words)).toEqual([1998, 1002]);
  expect((await documentsOf("bnc", "word ".repeat(4100))).map(({ words }) => words)).toEqual([
    2000, 2000, 100,
  ]);
});

test("documents together hold every word of the file, in order, and none exceeds the limit", async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom("é", "bc", "d.", "e!", "\n", "\n\n", "= = = A = = ="),
      fc.integer({ min: 1900, max: 2100 }).map((count) => "w. ".repeat(count)),
    ),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.constantFrom("simple_wiki", "childes"), async (parts, genre) => {
      const whole = parts.join(" ");
      const documents = await documentsOf(genre, whole);
      const texts = [...readTexts(documents)];
      expect(texts.join(" ").match(/\S+/g)).toEqual(whole.match(/\S+/g));
      expect(documents.map(({ words }) => words)).toEqual(texts.map(countWords));
      for (const { words } of documents) expect(words).toBeLessThanOrEqual(MAX_DOCUMENT_WORDS);
    }),
    { numRuns: 40 },
  );
});

test("a document is cut right behind a word, in a file as in generated text", async () => {
  const [found] = await documentsOf("childes", "eins zwei\ndrüben vier fünf");
  for (const document of [found, { genre: "x", words: 5, source: "eins zwei\ndrüben vier fünf" }]) {
    if (document === undefined) throw new Error("no document");
    const cut = cutDocument(document, 3);
    expect([cut.words, ...readTexts([cut])]).toEqual([3, "eins zwei\ndrüben"]);
    expect(cutDocument(document, 5)).toBe(document);
  }
});

test("a file that lost bytes after its documents were found is an error", async () => {
  const documents = await documentsOf("childes", "one two three\n");
  writeFileSync(file, "one");
  expect(() => [...readTexts(documents)]).toThrow(/must have 13 bytes from 0 on, got 3/);
});
