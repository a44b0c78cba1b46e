import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { trainBytePairs } from "../../../src/data/tokenizer/byte-pair-training.js";
import {
  BYTE_SYMBOLS,
  countPieces,
  splitPieces,
  toByteSymbols,
} from "../../../src/data/tokenizer/byte-pair-words.js";
import { createMergeQueue } from "../../../src/data/tokenizer/merge-queue.js";
import { arbitraryText } from "../arbitrary-text.js";

const golden = z
  .object({
    specialTokens: z.array(z.string()),
    texts: z.array(z.string()),
    cases: z.array(
      z.object({
        addPrefixSpace: z.boolean(),
        minFrequency: z.int(),
        vocabSize: z.int(),
        vocabularySize: z.int(),
        firstTokens: z.array(z.string()),
        lastTokens: z.array(z.string()),
        merges: z.array(z.string()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../../golden/byte-pairs.json", import.meta.url), "utf8")));

const plain = { addPrefixSpace: false, specialTokens: [], minFrequency: 2 };

test.each(golden.cases)(
  "merges equal the tokenizers library's (prefix space $addPrefixSpace, least count $minFrequency)",
  ({ addPrefixSpace, minFrequency, vocabSize, ...expected }) => {
    const { texts, specialTokens } = golden;
    const learned = trainBytePairs({ texts, specialTokens, addPrefixSpace, minFrequency, vocabSize });
    expect(learned.merges.map((pair) => pair.join(" "))).toEqual(expected.merges);
    expect(learned.vocabulary).toHaveLength(expected.vocabularySize);
    expect(learned.vocabulary.slice(0, 8)).toEqual(expected.firstTokens);
    expect(learned.vocabulary.slice(-4)).toEqual(expected.lastTokens);
  },
);

test("by hand: the most frequent pair first, of equals the one with the smaller ids", () => {
  // "ab" occurs 4 times, "bc" 3 times, "xy" and "zz" twice each; then "abc" 3 times.
  const { merges } = trainBytePairs({
    ...plain,
    texts: ["abc", "abc", "abc", "ab", "xy", "xy", "zz", "zz"],
    vocabSize: 300,
  });
  expect(merges).toEqual([
    ["a", "b"],
    ["ab", "c"],
    ["x", "y"],
    ["z", "z"],
  ]);
});

test("a pair below the least count is not merged, and the vocabulary stays smaller than asked", () => {
  const texts = ["abab", "xy"];
  const seenTwice = trainBytePairs({ ...plain, texts, vocabSize: 300 });
  expect(seenTwice.merges).toEqual([["a", "b"]]);
  expect(seenTwice.vocabulary).toHaveLength(257);
  const seenOnce = trainBytePairs({ ...plain, texts, vocabSize: 300, minFrequency: 0 });
  expect(seenOnce.merges).toEqual([
    ["a", "b"],
    ["x", "y"],
    ["ab", "ab"],
  ]);
});

test("the vocabulary is special tokens, bytes by code point, then merges, and never longer than asked", () => {
  const { vocabulary } = trainBytePairs({
    ...plain,
    specialTokens: ["<a>", "<b>"],
    texts: ["abc abc"],
    vocabSize: 259,
  });
  expect(vocabulary.slice(0, 3)).toEqual(["<a>", "<b>", "!"]);
  expect(vocabulary.slice(2, 258)).toEqual([...BYTE_SYMBOLS].sort());
  expect(vocabulary.slice(258)).toEqual(["ab"]);
});

test("texts are cut as GPT-2 cuts them", () => {
  expect(splitPieces("I'll  pay 20€!\n\n they've", false)).toEqual(
    ["I", "'ll", " ", " pay", " 20", "€!", "\n\n", " they", "'ve"], // one space of two stays behind
  );
  expect(splitPieces("a", true)).toEqual([" a"]);
  expect(splitPieces(" a", true)).toEqual([" a"]);
  expect(splitPieces("", true)).toEqual([]);
});

test("next line is white space and the byte-order mark is not, against JavaScript's own \\s", () => {
  expect(splitPieces("a\u0085b\ufeffc", false)).toEqual(["a", "\u0085", "b", "\ufeff", "c"]);
  expect(splitPieces("a \ufeff", false)).toEqual(["a", " \ufeff"]);
});

test("every byte has a symbol of its own; the space is Ġ and é is two symbols", () => {
  expect(new Set(BYTE_SYMBOLS).size).toBe(256);
  expect(toByteSymbols(" é\n")).toBe("ĠÃ©Ċ");
});

test("pieces lose no character of any text", () => {
  fc.assert(
    fc.property(arbitraryText, (text) => {
      expect(splitPieces(text, false).join("")).toBe(text);
    }),
  );
});

test("texts count by themselves: a piece never spans two of them", () => {
  expect([...countPieces(["a b", "b c"], false)]).toEqual([
    ["a", 1],
    [" b", 1],
    ["b", 1],
    [" c", 1],
  ]);
});

test("the queue gives candidates by falling count, then rising pair", () => {
  const candidate = fc.record({ pair: fc.nat(20), count: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(candidate), (candidates) => {
      const queue = createMergeQueue();
      for (const { pair, count } of candidates) queue.push({ pair, count, words: [] });
      const popped = candidates.map(() => queue.pop()).map((c) => ({ pair: c?.pair, count: c?.count }));
      expect(popped).toEqual([...candidates].sort((a, b) => b.count - a.count || a.pair - b.pair));
      expect(queue.pop()).toBeUndefined();
    }),
  );
});

test("a vocabulary without room for the bytes, and no text at all, are refused", () => {
  expect(() => trainBytePairs({ ...plain, texts: ["a"], vocabSize: 255 })).toThrow(
    "trainBytePairs: vocabSize must be a whole number from 256",
  );
  expect(() => trainBytePairs({ ...plain, texts: [""], vocabSize: 300 })).toThrow(
    "must hold at least one word",
  );
});
