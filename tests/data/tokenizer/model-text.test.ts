import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { scanTokenizer, tokenizerBytes } from "../../../src/data/tokenizer/model-text.js";
import { modelVocabulary } from "../../../src/data/tokenizer/model-vocabulary.js";
import {
  parseTokenizerJson,
  trainTokenizer,
  type TokenizerJson,
} from "../../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";
import { seeded } from "../../../src/random.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const goldenSchema = z.object({ families: z.record(z.string(), z.unknown()) });
const { families } = goldenSchema.parse(
  JSON.parse(readFileSync(new URL("../../golden/tokenizer-folders.json", import.meta.url), "utf8")),
);
const whole = trainTokenizer({ texts: ["the cat, the cat"], vocabSize: 264, variant: "bytePlain" });
const { model, ...rest } = whole;
const withModel = (more: object): string => JSON.stringify({ ...rest, model: { ...model, ...more } });

/** What a text gives without parsing its model, and with. */
function both(text: string) {
  const scanned = scanTokenizer(Buffer.from(text));
  if (!scanned) throw new Error("not scanned");
  const parsed = JSON.parse(text) as TokenizerJson;
  return { scanned, parsed, json: parseTokenizerJson(scanned.value, "it", scanned.mergeFault) };
}

describe("a tokenizer whose model is not parsed", () => {
  test.each(Object.entries(families))("is the same as the parsed one: %s", (_, family) => {
    for (const indent of [0, 2]) {
      const { json, scanned, parsed } = both(JSON.stringify(family, null, indent));
      const [mine, its] = [modelVocabulary(json), modelVocabulary(parsed)];
      expect([mine.size(), mine.largestId()]).toEqual([its.size(), its.largestId()]);
      for (const token of ["<s>", "the", "\u2581the", "\u0120the", "constructor"])
        expect(mine.idOf(token)).toBe(its.idOf(token));
      expect(mine.tokenOf(7)).toBe(its.tokenOf(7));
      expect(scanned.mergeFault).toBeNull();
      expect(JSON.parse(tokenizerBytes(json, scanned.modelText).toString())).toEqual({
        ...json,
        model: parsed.model,
      });
      expect(json.model).toEqual(parsed.model);
      expect(Object.keys(json.model)).toEqual(Object.keys(parsed.model));
    }
  });

  test("may have its model anywhere, and texts that look like one", () => {
    const json = { model, note: 'a "model": {', more: { model: ["model", "}"] }, ...rest };
    const { scanned } = both(JSON.stringify(json, null, 1));
    expect(scanned.value).toEqual(json);
    expect(Object.keys(scanned.value)[0]).toBe("model");
    expect(JSON.parse(scanned.modelText.toString())).toEqual(model);
  });

  test("has escaped tokens, an id that leaves a gap, and a name that every object has", () => {
    const { json } = both(
      withModel({ vocab: { '"\\\n': 0, constructor: 9, __proto__x: 1, "\ud83d\udd14": 2 }, merges: [] }),
    );
    const vocabulary = modelVocabulary(json);
    expect(
      ['"\\\n', "constructor", "toString", "\ud83d\udd14"].map((token) => vocabulary.idOf(token)),
    ).toEqual([0, 9, undefined, 2]);
    expect([vocabulary.size(), vocabulary.largestId(), vocabulary.tokenOf(9)]).toEqual([4, 9, "constructor"]);
  });

  test.each([
    [["a b"], null],
    [[["a", "b"]], null],
    [["b a"], /its "b" and "a" make "ba"/],
    [[["b", "a"]], /its "b" and "a" make "ba"/],
  ])("has its merges checked: %j", (merges, fault) => {
    const found = scanTokenizer(Buffer.from(withModel({ vocab: { a: 0, b: 1, ab: 2 }, merges })))?.mergeFault;
    if (fault) expect(found).toMatch(fault);
    else expect(found).toBeNull();
  });

  test.each([
    ["merges before the vocabulary", JSON.stringify({ ...rest, model: { merges: [], ...model } })],
    [
      "its type after the merges",
      withModel({}).replace('"type":"BPE",', "").replace(/\}\}$/, ',"type":"BPE"}}'),
    ],
    ["a merge of three", withModel({ merges: ["t h e"] })],
    ["an id that is no number", withModel({ vocab: { a: "1" } })],
    ["a fraction for an id", withModel({ vocab: { a: 1.5 } })],
    ["a model twice", `{"model": ${JSON.stringify(model)}, ${JSON.stringify(whole).slice(1)}`],
    ["no model", JSON.stringify(rest)],
    ["a list", "[]"],
    ["more behind the end", `${JSON.stringify(whole)}x`],
    ["half a file", JSON.stringify(whole).slice(0, -9)],
    ["no text at all", ""],
    ["lists in lists without end", `{"a": ${"[".repeat(100_000)}`],
  ])("is left to the parser where it is not as the library writes it: %s", (_, text) => {
    expect(scanTokenizer(Buffer.from(text))).toBeNull();
  });

  test("is what the parser makes of it, or left to the parser, however the text was damaged", () => {
    const random = seeded(22);
    const text = JSON.stringify({
      ...rest,
      model: { ...model, vocab: { "a\\": 0, b: 1 }, merges: [["a", "b"]] },
    });
    let read = 0;
    for (let time = 0; time < 20_000; time++) {
      const at = Math.floor(random() * text.length);
      const put =
        ['"', "\\", "{", "}", "[", "]", ",", ":", "0", " ", "", "\\u0041", "\n"][Math.floor(random() * 13)] ??
        "";
      const damaged = text.slice(0, at) + put + text.slice(at + Math.floor(random() * 3));
      const scanned = scanTokenizer(Buffer.from(damaged));
      if (!scanned) continue;
      let parsed: unknown;
      try {
        parsed = JSON.parse(damaged);
      } catch {
        expect(damaged).toMatch(/:0\d/); // a number with a zero in front, which the library refuses
        continue;
      }
      expect(scanned.value).toEqual(parsed);
      read++;
    }
    expect(read).toBeGreaterThan(1000);
  });
});

