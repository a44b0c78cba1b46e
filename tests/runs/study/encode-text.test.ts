/** @file The tokens of a text: each document with its ends, in order, whatever is handed to the tokenizer at once. */
import { expect, test } from "vitest";
import { trainTokenizer } from "../../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";
import { encodeDocuments } from "../../../src/runs/study/encode-text.js";
import { loadText } from "../../../src/runs/study/pretraining-text.js";
import { openMaterial } from "../../../src/runs/study/material.js";
import { allOf } from "../../support/all-of.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy } from "../../support/tiny-study.js";

const TEXTS = ["one two", "two", "one one two"];
const documents = TEXTS.map((source) => ({ genre: "spoken", words: source.split(" ").length, source }));

test.each(["bytePlain", "byteWithPrefixSpace"] as const)(
  "every document is its tokens and its ends, one after the other (%s)",
  async (variant) => {
    const tokenizer = await openTokenizer(trainTokenizer({ texts: TEXTS, vocabSize: 270, variant }));
    const alone = await tokenizer.encodeIds(TEXTS, { addSpecialTokens: false });
    const starts = tokenizer.addsStartToken ? [tokenizer.startId] : [];
    expect(await allOf(encodeDocuments(documents, tokenizer))).toEqual(
      alone.map((ids) => [...starts, ...ids, tokenizer.endId]),
    );
  },
);

test("a study's tokens hold its training text and apart from it, genre by genre, its held-out text", async () => {
  const study = openTinyStudy(temporaryFolder());
  const text = await loadText(study);
  const { tokenizer, tokens } = await openMaterial(study, "llama100M");
  try {
    const train = (await allOf(encodeDocuments(text.documents, tokenizer))).flat();
    expect([...tokens.stream.read(0, tokens.stream.length)]).toEqual(train);
    expect(tokens.words).toBe(text.words);
    expect(tokens.heldOut.map(({ genre }) => genre)).toEqual(["dialogue", "narrative"]);
    for (const { genre, ids } of tokens.heldOut) {
      const own = text.heldOut.filter((document) => document.genre === genre);
      expect(ids).toEqual((await allOf(encodeDocuments(own, tokenizer))).flat());
    }
  } finally {
    tokens.stream.close();
  }
});
