/** @file Fuzzed readers of data: lists of files, text, token ids, tokenizers, safetensors. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readRecord, type CollectionRecord } from "../../src/data/collections.js";
import { writeRecord } from "../../src/download/fetch-collection.js";
import { parseManifest } from "../../src/data/manifest.js";
import { findOwnDocuments, parseOwnCorpora } from "../../src/data/own-corpora.js";
import { readTexts } from "../../src/data/documents.js";
import { trainTokenizer, type TokenizerJson } from "../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import { openTokenFile, writeTokenFile } from "../../src/data/token-file.js";
import { readSafetensors, writeSafetensors } from "../../src/model/safetensors.js";
import { findProjectRoot } from "../../src/project-root.js";
import { HEADER, ofFile, ofText } from "./parts.js";
import type { Form, FuzzedReader, Part } from "./reader.js";

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const HASH = "0123456789abcdef".repeat(4);
const OWN = {
  ...{ path: "mine/stories.txt", sha256: HASH, bytes: 10, licence: "own", download: null, note: "own text" },
  ...{ standIn: false, source: "own", corpus: { genre: "stories", split: "train", format: "lines" } },
};
const RECORD: CollectionRecord = {
  schemaVersion: 1,
  collection: "class-it-instructions",
  listed: 1,
  files: [
    { path: "a/b.parquet", bytes: 7, sha256: HASH, download: "https://hub.example/b", unverified: true },
  ],
};

/** `data/manifest.json`, the user's own list, records of what was fetched. */
export function lists(folder: string): FuzzedReader {
  const manifest = JSON.parse(readFileSync(join(findProjectRoot(), "data/manifest.json"), "utf8"));
  const short = { ...manifest, files: manifest.files.slice(0, 3) };
  const own = { schemaVersion: 1, files: [OWN, { ...OWN, path: "mine/other.jsonl", unverified: true }] };
  mkdirSync(join(folder, "collections"), { recursive: true });
  writeRecord(folder, RECORD);
  return {
    name: "manifest",
    parts: {
      manifest: ofText("json", [json(short)], (found) => parseManifest(found, "manifest.json")),
      own: ofText("json", [json(own)], (found) => parseOwnCorpora(found, "own.json")),
      record: ofFile(join(folder, "collections/class-it-instructions.json"), "json", [json(RECORD)], () =>
        readRecord(folder, "class-it-instructions"),
      ),
    },
  };
}

/** Text files read line by line: paragraphs, lines, JSON lines. */
export function texts(folder: string): FuzzedReader {
  const stories = "A cat sat. It slept.\r\n\n= = = Cats = = =\nThey sleep a lot; so do I!\n";
  const lines = '{"text":"A cat sat."}\n{"text":"It slept.","more":1}\n';
  const part = (format: "paragraphs" | "lines" | "jsonl", form: Form, seed: string): Part =>
    ofFile(join(folder, format), form, [seed], async (path) => {
      const found = [];
      const corpus = { genre: "simple_wiki", split: "train", format } as const;
      for await (const document of findOwnDocuments({ ...OWN, corpus }, path)) found.push(document);
      return [...readTexts(found)];
    });
  return {
    name: "texts",
    parts: {
      paragraphs: part("paragraphs", "table", stories),
      lines: part("lines", "table", stories),
      jsonl: part("jsonl", "lines", lines),
    },
  };
}

/** Files of token ids. */
export async function tokens(folder: string): Promise<FuzzedReader> {
  const path = join(folder, "tokens");
  const seeds = [];
  for (const vocabSize of [300, 70_000]) {
    await writeTokenFile(path, [[1, 2, 3], [], [299, 4]], { vocabSize });
    seeds.push(readFileSync(path));
  }
  const read = (): number => {
    const file = openTokenFile(path);
    try {
      return file.read(0, file.length).length;
    } finally {
      file.close();
    }
  };
  return { name: "token-file", parts: { tokens: ofFile(path, "bytes", seeds, read) } };
}

/** A trained tokenizer without the bytes that its texts do not have, which opens six times as fast. */
function smallTokenizer(
  texts: readonly string[],
  variant: "bytePlain" | "byteWithPrefixSpace",
): TokenizerJson {
  const whole = trainTokenizer({ texts, vocabSize: 270, variant });
  const vocab = z.record(z.string(), z.number()).parse(whole.model["vocab"]);
  const special = whole.added_tokens.map(({ content }) => content);
  const used = Object.keys(vocab).filter(
    (token) => special.includes(token) || texts.some((text) => ` ${text}`.includes(token.replace("Ġ", " "))),
  );
  return {
    ...whole,
    model: { ...whole.model, vocab: Object.fromEntries(used.map((token, id) => [token, id])) },
  };
}

/** `tokenizer.json`, and the files beside it that change what it means. */
export function tokenizers(folder: string): FuzzedReader {
  const texts = ["the cat sat on the mat, the cat sat"];
  const [plain, spaced] = (["bytePlain", "byteWithPrefixSpace"] as const).map((variant) =>
    JSON.stringify(smallTokenizer(texts, variant)),
  );
  const settings = {
    add_prefix_space: false,
    bos_token: "<s>",
    eos_token: { content: "</s>" },
    pad_token: null,
  };
  const use = async (path: string): Promise<void> => {
    const tokenizer = await openTokenizer(path);
    await tokenizer.splitWord("cat");
    const [ids = []] = await tokenizer.encodeIds(["the cat"], { addSpecialTokens: true });
    await tokenizer.decodeAfter(ids, ids);
  };
  const llama = {
    ...{
      tokenizer_class: "LlamaTokenizerFast",
      add_bos_token: true,
      add_eos_token: true,
      unk_token: "<unk>",
    },
    ...{ additional_special_tokens: ["<new>"], clean_up_tokenization_spaces: true, truncation_side: "left" },
    added_tokens_decoder: { 1: { content: "<s>", lstrip: true, special: true }, 99: { content: "cat" } },
  };
  const map = {
    bos_token: "<s>",
    pad_token: { content: "<new>", rstrip: true },
    additional_special_tokens: ["cat"],
  };
  // Each in a folder of its own: a damaged file stays where it is.
  const beside = (name: string, seeds: object[]): Part => {
    const place = join(folder, name);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "tokenizer.json"), plain ?? "");
    const texts = seeds.map((seed) => JSON.stringify(seed));
    return ofFile(join(place, name), "json", texts, () => use(place));
  };
  return {
    name: "tokenizer",
    parts: {
      tokenizer: ofFile(join(folder, "tokenizer.json"), "json", [plain ?? "", spaced ?? ""], use),
      settings: beside("tokenizer_config.json", [settings, llama]),
      map: beside("special_tokens_map.json", [map]),
      added: beside("added_tokens.json", [{ "<new>": 40 }]),
      generation: beside("generation_config.json", [{ eos_token_id: [1, 2] }]),
    },
  };
}

/** Safetensors files by themselves. */
export function safetensors(): FuzzedReader {
  const seeds = [
    writeSafetensors({
      a: { dtype: "F32", shape: [2, 2], values: Float32Array.of(1, 2, 3, 4) },
      b: { dtype: "BF16", shape: [3], values: Float32Array.of(1, 2, 3) },
      c: { dtype: "I32", shape: [], values: Int32Array.of(7) },
    }),
    writeSafetensors({}),
  ];
  return {
    name: "safetensors",
    parts: { file: { form: "json", envelope: HEADER, seeds, read: (bytes) => readSafetensors(bytes) } },
  };
}
