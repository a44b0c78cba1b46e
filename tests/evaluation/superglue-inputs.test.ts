/** @file Pairs of texts as tokens: cut as the official pipeline cuts them, padded on either side. */
import { expect, test } from "vitest";
import { trainTokenizer } from "../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import { encodePairs, padRows } from "../../src/evaluation/superglue-inputs.js";

/** Every byte is a token, a letter's number differs from the next one's by 1. */
const tokenizer = await openTokenizer(trainTokenizer({ texts: ["a"], vocabSize: 260, variant: "bytePlain" }));
const [letter = 0] = (await tokenizer.encode(["a"], { addSpecialTokens: false }))[0]?.ids ?? [];
const [a, b] = [letter, letter + 1];
const pair = (id: string, first: string, second: string) => ({ id, first, second, label: 1 });

test("the longer text loses tokens first, and what was cut or lost its second text is counted", async () => {
  const pairs = [
    pair("short", "a", "b"),
    pair("exact", "aa", "bb"),
    pair("first longer", "aaaaaa", "b"),
    pair("both longer", "aaaaa", "bbbbb"),
    pair("no second", "aa", ""),
  ];
  const encoded = await encodePairs(tokenizer, pairs, { maxLengthTokens: 4 });
  expect(encoded.pairs).toEqual([
    { id: "short", label: 1, ids: [a, b] },
    { id: "exact", label: 1, ids: [a, a, b, b] },
    { id: "first longer", label: 1, ids: [a, a, a, b] },
    { id: "both longer", label: 1, ids: [a, a, b, b] },
    { id: "no second", label: 1, ids: [a, a] },
  ]);
  expect([encoded.cut, encoded.withoutSecond]).toEqual([2, 1]);
});

test("an item without tokens is refused by its name", async () => {
  const pairs = [pair("full", "a", "b"), pair("empty", "", "")];
  await expect(encodePairs(tokenizer, pairs, { maxLengthTokens: 4 })).rejects.toThrow(/got none for empty/);
});

test("rows are padded at the right or at the left, and the mask tells text from padding", () => {
  const rows = [[5, 6], [7, 8, 9], []];
  const right = padRows(rows, { lengthTokens: 3, padId: 1, side: "right" });
  expect([...right.inputIds]).toEqual([5, 6, 1, 7, 8, 9, 1, 1, 1]);
  expect([...right.attentionMask]).toEqual([1, 1, 0, 1, 1, 1, 0, 0, 0]);
  const left = padRows(rows, { lengthTokens: 3, padId: 1, side: "left" });
  expect([...left.inputIds]).toEqual([1, 5, 6, 7, 8, 9, 1, 1, 1]);
  expect([...left.attentionMask]).toEqual([0, 1, 1, 1, 1, 1, 0, 0, 0]);
  expect([left.batchSize, left.lengthTokens]).toEqual([3, 3]);
});

test("a row longer than the others' length is refused, not cut", () => {
  const options = { lengthTokens: 2, padId: 0, side: "left" } as const;
  expect(() => padRows([[1, 2, 3]], options)).toThrow(/at most 2 tokens, got 3/);
});
