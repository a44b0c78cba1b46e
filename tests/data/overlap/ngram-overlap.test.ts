import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readLines } from "../../../src/data/lines.js";
import { readText, verifyFile } from "../../../src/data/files.js";
import {
  measureOverlap,
  overlapShare,
  type NgramRule,
  type OverlapItem,
} from "../../../src/data/overlap/ngram-overlap.js";
import { createNgramTable } from "../../../src/data/overlap/ngram-table.js";
import { openWindow } from "../../../src/data/overlap/ngram-windows.js";
import { hashWords } from "../../../src/data/overlap/ngram-words.js";
import { pairTurns, parseUtterances } from "../../../src/data/instructions/switchboard-pairs.js";

const dataRoot = process.env["CLASS_IT_DATA"];
const RULE: NgramRule = { ngramWords: 4, minWords: 2 };

async function* linesOf(text: string): AsyncGenerator<string> {
  yield* text.split("\n");
}
async function* linesOfFile(path: string): AsyncGenerator<string> {
  for await (const { text } of readLines(await verifyFile(path))) yield text;
}
const itemOf = (...texts: string[]): OverlapItem => ({ task: "t", uid: "u", id: "u_0", texts });

/** N-grams and found ones of one item in one corpus. */
async function look(texts: string | string[], corpus: string, rule = RULE): Promise<[number, number]> {
  const lines = linesOf(corpus);
  const { items } = await measureOverlap([itemOf(...[texts].flat())], [{ name: "c", lines }], rule);
  return [items[0]?.ngrams ?? -1, items[0]?.found[0] ?? -1];
}

/** The rule again, with words as strings in a `Set`. */
const wordsOf = (text: string): string[] =>
  text
    .normalize("NFC")
    .toLowerCase()
    .split(/\s+/u)
    .map((word) => word.replace(/[^\p{L}\p{M}\p{N}]/gu, ""))
    .filter((word) => word !== "");
function ngramsOf(text: string, { ngramWords, minWords }: NgramRule): string[] {
  const words = wordsOf(text);
  if (words.length < minWords) return [];
  const length = Math.min(ngramWords, words.length);
  return words.slice(length - 1).map((_, at) => words.slice(at, at + length).join(" "));
}
function naive(texts: readonly string[], corpus: string, rule: NgramRule): [number, number] {
  const known = new Set<string>();
  for (const document of corpus.split(/\n\s*\n/)) {
    const words = wordsOf(document);
    for (let length = rule.minWords; length <= rule.ngramWords; length++)
      for (let at = 0; at + length <= words.length; at++) known.add(words.slice(at, at + length).join(" "));
  }
  const ngrams = texts.flatMap((text) => ngramsOf(text, rule));
  return [ngrams.length, ngrams.filter((ngram) => known.has(ngram)).length];
}

describe("by hand, with 4-grams", () => {
  test("of three 4-grams the corpus holds the two that are in its sentence", async () => {
    expect(await look("the red boat sank at noon", "Then the red boat sank at last.")).toEqual([3, 2]);
  });

  test("case, punctuation and the names of speakers do not count; apostrophes and hyphens join", async () => {
    expect(await look("Don't ROCK -- the well-known boat!", "*MOT:\tdont rock the wellknown boat")).toEqual([
      2, 2,
    ]);
    expect(await look("don't rock the boat", "don t rock the boat")).toEqual([1, 0]);
    expect(await look("A: how are you\nB: very well", "how are\nB:\tyou very\nA:\twell")).toEqual([2, 2]);
  });

  test("a text shorter than an n-gram counts as a whole, one shorter than the minimum not at all", async () => {
    expect(await look("red boat", "the red boat sank")).toEqual([1, 1]);
    expect(await look("boat red", "the red boat sank")).toEqual([1, 0]);
    expect(await look("boat", "the red boat sank")).toEqual([0, 0]);
    expect(overlapShare({ ngrams: 0, found: [0] }, 0)).toBeNull();
    expect(overlapShare({ ngrams: 4, found: [0, 3] }, 1)).toBe(0.75);
  });

  test("n-grams cross lines, but no empty line, no article's title and no two texts of an item", async () => {
    expect(await look("one two three four", "one two\nthree four")).toEqual([1, 1]);
    expect(await look("one two three four", "one two\n\nthree four")).toEqual([1, 0]);
    expect(await look("two three = four", "one two\n= = = Three = = =\nfour")).toEqual([1, 0]);
    expect(await look(["one two", "three four"], "one two three four")).toEqual([2, 2]);
    expect(await look(["one three", "two four"], "one three two four")).toEqual([2, 2]);
    expect(await look("one three two four", "one three two")).toEqual([1, 0]);
  });

  test("the order of words matters, and repeated n-grams count each time", async () => {
    expect(await look("a b c d a b c d", "a b c d")).toEqual([5, 2]);
    expect(await look("d c b a", "a b c d")).toEqual([1, 0]);
  });

  test("corpora are told apart, and their words counted", async () => {
    const { items, corpora, distinctNgrams } = await measureOverlap(
      [itemOf("one two three four five"), { ...itemOf("six seven"), id: "u_1" }],
      [
        { name: "first", lines: linesOf("one two three four") },
        { name: "second", lines: linesOf("A:\tsix seven -- two three four five") },
      ],
      RULE,
    );
    expect(items.map(({ id, ngrams, found }) => [id, ngrams, found])).toEqual([
      ["u_0", 2, [1, 1]],
      ["u_1", 1, [0, 1]],
    ]);
    expect(corpora).toEqual([
      { name: "first", words: 4 },
      { name: "second", words: 6 },
    ]);
    expect(distinctNgrams).toBe(3);
  });

  test("a rule that is none, and a ninth corpus, are refused", async () => {
    await expect(look("a b", "a b", { ngramWords: 4, minWords: 5 })).rejects.toThrow("got 5 and 4");
    const corpora = Array.from({ length: 9 }, () => ({ name: "c", lines: linesOf("") }));
    await expect(measureOverlap([], corpora)).rejects.toThrow("at most 8 corpora, got 9");
  });
});

