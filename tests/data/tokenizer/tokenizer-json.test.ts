/** @file The file of a tokenizer: what a trained one says, and what is refused because the library would end the whole process. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";
import { parseTokenizerJson, trainTokenizer } from "../../../src/data/tokenizer/tokenizer-json.js";

test.each(["bytePlain", "byteWithPrefixSpace"] as const)(
  "a trained tokenizer says how it splits: %s",
  (variant) => {
    const json = trainTokenizer({ texts: ["the cat the cat"], vocabSize: 262, variant });
    const hasPrefix = variant === "byteWithPrefixSpace";
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
    expect(json.added_tokens).toEqual(
      ["<pad>", "<s>", "</s>", "<unk>"].map((content, id) => ({ id, content, ...flags })),
    );
    const byteLevel = { type: "ByteLevel", use_regex: true };
    expect(json.pre_tokenizer).toEqual({ ...byteLevel, add_prefix_space: hasPrefix, trim_offsets: true });
    expect(json.decoder).toEqual({ ...byteLevel, add_prefix_space: true, trim_offsets: true });
    const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
    const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
    expect(json.post_processor).toEqual(
      hasPrefix
        ? {
            type: "TemplateProcessing",
            single: [special("<s>"), sequence("A")],
            pair: [special("<s>"), sequence("A"), special("</s>"), sequence("B")],
            special_tokens: {
              "</s>": { id: "</s>", ids: [2], tokens: ["</s>"] },
              "<s>": { id: "<s>", ids: [1], tokens: ["<s>"] },
            },
          }
        : { ...byteLevel, add_prefix_space: true, trim_offsets: false },
    );
    const { vocab, merges, ...model } = json.model;
    expect(model).toEqual({
      type: "BPE",
      dropout: null,
      unk_token: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
    });
    expect([Object.keys(vocab ?? {}).length, Array.isArray(merges) && merges.length]).toEqual([262, 2]);
  },
);

test("what is no tokenizer is refused with the place of the fault", () => {
  expect(() => parseTokenizerJson({ version: 1 }, "x.json")).toThrow(
    /^parseTokenizerJson: x\.json must be in Hugging Face's tokenizer\.json format, got a fault at "version": .*string/,
  );
  expect(() => parseTokenizerJson(null, "x.json")).toThrow(/got a fault at "": .*object/);
});

describe("a tokenizer whose template puts in a token it does not define", () => {
  // The library would end the whole process, test and all.
  const whole = trainTokenizer({ texts: ["the cat"], vocabSize: 262, variant: "byteWithPrefixSpace" });
  const template = { type: "TemplateProcessing", ...whole.post_processor, special_tokens: {} };
  test.each([
    ["by itself", template],
    ["in a sequence", { type: "Sequence", processors: [{ type: "Sequence", processors: [template] }] }],
  ])("%s is refused by the token's name", async (_, post_processor) => {
    await expect(openTokenizer({ ...whole, post_processor: { ...post_processor } })).rejects.toThrow(
      /^parseTokenizerJson: .*"post_processor": its template has "<s>", which is none of its special_tokens/,
    );
  });
});

test("a template for one text that has a second is refused", async () => {
  const whole = trainTokenizer({ texts: ["the cat"], vocabSize: 262, variant: "byteWithPrefixSpace" });
  const { pair } = z.object({ pair: z.array(z.unknown()) }).parse(whole.post_processor);
  const post_processor = { type: "TemplateProcessing", ...whole.post_processor, single: pair };
  await expect(openTokenizer({ ...whole, post_processor })).rejects.toThrow(
    /^parseTokenizerJson: .*"post_processor": its template for one text has a second/,
  );
});

test("a tokenizer whose words go on with parts that lack their prefix is refused by such a part", async () => {
  const whole = trainTokenizer({ texts: ["the the the cat"], vocabSize: 262, variant: "bytePlain" });
  const withPrefix = (prefix: string, merges: unknown) => ({
    ...whole,
    model: { ...whole.model, continuing_subword_prefix: prefix, merges },
  });
  // The library would cut eight bytes off one, and end the whole process.
  for (const merges of [[["t", "h"]], ["t h"]])
    await expect(openTokenizer(withPrefix("toString", merges))).rejects.toThrow(
      /^parseTokenizerJson: .*"model.merges": its "h" goes on a word and has not the continuing_subword_prefix/,
    );
  const vocab = { t: 0, "##h": 1, th: 2 };
  const { model } = withPrefix("##", [["t", "##h"]]);
  await expect(
    openTokenizer({ ...whole, added_tokens: [], model: { ...model, vocab } }),
  ).resolves.toBeDefined();
});

test("a merge that makes no token of the vocabulary is refused by its parts", async () => {
  const whole = trainTokenizer({ texts: ["the cat the cat"], vocabSize: 262, variant: "bytePlain" });
  // Longer than every token, it would end the whole process; shorter, the library would refuse it.
  for (const merges of [[["<pad>", "<pad>"]], ["<pad> <pad>"]])
    await expect(openTokenizer({ ...whole, model: { ...whole.model, merges } })).rejects.toThrow(
      /^parseTokenizerJson: .*"model.merges": its "<pad>" and "<pad>" make "<pad><pad>", which is not in the vocabulary/,
    );
});
