/** @file A tokenizer of each kind trained on generated text, for tests that need real token ids. */
import { microworldDocuments } from "../../src/data/microworld/documents.js";
import { trainTokenizer } from "../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer, type Tokenizer } from "../../src/data/tokenizer/tokenizer.js";
import type { TokenizerConfig } from "../../src/config/config.js";
import { seeded } from "../../src/random.js";

export const VOCAB_SIZE = 700;

export function openMicroworldTokenizer(variant: TokenizerConfig["variant"]): Promise<Tokenizer> {
  const texts = microworldDocuments({ words: 5000, random: seeded(1) }).map(({ text }) => text);
  return openTokenizer(trainTokenizer({ texts, vocabSize: VOCAB_SIZE, variant }));
}