test("for all texts the counts are those of a set of strings", async () => {
  const word = fc.constantFrom(
    "a",
    "b",
    "C",
    "é",
    "e\u0301",
    "ὈΔΥΣΣΕΎΣ",
    "x-y",
    "…",
    "𝒜",
    "1,000",
    "🙂",
    "don’t",
  );
  const text = fc
    .array(fc.tuple(word, fc.constantFrom(" ", "  ", "\n", "\t", "\u00a0", "\n\n")), { maxLength: 40 })
    .map((parts) => parts.flat().join(""));
  const rule = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 5 }))
    .map(([minWords, more]) => ({ minWords, ngramWords: minWords + more }));
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 3 }), text, rule, async (texts, corpus, settings) => {
      expect(await look(texts, corpus, settings)).toEqual(naive(texts, corpus, settings));
    }),
    { numRuns: 500 },
  );
});

test("a window's fingerprint depends on its last words alone, and on their order and number", () => {
  const lanes = fc.integer({ min: 1, max: 2 ** 31 - 2 });
  const words = fc.array(fc.tuple(lanes, lanes), { minLength: 1, maxLength: 13 });
  const print = (before: readonly [number, number][], own: readonly [number, number][]): [number, number] => {
    const window = openWindow(13);
    for (const [a, b] of [...before, ...own]) window.push(a, b);
    return [window.laneA(own.length), window.laneB(own.length)];
  };
  const exact = (own: readonly [number, number][], lane: 0 | 1, base: bigint): bigint =>
    own.reduce((sum, pair) => (sum * base + BigInt(pair[lane])) % 2147483647n, 0n);
  fc.assert(
    fc.property(fc.array(fc.tuple(lanes, lanes), { maxLength: 30 }), words, (before, own) => {
      const [a, b] = print(before, own);
      expect([BigInt(a), BigInt(b)]).toEqual([exact(own, 0, 1306185629n), exact(own, 1, 846930886n)]);
    }),
  );
  expect(() => openWindow(0)).toThrow("got 0");
});

test("a table of a hundred thousand fingerprints finds each by its number, and no other", () => {
  const table = createNgramTable();
  const lane = (i: number): number => (i * 48271) % 2147483647;
  const numbers = Array.from({ length: 100_000 }, (_, i) => table.add(lane(i), i % 7));
  expect(numbers.every((number, i) => number === i)).toBe(true);
  expect(table.size).toBe(100_000);
  for (let i = 0; i < 100_000; i += 97) {
    expect(table.add(lane(i), i % 7)).toBe(i);
    expect(table.find(lane(i), i % 7)).toBe(i);
    expect(table.find(lane(i), (i % 7) + 7)).toBe(-1);
  }
});

test("different words have different fingerprints in both lanes", () => {
  const lanes = [new Set<number>(), new Set<number>()];
  const count = 20_000; // 0.1 equal pairs to expect in a lane of 31 bits
  for (let i = 0; i < count; i++)
    hashWords(`w${i}`, (a, b) => {
      lanes[0]?.add(a);
      lanes[1]?.add(b);
    });
  for (const lane of lanes) expect(lane.size).toBeGreaterThanOrEqual(count - 1);
});

test.skipIf(!dataRoot)(
  "the sample's Switchboard holds more than half of a turn of just 7 of the 19 test dialogues, its CHILDES of none",
  async () => {
    const pairs = pairTurns(parseUtterances(await readText("switchboard/swda_test.tsv")), "minThreeWords");
    const dialogueOf = (id: string): string => id.split("_")[0] ?? "";
    const items = pairs.map(({ id, prompt }) => ({
      task: "turns",
      uid: dialogueOf(id),
      id,
      texts: [prompt],
    }));
    const corpusOf = (name: string) => ({ name, lines: linesOfFile(`babylm_sample/train/${name}.train`) });
    const { items: measured } = await measureOverlap(items, ["switchboard", "childes"].map(corpusOf));
    const dialoguesIn = (corpus: number): number =>
      new Set(
        measured
          .filter((item) => item.ngrams > 3 && (overlapShare(item, corpus) ?? 0) > 0.5)
          .map(({ uid }) => uid),
      ).size;
    expect(new Set(measured.map(({ uid }) => uid)).size).toBe(19);
    expect([dialoguesIn(0), dialoguesIn(1)]).toEqual([7, 0]);
  },
);

test("characters of two code units are letters or nothing as a whole, wherever they stand", () => {
  const hashesOf = (line: string): number[][] => {
    const found: number[][] = [];
    hashWords(line, (laneA, laneB) => found.push([laneA, laneB]));
    return found;
  };
  expect(hashesOf("ab😀cd 😀")).toEqual(hashesOf("abcd"));
  expect(hashesOf("😀ab")).toEqual(hashesOf("ab"));
  const [plain, letter, other] = [hashesOf("ab"), hashesOf("ab𐐷"), hashesOf("ab𐐸")];
  expect([plain, letter, other].map((hashes) => hashes.length)).toEqual([1, 1, 1]);
  expect(new Set([plain, letter, other].map((hashes) => JSON.stringify(hashes))).size).toBe(3);
  expect(hashesOf("𐐷")).toHaveLength(1);
});
