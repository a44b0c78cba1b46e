/** @file The stages every model begins with: the study's text, a tokenizer trained on it, and the text in its tokens. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelName } from "../../config.js";
import { loadPretrainingText, type PretrainingText } from "../../data/corpora.js";
import { readTexts, type Document } from "../../data/documents.js";
import { defaultPlaces } from "../../data/files.js";
import { withEnds } from "../../data/packed-text.js";
import { openTokenFile, writeTokenFile, type TokenFile } from "../../data/token-file.js";
import { trainTokenizer } from "../../data/tokenizer-json.js";
import { openTokenizer, type Tokenizer } from "../../data/tokenizer.js";
import { deriveSeed } from "../../random.js";
import { codeVersion } from "../stages/provenance.js";
import { runStage, type Stage } from "../stages/stage.js";
import type { Study } from "./study.js";

/**
 * The pre-training text of a study. Which documents belong to it does not depend on the study's seed: seeds vary the
 * training, not the data.
 */
export function loadText(study: Study): Promise<PretrainingText> {
  const request = {
    words: study.config.budget.pretrainingWords,
    heldOutWords: study.config.budget.heldOutWords,
    seed: deriveSeed(0, "pre-training text"),
    source: study.source,
  };
  const key = JSON.stringify([request, defaultPlaces()]);
  let text = loaded.get(key);
  if (!text) {
    text = loadPretrainingText(request);
    loaded.set(key, text);
    text.catch(() => loaded.delete(key)); // the next call looks again
  }
  return text;
}

/** Texts of this process: listing the documents of all real text takes seconds, and every condition asks. */
const loaded = new Map<string, Promise<PretrainingText>>();

/** What identifies a text: its source, budget and the hashes of its files. */
export function textIdentity(study: Study, text: PretrainingText): Record<string, unknown> {
  const { pretrainingWords, heldOutWords } = study.config.budget;
  return { source: study.source, pretrainingWords, heldOutWords, files: text.files };
}

/** The tokenizer of one model (docs/decisions.md#d17), trained once per text and shared by all seeds. */
export async function prepareTokenizer(
  study: Study,
  model: ModelName,
  text: PretrainingText,
): Promise<{ stage: Stage; tokenizer: Tokenizer }> {
  const { variant } = study.config.tokenizers[model];
  const { vocabSize } = study.config.architectures[model];
  const inputs = {
    text: textIdentity(study, text),
    variant,
    vocabSize,
    code: codeVersion(["random", "data"]),
  };
  const stage = await runStage(study.cacheFolder, "tokenizer", inputs, async (folder) => {
    const json = trainTokenizer({
      texts: readTexts(text.documents),
      vocabSize,
      variant,
    });
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json, null, 1) + "\n");
  });
  const tokenizer = await openTokenizer(join(stage.folder, "tokenizer.json"));
  if (tokenizer.vocabSize > vocabSize)
    throw new Error(
      `prepareTokenizer: the vocabulary must not exceed ${vocabSize}, got ${tokenizer.vocabSize}. Delete ${stage.folder}.`,
    );
  return { stage, tokenizer };
}

/** The study's text in the tokens of one model, in a file. `close` it. */
export interface TokenizedText {
  readonly stage: Stage;
  readonly stream: TokenFile;
}

/** Encodes the text once for a tokenizer; document after document as `withEnds` joins them. */
export async function tokenizeText(
  study: Study,
  text: PretrainingText,
  { tokenizer, tokenizerStage }: { readonly tokenizer: Tokenizer; readonly tokenizerStage: Stage },
): Promise<TokenizedText> {
  const inputs = {
    text: textIdentity(study, text),
    tokenizer: tokenizerStage.hash,
    code: codeVersion(["random", "data"]),
  };
  const name = "train.tokens";
  const stage = await runStage(study.cacheFolder, "tokens", inputs, (folder) =>
    writeTokenFile(join(folder, name), encodeDocuments(text.documents, tokenizer), tokenizer),
  );
  return { stage, stream: openTokenFile(join(stage.folder, name)) };
}

/** Characters handed to the tokenizer at once; bounds the memory a corpus takes. */
const ENCODE_CHARACTERS = 4_000_000;

/** Tokens of documents with their ends, one document at a time. */
export async function* encodeDocuments(
  documents: readonly Document[],
  tokenizer: Tokenizer,
): AsyncGenerator<number[], void, void> {
  const ends = { startId: tokenizer.addsStartToken ? tokenizer.startId : null, endId: requireEnd(tokenizer) };
  let texts: string[] = [];
  let characters = 0;
  const encode = async () => {
    const ids = await tokenizer.encodeIds(texts, { addSpecialTokens: false });
    texts = [];
    characters = 0;
    return ids;
  };
  for (const text of readTexts(documents)) {
    texts.push(text);
    characters += text.length;
    if (characters >= ENCODE_CHARACTERS) for (const ids of await encode()) yield withEnds(ids, ends);
  }
  for (const ids of await encode()) yield withEnds(ids, ends);
}

/** @throws Error when the tokenizer has no end token */
export function requireEnd(tokenizer: Tokenizer): number {
  if (tokenizer.endId === null)
    throw new Error("training: the tokenizer must have an end token </s>, got none. Train one with it.");
  return tokenizer.endId;
}

/** Text of a stage's file. */
export const readStageText = (stage: Stage, name: string): string =>
  readFileSync(join(stage.folder, name), "utf8");
