import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPretrainingText, shrink } from "../../src/data/corpora.js";
import { MAX_DOCUMENT_WORDS, readTexts, type Document } from "../../src/data/documents.js";
import { parseOwnCorpora } from "../../src/data/own-corpora.js";
import { countWords } from "../../src/data/words.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const dataRoot = process.env["CLASS_IT_DATA"];
const document = (genre: string, words: number, name: string): Document => ({
  genre,
  words,
  source: Array.from({ length: words }, (_, i) => `${name}${i}`).join(" "),
});
const genres = new Map([
  ["large", Array.from({ length: 30 }, (_, i) => document("large", 20, `l${i}_`))],
  ["small", Array.from({ length: 20 }, (_, i) => document("small", 10, `s${i}_`))],
]);
/** Counted on the texts themselves. */
const wordsOf = (documents: readonly Document[]): number =>
  [...readTexts(documents)].reduce((sum, text) => sum + countWords(text), 0);

test("shrinking keeps the genres' shares and gives exactly the words asked for", () => {
  const chosen = shrink(genres, 101, 7);
  expect(wordsOf(chosen)).toBe(101);
  expect(wordsOf(chosen.filter(({ genre }) => genre === "large"))).toBe(76); // 600 of 800, rounded
});

test("documents stay whole but for the last of each genre, and none comes twice", () => {
  const chosen = shrink(genres, 310, 7);
  const cut = chosen.filter(({ genre, words }) => words !== (genre === "large" ? 20 : 10));
  expect(cut.map(({ genre }) => genre).sort()).toEqual(["large", "small"]);
  expect(new Set([...readTexts(chosen)].map((text) => text.split("_")[0])).size).toBe(chosen.length);
});

test("the seed decides which documents, and the same seed decides the same", () => {
  expect(shrink(genres, 101, 7)).toEqual(shrink(genres, 101, 7));
  expect(shrink(genres, 101, 8)).not.toEqual(shrink(genres, 101, 7));
});

test("all words keep every document, in an order that mixes the genres", () => {
  const all = shrink(genres, null, 7);
  expect(all).toHaveLength(50);
  expect(all.slice(0, 25).some(({ genre }) => genre === "small")).toBe(true);
});

test("more words than there are, or none, are refused", () => {
  expect(() => shrink(genres, 801, 7)).toThrow(
    "shrink: words must be a whole number from 1 to the 800 there are",
  );
  expect(() => shrink(genres, 0, 7)).toThrow("got 0");
});

test("the microworld gives training and held-out text of exact size, from different draws", async () => {
  const request = { words: 2000, heldOutWords: 500, seed: 3, source: "microworld" } as const;
  const text = await loadPretrainingText(request);
  expect([text.words, text.heldOutWords, wordsOf(text.documents), wordsOf(text.heldOut)]).toEqual([
    2000, 500, 2000, 500,
  ]);
  expect(text.files).toEqual([]);
  expect(text.heldOut[0]?.source).not.toBe(text.documents[0]?.source);
  expect(await loadPretrainingText(request)).toEqual(text);
  await expect(loadPretrainingText({ ...request, words: null })).rejects.toThrow(
    "which has no end, got null",
  );
});

test.skipIf(!dataRoot)(
  "the real sample has 6,118,169 training words in six genres, cut to 2,000 words",
  async () => {
    const text = await loadPretrainingText({ words: null, heldOutWords: 250_000, seed: 42, source: "real" });
    expect([text.words, text.heldOutWords, text.files.length]).toEqual([6_118_169, 250_000, 11]);
    expect(new Set(text.documents.map(({ genre }) => genre)).size).toBe(6);
    expect(wordsOf(text.documents)).toBe(6_118_169);
    expect(Math.max(...text.documents.map(({ words }) => words))).toBeLessThanOrEqual(MAX_DOCUMENT_WORDS);
    const titled = [...readTexts(text.documents)].filter((body) => body.startsWith("= = = "));
    expect(titled).toHaveLength(9733);
  },
);

test.skipIf(!dataRoot)(
  "a corpus of the user's is a genre of its own, by its share, and named with its hash",
  async () => {
    const places = { rawFolder: temporaryFolder(), dataFolder: dataRoot ?? null };
    mkdirSync(join(places.rawFolder, "own"));
    writeFileSync(
      join(places.rawFolder, "own", "letters.txt"),
      "Dear Mara, the bells rang.\n".repeat(200_000),
    );
    const own = parseOwnCorpora(
      JSON.stringify({
        schemaVersion: 1,
        files: [
          {
            path: "own/letters.txt",
            unverified: true,
            licence: "my own",
            download: null,
            standIn: false,
            source: "written by hand",
            corpus: { genre: "letters", split: "train", format: "lines" },
          },
        ],
      }),
      "own.json",
    );
    const text = await loadPretrainingText({
      words: 71_182,
      heldOutWords: 100,
      seed: 42,
      source: "real",
      places,
      own,
    });
    const letters = text.documents.filter(({ genre }) => genre === "letters");
    // 1,000,000 of 7,118,169 words.
    expect(letters.reduce((sum, { words }) => sum + words, 0)).toBe(10_000);
    expect(text.files.find(({ path }) => path === "own/letters.txt")?.unverified).toBe(true);
  },
);
