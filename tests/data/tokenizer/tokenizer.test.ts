import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";
import { parseTokenizerJson, SPECIAL_TOKENS } from "../../../src/data/tokenizer/tokenizer-json.js";
import { arbitraryText } from "../arbitrary-text.js";
import { openMicroworldTokenizer, VOCAB_SIZE } from "../microworld-tokenizer.js";

const plain = await openMicroworldTokenizer("bytePlain");
const prefixed = await openMicroworldTokenizer("byteWithPrefixSpace");
const withSpecials = { addSpecialTokens: true };
const bare = { addSpecialTokens: false };

test("decoding what bytePlain encoded gives the text back, whatever the text", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryText, async (text) => {
      const [encoded] = await plain.encode([text], withSpecials);
      expect(await plain.decode(encoded?.ids ?? [], { skipSpecialTokens: false })).toBe(text);
    }),
  );
});

test("offsets count code points: each token's span, read off the text, is what the token decodes to", async () => {
  const text = "Café 👍 and 猫😀 in the garden.";
  const points = [...text];
  const [encoded] = await plain.encode([text], bare);
  expect(encoded?.offsets.at(-1)?.[1]).toBe(points.length);
  for (const [i, [start, end]] of (encoded?.offsets ?? []).entries()) {
    const decoded = await plain.decode([encoded?.ids[i] ?? -1], { skipSpecialTokens: false });
    // Pieces of one split character cannot be decoded alone; they all carry its span.
    if (!decoded.includes("\ufffd")) expect(points.slice(start, end).join("")).toBe(decoded);
    else expect(end - start).toBe(1);
  }
});

test("offsets never go back and stay inside the text", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryText, async (text) => {
      const [encoded] = await prefixed.encode([text], bare);
      let before = 0;
      for (const [start, end] of encoded?.offsets ?? []) {
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThanOrEqual(start);
        before = start;
      }
      expect(encoded?.offsets.at(-1)?.[1] ?? 0).toBeLessThanOrEqual([...text].length);
    }),
  );
});

test("the vocabulary ends with its largest number, gaps and special tokens counted", async () => {
  const { json } = await openMicroworldTokenizer("bytePlain");
  const [last] = json.added_tokens.slice(-1);
  const beyond = last ? [{ ...last, id: 1_000, content: "<own>" }] : [];
  const opened = await openTokenizer({ ...json, added_tokens: [...json.added_tokens, ...beyond] });
  expect(opened.vocabSize).toBeGreaterThanOrEqual(VOCAB_SIZE + 1);
  expect((await openTokenizer(json)).vocabSize).toBe(VOCAB_SIZE);
});

test("special tokens lead the vocabulary and are found by name", () => {
  for (const tokenizer of [plain, prefixed]) {
    expect(tokenizer).toMatchObject({ vocabSize: VOCAB_SIZE, padId: 0, startId: 1, endId: 2 });
    expect(tokenizer.json.added_tokens.map(({ content }) => content)).toEqual(SPECIAL_TOKENS);
  }
});

test("only byteWithPrefixSpace puts <s> in front, and never doubles a space that is there", async () => {
  expect(plain.addsStartToken).toBe(false);
  expect(prefixed.addsStartToken).toBe(true);
  const [withSpace, without] = await prefixed.encodeIds([" garden", "garden"], withSpecials);
  expect(without).toEqual(withSpace);
  expect(without?.[0]).toBe(1);
  expect(await prefixed.decode(without ?? [], { skipSpecialTokens: false })).toBe("<s> garden");
  expect(await prefixed.decode(without ?? [], { skipSpecialTokens: true })).toBe(" garden");
  const [glued, spaced] = await plain.encodeIds(["garden", " garden"], bare);
  expect(glued).not.toEqual(spaced);
});

test("a word's pieces, each decoded alone, make the word; with a prefix space the first one has it", async () => {
  const word = "gardenwordy.";
  const textsOf = async (tokenizer: typeof plain) =>
    (await tokenizer.splitWord(word)).map(({ text }) => text);
  const pieces = await textsOf(plain);
  expect(pieces.length).toBeGreaterThan(1);
  expect(pieces.join("")).toBe(word);
  expect((await textsOf(prefixed)).join("")).toBe(` ${word}`);
});

