/**
 * @file What opening a model's tokenizer takes over the `tokenizers` library by itself, each in a process of its own, the least of several times:
 *
 *   npm run bench -- opening [ENTRIES …] [--times=9] [--json]
 *
 * The folders are made here: byte pairs drawn by a fixed seed, as Llama 3 has them, with 256 added tokens. The target is at most
 * 150 ms more than the library.
 */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommand, readWhole } from "../scripts/command.mjs";
import { source } from "../scripts/library.mjs";

/** The library as the kit has it. */
const { Tokenizer } = createRequire(new URL("../src/package.json", import.meta.url))("tokenizers");
const ADDED = 256;
/** @type {Record<string, (first: string, second: string) => string | [string, string]>} */
const MERGES = { pairs: (first, second) => [first, second], texts: (first, second) => `${first} ${second}` };

/**
 * A tokenizer with so many entries; the letters of its tokens are those of byte-level alphabets.
 *
 * @param {number} entries
 * @param {string} form of its merges, as newer and older files have them
 */
function tokenizerJson(entries, form) {
  let state = 22;
  /** @param {number} below */
  const draw = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const letters = Array.from({ length: 256 }, (_, at) => String.fromCodePoint(at < 94 ? 33 + at : 161 + at));
  const [tokens, known] = [[...letters], new Set(letters)];
  const merges = [];
  while (tokens.length < entries - ADDED) {
    // Later tokens are longer, as in trained ones.
    const [first, second] = [tokens[draw(tokens.length)], tokens[draw(Math.min(tokens.length, 2000))]];
    const merged = `${first}${second}`;
    if (first === undefined || second === undefined || merged.length > 24 || known.has(merged)) continue;
    tokens.push(merged);
    known.add(merged);
    merges.push(MERGES[form]?.(first, second));
  }
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: Array.from({ length: ADDED }, (_, at) => ({
      id: tokens.length + at,
      content: `<|reserved_${at}|>`,
      ...special,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** @type {Record<string, (folder: string) => unknown>} */
const OPENERS = {
  kit: async (folder) => (await source("data/tokenizer/tokenizer.js")).openTokenizer(folder),
  library: (folder) => Tokenizer.fromString(readFileSync(join(folder, "tokenizer.json"), "utf8")),
};

const [, , who, place] = process.argv;
const open = OPENERS[who ?? ""];
if (open && place) {
  if (who === "kit") await source("data/tokenizer/tokenizer.js"); // loading code is not opening
  const begin = performance.now();
  await open(place);
  console.log(performance.now() - begin);
} else {
  const usage = "opening [ENTRIES …] [--times=9] [--json]";
  const { values, positionals } = readCommand(usage, {
    most: Infinity,
    options: { times: { type: "string", default: "9" }, json: { type: "boolean", default: false } },
  });
  const least = 2 * ADDED; // added tokens, and the letters of all others
  const sizes =
    positionals.length > 0
      ? positionals.map((text) => readWhole(text, usage, { name: "ENTRIES", least }))
      : [16_384, 32_768, 65_536, 131_072];
  const times = readWhole(values.times, usage, { name: "--times" });
  const folder = mkdtempSync(join(tmpdir(), "class-it-opening-"));
  try {
    const rows = sizes.flatMap((entries) =>
      Object.keys(MERGES).map((form) => {
        const at = join(folder, `${entries}-${form}`);
        mkdirSync(at);
        writeFileSync(join(at, "tokenizer.json"), JSON.stringify(tokenizerJson(entries, form), null, 2));
        writeFileSync(join(at, "tokenizer_config.json"), '{"tokenizer_class": "PreTrainedTokenizerFast"}');
        /** @type {Record<string, number[]>} */
        const found = { library: [], kit: [] };
        for (let time = 0; time < times; time++)
          for (const [name, list] of Object.entries(found))
            list.push(
              Number(
                execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, at], {
                  encoding: "utf8",
                }),
              ),
            );
        // The least: other work on the machine only ever adds.
        const [library, kit] = [Math.min(...(found.library ?? [])), Math.min(...(found.kit ?? []))];
        return {
          entries,
          merges: form,
          libraryMs: Math.round(library),
          kitMs: Math.round(kit),
          moreMs: Math.round(kit - library),
        };
      }),
    );
    if (values.json) console.log(JSON.stringify(rows));
    else console.table(rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
