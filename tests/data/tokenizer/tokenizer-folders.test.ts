/** @file Folders of every kind mean here what transformers makes of them; `golden/make/tokenizer-folders.py` asked it. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { PROBE_TEXTS } from "../../../src/command-line/probe-texts.js";
import { openPairEncoder } from "../../../src/data/tokenizer/pair-encoder.js";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";
import { tokenizerFiles } from "../../../src/data/tokenizer/tokenizer-files.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const places = z.array(z.int());
const seenSchema = z.object({
  specialTokens: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  startId: z.int().nullable(),
  endId: z.int().nullable(),
  padId: z.int().nullable(),
  entries: z.int(),
  vocabSize: z.int(),
  vocabulary: z.string(),
  added: z.array(z.tuple([z.int(), z.string(), z.string(), z.string()])),
  cleansUpSpaces: z.boolean().nullable(),
  truncationSide: z.enum(["left", "right"]),
  ids: places,
  bare: places,
  offsets: places,
  pairs: places,
  cutPairs: places,
  decoded: places,
  decodedWithoutSpecial: places,
});
const object = z.record(z.string(), z.unknown());
const golden = z
  .object({
    strings: z.array(z.string()),
    pairs: z.array(z.tuple([z.string(), z.string()])),
    families: z.record(z.string(), object),
    folders: z.array(
      z.object({
        name: z.string(),
        family: z.string(),
        patch: object,
        files: z.record(z.string(), object),
        expected: seenSchema.optional(),
        error: z.string().optional(),
      }),
    ),
    lists: z.array(z.unknown()),
  })
  .parse(JSON.parse(readFileSync(new URL("../../golden/tokenizer-folders.json", import.meta.url), "utf8")));
type Folder = (typeof golden.folders)[number];
type Seen = z.infer<typeof seenSchema>;

/** The folder on the disk: its family's `tokenizer.json` with the patch, and the files beside it. */
function folderOf({ family, patch, files }: Folder): string {
  const json = Object.entries(patch).reduce(
    (before, [place, value]) => changed(before, place.split("."), value),
    golden.families[family] ?? {},
  );
  const folder = temporaryFolder();
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), JSON.stringify(content));
  return folder;
}

/** An object with another value at a path; null takes the field out. */
function changed(
  before: z.infer<typeof object>,
  [first = "", ...rest]: readonly string[],
  value: unknown,
): z.infer<typeof object> {
  const after = rest.length > 0 ? changed(object.parse(before[first]), rest, value) : value;
  return Object.fromEntries(
    Object.entries({ ...before, [first]: after }).filter(([key]) => key !== first || after !== null),
  );
}

/** Everything that the golden file says of a folder, as the kit finds it. */
async function look(folder: string): Promise<object> {
  const tokenizer = await openTokenizer(folder);
  const { json, truncationSide } = tokenizer;
  const { vocab } = json.model;
  const own = Array.isArray(vocab)
    ? vocab.map((entry: unknown, id): [string, number] => [
        z.tuple([z.string()]).rest(z.unknown()).parse(entry)[0],
        id,
      ])
    : Object.entries(z.record(z.string(), z.int()).parse(vocab));
  const all = new Map([...own, ...json.added_tokens.map(({ content, id }) => [content, id] as const)]);
  const vocabulary = [...all].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
  const [whole, bare] = [
    await tokenizer.encode(golden.strings, { addSpecialTokens: true }),
    await tokenizer.encodeIds(golden.strings, { addSpecialTokens: false }),
  ];
  const ids = whole.map((encoded) => encoded.ids);
  const decoded = (skipSpecialTokens: boolean) =>
    Promise.all(ids.map((one) => tokenizer.decode(one, { skipSpecialTokens })));
  const pairs = async (maxLengthTokens: number) => {
    const encoded = await openPairEncoder(json, { maxLengthTokens, truncationSide })(golden.pairs);
    return encoded.map((pair) => pair.ids);
  };
  const FLAGS = ["single_word", "lstrip", "rstrip", "normalized"] as const;
  return {
    // transformers leaves empty ones out.
    specialTokens: Object.fromEntries(
      Object.entries(tokenizer.specialTokens).filter(([, name]) => name !== ""),
    ),
    startId: tokenizer.startId,
    endId: tokenizer.endId,
    padId: tokenizer.padId,
    entries: vocabulary.length,
    vocabSize: tokenizer.vocabSize,
    vocabulary: createHash("sha256").update(JSON.stringify(vocabulary)).digest("hex"),
    added: await Promise.all(
      json.added_tokens.map(async (token) => [
        token.id,
        token.content,
        FLAGS.filter((flag) => token[flag])
          .map((flag) => flag[0])
          .join(""),
        // Whether it is special: what was so once stays so, whatever the token's own flag says later.
        await tokenizer.decode([token.id], { skipSpecialTokens: true }),
      ]),
    ),
    cleansUpSpaces: tokenizer.cleansUpSpaces,
    truncationSide,
    ids,
    bare,
    offsets: whole.map((encoded) => encoded.offsets),
    pairs: await pairs(512),
    cutPairs: await pairs(6),
    decoded: await decoded(false),
    decodedWithoutSpecial: await decoded(true),
  };
}

