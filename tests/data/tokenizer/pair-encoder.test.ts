import { expect, test } from "vitest";
import { openPairEncoder } from "../../../src/data/tokenizer/pair-encoder.js";
import { trainTokenizer } from "../../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";

/** A tokenizer to which every byte is a token, and the number of the letter a. */
async function bytes(variant: "bytePlain" | "byteWithPrefixSpace") {
  const tokenizer = await openTokenizer(trainTokenizer({ texts: ["a"], vocabSize: 260, variant }));
  const ids = (await tokenizer.encode(["a"], { addSpecialTokens: false }))[0]?.ids ?? [];
  return { json: tokenizer.json, startId: tokenizer.startId, endId: tokenizer.endId, a: ids.at(-1) ?? 0 };
}

test("tokens go from the end of the longer text, and it is told that and what is left of the second", async () => {
  const { json, a } = await bytes("bytePlain");
  const b = a + 1;
  expect(
    await openPairEncoder(json, { maxLengthTokens: 4, truncationSide: "right" })([
      ["aa", "bb"],
      ["aaaaaa", "b"],
      ["a", "bbbbbb"],
      ["aa", ""],
    ]),
  ).toEqual([
    { ids: [a, a, b, b], secondTokens: 2, isCut: false },
    { ids: [a, a, a, b], secondTokens: 1, isCut: true },
    { ids: [a, b, b, b], secondTokens: 3, isCut: true },
    { ids: [a, a], secondTokens: 0, isCut: false },
  ]);
});

test("special tokens stand around the first text where the tokenizer adds them, and are not counted", async () => {
  const { json, startId, endId } = await bytes("byteWithPrefixSpace");
  const [encoded] = await openPairEncoder(json, { maxLengthTokens: 16, truncationSide: "right" })([
    ["a", "b"],
  ]);
  expect(encoded?.ids[0]).toBe(startId);
  expect(encoded?.ids).toContain(endId);
  expect(encoded?.secondTokens).toBe(2); // the space and the letter
});

test("more pairs than are handed over at once stay in order", async () => {
  const { json, a } = await bytes("bytePlain");
  const pairs = Array.from({ length: 1_030 }, (_, index): [string, string] => [
    "a".repeat(1 + (index % 3)),
    "a",
  ]);
  const encoded = await openPairEncoder(json, { maxLengthTokens: 8, truncationSide: "right" })(pairs);
  expect(encoded.map(({ ids }) => ids.length)).toEqual(pairs.map(([first]) => first.length + 1));
  expect(encoded.every(({ ids }) => ids.every((id) => id === a))).toBe(true);
});
