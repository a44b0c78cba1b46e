/** @file The pre-training text of a study in numbers: words by genre, and what each model's tokenizer makes of them. */
import { z } from "zod";
import { MODELS } from "../../config/config.js";
import { readTexts } from "../../data/documents.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";
import { loadText } from "../study/pretraining-text.js";
import { prepareTokenizer } from "../study/text.js";

const textSchema = z.array(
  z.object({
    genre: z.string(),
    documents: z.number(),
    words: z.number(),
    share: z.number(),
    heldOutWords: z.number(),
  }),
);

/**
 * Pre-training text by genre: documents, words, and share of all words (0–1).
 *
 * @returns a row per genre, by name
 * @throws Error when a file of the study's text is missing or damaged
 */
export const describeText = (study: Study): Promise<z.infer<typeof textSchema>> =>
  keptValue(study, { name: "text" }, textSchema, () => countText(study));

async function countText(study: Study): Promise<z.infer<typeof textSchema>> {
  const text = await loadText(study);
  const genres = [...new Set(text.documents.map(({ genre }) => genre))].sort();
  const wordsOf = (documents: typeof text.documents, genre: string) =>
    documents.filter((document) => document.genre === genre).reduce((sum, { words }) => sum + words, 0);
  return genres.map((genre) => {
    const words = wordsOf(text.documents, genre);
    return {
      genre,
      documents: text.documents.filter((document) => document.genre === genre).length,
      words,
      share: words / text.words,
      heldOutWords: wordsOf(text.heldOut, genre),
    };
  });
}

const tokenizersSchema = z.array(
  z.object({
    model: z.enum(MODELS),
    variant: z.string(),
    vocabSize: z.number(),
    startToken: z.string(),
    tokensPerWord: z.number(),
  }),
);

/**
 * Each model's tokenizer: its form, its size, and how many tokens it makes of a word of held-out text.
 *
 * @returns a row per model; `tokensPerWord` without special tokens
 * @throws Error when a file of the study's text is missing or damaged
 */
export const describeTokenizers = (study: Study): Promise<z.infer<typeof tokenizersSchema>> =>
  keptValue(study, { name: "tokenizers" }, tokenizersSchema, () => measureTokenizers(study));

async function measureTokenizers(study: Study): Promise<z.infer<typeof tokenizersSchema>> {
  const text = await loadText(study);
  const rows = [];
  for (const model of MODELS) {
    const { tokenizer } = await prepareTokenizer(study, model, text);
    const encoded = await tokenizer.encodeIds([...readTexts(text.heldOut)], { addSpecialTokens: false });
    const tokens = encoded.reduce((sum, ids) => sum + ids.length, 0);
    rows.push({
      model,
      variant: study.config.tokenizers[model].variant,
      vocabSize: tokenizer.vocabSize,
      startToken: tokenizer.addsStartToken ? String(tokenizer.specialTokens["bos_token"]) : "none",
      tokensPerWord: tokens / text.heldOutWords,
    });
  }
  return rows;
}