test("many texts come back in order, more than one batch of them", async () => {
  const texts = Array.from({ length: 5000 }, (_, i) => `${i}`);
  const ids = await plain.encodeIds(texts, bare);
  expect(ids).toHaveLength(5000);
  expect(await plain.decode(ids[4321] ?? [], { skipSpecialTokens: false })).toBe("4321");
});

describe("a model's folder", () => {
  async function openWith(config: Record<string, unknown> | null): ReturnType<typeof openTokenizer> {
    const folder = mkdtempSync(join(tmpdir(), "class-it-tokenizer-"));
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify({ ...plain.json, truncation: TRUNCATION }));
    if (config !== null) writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(config));
    try {
      return await openTokenizer(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
  const TRUNCATION = { direction: "Right", max_length: 2, strategy: "LongestFirst", stride: 0 };

  test("add_prefix_space of tokenizer_config.json overrides tokenizer.json, false when absent", async () => {
    const overridden = await openWith({ add_prefix_space: true });
    expect(await overridden.splitWord("garden")).toEqual(await plain.splitWord(" garden"));
    expect(overridden.json.pre_tokenizer).toMatchObject({ add_prefix_space: true });
    expect(await (await openWith({})).splitWord("garden")).toEqual(await plain.splitWord("garden"));
  });

  test("tokenizer_config.json names the special tokens, as text or as an object", async () => {
    const renamed = await openWith({ bos_token: "<unk>", eos_token: { content: "<pad>" }, pad_token: null });
    expect(renamed).toMatchObject({ startId: 3, endId: 0, padId: null });
    expect(await openWith(null)).toMatchObject({ startId: 1, endId: 2, padId: 0 });
  });

  test("a truncation the file asks for is switched off: no text is cut silently", async () => {
    const [ids] = await (await openWith(null)).encodeIds(["one two three four five six"], bare);
    expect(ids?.length).toBeGreaterThan(5);
  });
});

test("bad files are refused with what to do", async () => {
  await expect(openTokenizer("/no/such/tokenizer.json")).rejects.toThrow("must exist, found nothing");
  expect(() => parseTokenizerJson({ version: "1.0" }, "mine")).toThrow("parseTokenizerJson: mine must be in");
  const broken = { ...plain.json, model: { type: "Unheard" } };
  await expect(openTokenizer(broken)).rejects.toThrow("the tokenizers library must be able to load");
});

const parity = join(process.env["CLASS_IT_DATA"] ?? "/nowhere", "..", "parity");
const GoldenSchema = z.object({
  special: z.record(z.string(), z.int().nullable()),
  vocab_size: z.int(),
  strings: z.array(
    z.object({
      text: z.string(),
      input_ids: z.array(z.int()),
      input_ids_without_special: z.array(z.int()),
      offsets: z.array(z.tuple([z.int(), z.int()])),
      decoded: z.string(),
      decoded_skip_special: z.string(),
      decoded_each: z.array(z.string()),
    }),
  ),
});

// Fixtures of transformers 4.57.1 and tokenizers 0.22.2, next to the shared data folder; equality is exact.
describe.skipIf(!existsSync(parity))("the tokenizers of the parity models", () => {
  test.each(["plain", "prefix_space"])("%s encodes and decodes as transformers does", async (model) => {
    const file = join(parity, model, "expected/pure/tokenizer.json");
    const golden = GoldenSchema.parse(JSON.parse(readFileSync(file, "utf8")));
    const tokenizer = await openTokenizer(join(parity, model, "model"));
    expect(tokenizer.vocabSize).toBe(golden.vocab_size);
    const { bos, eos, pad } = golden.special;
    expect(tokenizer).toMatchObject({ startId: bos, endId: eos, padId: pad });
    const texts = golden.strings.map(({ text }) => text);
    const encoded = await tokenizer.encode(texts, withSpecials);
    const unadorned = await tokenizer.encodeIds(texts, bare);
    for (const [i, expected] of golden.strings.entries()) {
      const { ids = [], offsets } = encoded[i] ?? {};
      expect(ids).toEqual(expected.input_ids);
      expect(offsets).toEqual(expected.offsets);
      expect(unadorned[i]).toEqual(expected.input_ids_without_special);
      expect(await tokenizer.decode(ids, { skipSpecialTokens: false })).toBe(expected.decoded);
      expect(await tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(expected.decoded_skip_special);
      const pieces = await tokenizer.splitWord(expected.text);
      expect(pieces.map((piece) => piece.text)).toEqual(expected.decoded_each);
    }
  });
});