const written = (seen: Seen): object => {
  const list = (at: readonly number[]) => at.map((place) => golden.lists[place]);
  const { ids, bare, offsets, pairs, cutPairs, decoded, decodedWithoutSpecial, ...rest } = seen;
  return {
    ...rest,
    cleansUpSpaces: seen.cleansUpSpaces ?? false,
    ...{ ids: list(ids), bare: list(bare), offsets: list(offsets), pairs: list(pairs) },
    ...{ cutPairs: list(cutPairs), decoded: list(decoded) },
    decodedWithoutSpecial: list(decodedWithoutSpecial),
  };
};

/** Folders that transformers opens and the kit refuses, by the field it names. */
const UNSUPPORTED: Readonly<Record<string, RegExp>> = {
  "another model's class": /^openTokenizer: tokenizer_class of .* must be one of .*, got "BertTokenizer"/,
  "special tokens split": /^openTokenizer: split_special_tokens of .* must be false/,
};
/** Folders that transformers refuses, and what the kit says of them. */
const REFUSED: readonly (readonly [error: RegExp, message: RegExp])[] = [
  [/add_eos_token = True but eos_token = None/, /add_eos_token of .* must be false where eos_token is null/],
  [/add_bos_token = True but bos_token = None/, /add_bos_token of .* must be false where bos_token is null/],
  [/Either model_file or model_proto must be specified/, /add_prefix_space of .* must be absent or null/],
  // BertTokenizer fails on a tokenizer.json that is none of its own.
  [
    /the JSON object must be str, bytes or bytearray, not NoneType/,
    /model_type of .* must be one of .*, got "bert"/,
  ],
  [/Tokenizer class NoSuchTokenizer does not exist/, /tokenizer_class of .* must be one of/],
  [/Converting from SentencePiece and Tiktoken failed/, /tokenizer_file of .* must not be there/],
];

const opened = golden.folders.filter(({ name, expected }) => expected && !(name in UNSUPPORTED));

test("the texts of class-it doctor --model are those of the table", () => {
  expect(PROBE_TEXTS).toEqual(golden.strings);
});

test("the table has at least 60 folders that both open", () => {
  expect(opened.length).toBeGreaterThan(60);
});

test.each(opened)("$name", async (folder) => {
  const found = await look(folderOf(folder));
  expect(found).toEqual(folder.expected && written(folder.expected));
});

test.each(opened.filter((_, index) => index % 4 === 0))("written and read again: $name", async (folder) => {
  const tokenizer = await openTokenizer(folderOf(folder));
  const again = temporaryFolder();
  for (const [name, content] of Object.entries(tokenizerFiles(tokenizer, { maxLengthTokens: 64 })))
    writeFileSync(join(again, name), content);
  const found = await look(again);
  expect(found).toEqual(folder.expected && written(folder.expected));
});

test.each(golden.folders.filter(({ name, expected }) => !expected || name in UNSUPPORTED))(
  "refused by the field's name: $name",
  async (folder) => {
    const { name, error = "" } = folder;
    // Flags by themselves say plainly which token is meant; transformers wants "__type" beside them.
    if (name === "a special token as an object without __type") {
      expect(await openTokenizer(folderOf(folder))).toMatchObject({ startId: 1 });
      return;
    }
    const message = UNSUPPORTED[name] ?? REFUSED.find(([raised]) => raised.test(error))?.[1];
    expect(message, error).toBeDefined();
    await expect(openTokenizer(folderOf(folder))).rejects.toThrow(message);
  },
);

test("a class may have a name that every object has", async () => {
  const [folder] = opened;
  if (!folder) throw new Error("no folder");
  const place = folderOf(folder);
  writeFileSync(join(place, "tokenizer_config.json"), '{"tokenizer_class": "constructor"}');
  await expect(openTokenizer(place)).rejects.toThrow(
    /tokenizer_class of .* must be one of .*, got "constructor"/,
  );
});
