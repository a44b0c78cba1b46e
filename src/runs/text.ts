/** @file The stage every model begins with: the study's text, and a tokenizer trained on it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelName } from "../config.js";
import { loadPretrainingText, type PretrainingText } from "../data/corpora.js";
import { openTokenizer, type Tokenizer } from "../data/tokenizer.js";
import { trainTokenizer } from "../data/tokenizer-json.js";
import { deriveSeed } from "../random.js";
import { codeVersion } from "./provenance.js";
import { runStage, type Stage } from "./stage.js";
import type { Study } from "./study.js";

/**
 * The pre-training text of a study. Which documents belong to it does not depend on the study's seed: seeds vary the
 * training, not the data.
 */
export function loadText(study: Study): Promise<PretrainingText> {
  return loadPretrainingText({
    words: study.config.budget.pretrainingWords,
    heldOutWords: study.config.budget.heldOutWords,
    seed: deriveSeed(0, "pre-training text"),
    source: study.source,
  });
}

/** What identifies a text: its source, budget and the hashes of its files. */
export function textIdentity(study: Study, text: PretrainingText): Record<string, unknown> {
  const { pretrainingWords, heldOutWords } = study.config.budget;
  return { source: study.source, pretrainingWords, heldOutWords, files: text.files };
}

/** The tokenizer of one model (D17), trained once per text and shared by all seeds. */
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
      texts: text.documents.map((document) => document.text),
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

/** Text of a stage's file. */
export const readStageText = (stage: Stage, name: string): string =>
  readFileSync(join(stage.folder, name), "utf8");