test("a token that a vocabulary has twice is one token, and its last id counts", async () => {
  const file = join(temporaryFolder(), "tokenizer.json");
  const text = JSON.stringify({
    ...rest,
    added_tokens: [...rest.added_tokens, { ...rest.added_tokens[0], id: 0, content: "<new>" }],
    model,
  });
  writeFileSync(file, text.replace('"vocab":{', '"vocab":{"<s>":1,'));
  const tokenizer = await openTokenizer(file);
  const size = modelVocabulary({ model }).size();
  expect(tokenizer.vocabSize).toBe(size + 1);
  expect(await tokenizer.encodeIds(["<s><new>"], { addSpecialTokens: false })).toEqual([[1, size]]);
});

test("what the library refuses is named", async () => {
  const file = join(temporaryFolder(), "tokenizer.json");
  writeFileSync(file, JSON.stringify({ ...rest, decoder: { type: "Unheard" }, model }));
  await expect(openTokenizer(file)).rejects.toThrow(
    `must be able to load the tokenizer of ${file}, got Error: `,
  );
});

test("a large tokenizer opens alike with room for a file beside it and without, and leaves none there", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "tokenizer.json");
  // Entries that no text reaches, until the file is large enough to be handed over as one.
  const more = Object.fromEntries(
    Array.from({ length: 70_000 }, (_, at) => [`entry ${at}`, modelVocabulary({ model }).size() + at]),
  );
  const vocab = { ...z.record(z.string(), z.number()).parse(model["vocab"]), ...more };
  writeFileSync(file, JSON.stringify({ ...rest, model: { ...model, vocab } }, null, 1));
  const [room, none] = [join(folder, "room"), join(folder, "none")];
  mkdirSync(room);
  const small = await openTokenizer(whole);
  for (const place of [room, none]) {
    vi.stubEnv("TMPDIR", place);
    const tokenizer = await openTokenizer(file);
    vi.unstubAllEnvs();
    expect(tokenizer.vocabSize).toBe(small.vocabSize + 70_000);
    const options = { addSpecialTokens: true };
    expect(await tokenizer.encodeIds(["the cat \u0120 \u{1f514}"], options)).toEqual(
      await small.encodeIds(["the cat \u0120 \u{1f514}"], options),
    );
  }
  expect(readdirSync(room)).toEqual([]);
});
