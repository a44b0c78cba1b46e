/**
 * @file The keys of tokenizer and tokens where the user has corpora of their own: whatever `data/own.json` decides of the text is in
 * them. The kit's own files are replaced by a few sentences.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { parseOwnCorpora, type OwnCorpus } from "../../../src/data/own-corpora.js";
import { openMaterial } from "../../../src/runs/study/material.js";
import { loadIdentified, loadText, textIdentity } from "../../../src/runs/study/pretraining-text.js";
import type { Study } from "../../../src/runs/study/study.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const given = vi.hoisted(() => ({ folder: "", own: [] as readonly OwnCorpus[] }));
vi.mock(import("../../../src/data/own-corpora.js"), async (original) => ({
  ...(await original()),
  openOwnCorpora: () => given.own,
}));
vi.mock(import("../../../src/data/files.js"), async (original) => ({
  ...(await original()),
  defaultPlaces: () => ({ rawFolder: given.folder, dataFolder: null }),
  verifyFile: (path) => Promise.resolve(`${given.folder}/${path.includes("/dev/") ? "dev" : "train"}.txt`),
}));

const folder = sharedFolder();
given.folder = folder;
mkdirSync(join(folder, "own"));
const sentences = (count: number, word: string): string =>
  Array.from({ length: count }, (_, i) => `The ${word} ${i} saw a bird by the old mill.\n\n`).join("");
writeFileSync(join(folder, "train.txt"), sentences(40, "child"));
writeFileSync(join(folder, "dev.txt"), sentences(40, "sailor"));
const letters = Array.from({ length: 60 }, (_, i) => `{"text": "Dear Mara, letter ${i} has come."}\n`).join(
  "",
);
for (const name of ["letters.jsonl", "copy.jsonl"]) writeFileSync(join(folder, "own", name), letters);

const ENTRY = {
  path: "own/letters.jsonl",
  unverified: true,
  licence: "my own",
  download: null,
  standIn: false,
  source: "written by hand",
};
const CORPUS = { genre: "letters", split: "train", format: "jsonl" };

/** What `data/own.json` says from here on. */
function say(entry: object, corpus: object): void {
  const files = [{ ...ENTRY, ...entry, corpus: { ...CORPUS, ...corpus } }];
  given.own = parseOwnCorpora(JSON.stringify({ schemaVersion: 1, files }), "own.json");
}
beforeEach(() => say({}, {}));

const study: Study = {
  ...openTinyStudy(folder, {
    ...TINY_CONFIG,
    budget: { ...TINY_CONFIG.budget, pretrainingWords: 1_000, heldOutWords: 200 },
  }),
  source: "real",
};

/** Hashes of both stages. */
async function stages(): Promise<readonly [tokenizer: string, tokens: string]> {
  const { tokenizerStage, tokens } = await openMaterial(study, "llama100M");
  tokens.stream.close();
  return [tokenizerStage.hash, tokens.stage.hash];
}

test.each([
  ["genre", {}, { genre: "notes" }],
  ["split", {}, { split: "heldOut" }],
  ["format", {}, { format: "lines" }],
  ["path", { path: "own/copy.jsonl" }, {}],
])("another %s in own.json makes another tokenizer and other tokens", async (_, entry, corpus) => {
  const [tokenizer, tokens] = await stages();
  say(entry, corpus);
  const [otherTokenizer, otherTokens] = await stages();
  expect(otherTokenizer).not.toBe(tokenizer);
  expect(otherTokens).not.toBe(tokens);
});

test("whatever says nothing of the text leaves them in the cache", async () => {
  const before = await stages();
  say({ licence: "CC-BY-4.0", source: "found in the attic" }, {});
  expect(await stages()).toEqual(before);
});

test("a stage reads corpora as its key names them, whatever own.json says by then", async () => {
  const identity = { ...textIdentity(study, await loadText(study)), heldOutWords: 100 }; // not loaded before
  say({}, { genre: "notes", split: "heldOut", format: "lines" });
  const text = await loadIdentified(identity);
  const genres = (documents: typeof text.documents) => new Set(documents.map(({ genre }) => genre));
  expect(genres(text.documents)).toContain("letters");
  expect(genres(text.heldOut)).not.toContain("notes");
  expect(genres((await loadText(study)).heldOut)).toContain("notes");
});

test.each(["lines", "paragraphs"])(
  "a byte order mark and CRLF change neither tokenizer nor tokens: %s",
  async (format) => {
    const text = Array.from({ length: 60 }, (_, i) => `Dear Mara,\nletter ${i} has come.\n\n`).join("");
    writeFileSync(join(folder, "own", "clean.txt"), text);
    writeFileSync(join(folder, "own", "marked.txt"), `\u{feff}${text.replaceAll("\n", "\r\n")}`);
    const [clean, marked] = [await filesOf("own/clean.txt", format), await filesOf("own/marked.txt", format)];
    expect(clean.length).toBe(3);
    expect(marked).toEqual(clean);
  },
);

/** What the stages of tokenizer and tokens wrote of a text, as training reads it. */
async function filesOf(path: string, format: string): Promise<Buffer[]> {
  say({ path }, { format });
  // All words there are: the first of the file, where the mark is, among them.
  const whole = {
    ...study,
    config: { ...study.config, budget: { ...study.config.budget, pretrainingWords: null } },
  };
  const { tokenizerStage, tokens } = await openMaterial(whole, "llama100M");
  tokens.stream.close();
  return [
    readFileSync(join(tokenizerStage.folder, "tokenizer.json")),
    ...["train.tokens", "text.json"].map((name) => readFileSync(join(tokens.stage.folder, name))),
  ];
}
