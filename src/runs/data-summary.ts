/** @file What goes into the models, in numbers: text, tokenizers, instruction sets, and what is trained of an example. */
import { z } from "zod";
import { MODELS, type ModelName } from "../config.js";
import { encodeExamples, partOf, TOKEN_PARTS } from "../data/chat-template.js";
import { readTexts } from "../data/documents.js";
import { countWords } from "../data/words.js";
import { loadInstructionSets, type StudyExample } from "./instruction-sets.js";
import { keptValue } from "./kept.js";
import type { Study } from "./study.js";
import { loadText, prepareTokenizer } from "./text.js";

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
 * @returns a row a genre, by name
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
 * @returns a row a model; `tokensPerWord` without special tokens
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
      startToken: tokenizer.addsStartToken ? "<s>" : "none",
      tokensPerWord: tokens / text.heldOutWords,
    });
  }
  return rows;
}

/** What the questions of a study are, for titles: `released`, or `stand-in` where they come from templates. */
export const wikiQuestionsKind = (study: Study): string =>
  study.config.instructions.wikiSource === "released" ? "released" : "stand-in";

const instructionsSchema = z.array(
  z.object({
    set: z.string(),
    source: z.string(),
    rows: z.number(),
    promptWords: z.number(),
    replyWords: z.number(),
  }),
);

/**
 * The two instruction sets: where they come from, rows, and words of prompts and replies.
 *
 * @returns a row a set, words as `countWords` counts
 * @throws Error when a file of the study's text is missing or damaged
 */
export const describeInstructions = (study: Study): Promise<z.infer<typeof instructionsSchema>> =>
  keptValue(study, { name: "instructions" }, instructionsSchema, () => countInstructions(study));

async function countInstructions(study: Study): Promise<z.infer<typeof instructionsSchema>> {
  const { examples } = await loadInstructionSets(study, ["switch", "wiki"]);
  return (["switch", "wiki"] as const).map((set) => {
    const rows = examples.filter((example) => example.set === set);
    const total = (part: "prompt" | "reply") => rows.reduce((sum, row) => sum + countWords(row[part]), 0);
    return {
      set,
      source: rows[0]?.source ?? "none",
      rows: rows.length,
      promptWords: total("prompt"),
      replyWords: total("reply"),
    };
  });
}

const lengthsSchema = z.array(
  z.object({
    source: z.enum(["switchboard", "wiki"]),
    part: z.enum(["prompt", "reply"]),
    lengths: z.array(z.number()),
  }),
);

/**
 * Lengths of prompts and replies in word or punctuation tokens, by set.
 *
 * @throws Error when a file of the study's text is missing or damaged
 *
 * Source: paper.md 3.2; the unit of poster Figure 1 is not stated.
 */
export const instructionLengths = (study: Study): Promise<z.infer<typeof lengthsSchema>> =>
  keptValue(study, { name: "instruction-lengths" }, lengthsSchema, () => measureLengths(study));

async function measureLengths(study: Study): Promise<z.infer<typeof lengthsSchema>> {
  const { examples } = await loadInstructionSets(study, ["switch", "wiki"]);
  const lengthsOf = (set: StudyExample["set"], part: "prompt" | "reply") =>
    examples
      .filter((example) => example.set === set)
      .map((example) => (example[part].match(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]/gu) ?? []).length);
  return (["switch", "wiki"] as const).flatMap((set) =>
    (["prompt", "reply"] as const).map((part) => ({
      source: set === "switch" ? ("switchboard" as const) : set,
      part,
      lengths: lengthsOf(set, part),
    })),
  );
}

const maskSchema = z.array(z.object({ text: z.string(), part: z.enum(TOKEN_PARTS), trained: z.boolean() }));
/** An example as the mask is shown for it. */
export interface ShownExample {
  readonly prompt: string;
  readonly reply: string;
  readonly text?: string;
}

/**
 * The tokens of one example, each with its part and whether it is trained, as the instruction loss sees it.
 *
 * @param model whose tokenizer is used
 * @param example.text what the template `released` takes
 * @param example.prompt without the words of the template
 * @param example.reply the answer to it
 * @throws Error when a file of the study's text is missing or damaged
 */
export const describeMask = (
  study: Study,
  model: ModelName,
  example: ShownExample,
): Promise<z.infer<typeof maskSchema>> =>
  keptValue(study, { name: "mask", inputs: { model, example } }, maskSchema, () =>
    tokensOf(study, model, example),
  );

async function tokensOf(
  study: Study,
  model: ModelName,
  example: ShownExample,
): Promise<z.infer<typeof maskSchema>> {
  const { tokenizer } = await prepareTokenizer(study, model, await loadText(study));
  const { examples } = await encodeExamples([{ id: "shown", source: "microworld-question", ...example }], {
    ...encodingOf(study, model),
    tokenizer,
  });
  const tokens = [];
  for (const encoded of examples)
    for (const [place, id] of encoded.ids.entries())
      tokens.push({
        text: await tokenizer.decode([id], { skipSpecialTokens: false }),
        part: partOf(encoded, place, tokenizer),
        trained: encoded.trained[place] === true,
      });
  return tokens;
}

const encodingOf = ({ config }: Study, model: ModelName) => ({
  template: config.instructions.chatTemplate,
  lossOn: config.instructions.lossOn,
  maxLengthTokens: config.architectures[model].maxLengthTokens,
});

const trainedTokensSchema = z.array(
  z.object({
    set: z.string(),
    examples: z.number(),
    special: z.number(),
    marker: z.number(),
    prompt: z.number(),
    reply: z.number(),
    trained: z.number(),
    longest: z.number(),
    cutRows: z.number(),
    leftOut: z.number(),
  }),
);

/**
 * Tokens of both instruction sets by part, how many are trained, and what became of rows that are too long.
 *
 * @param model whose tokenizer and longest row are used
 * @returns a row a set, counts of tokens
 * @throws Error when a file of the study's text is missing or damaged
 */
export const describeTrainedTokens = (
  study: Study,
  model: ModelName,
): Promise<z.infer<typeof trainedTokensSchema>> =>
  keptValue(study, { name: "trained-tokens", inputs: { model } }, trainedTokensSchema, () =>
    countTrainedTokens(study, model),
  );

async function countTrainedTokens(
  study: Study,
  model: ModelName,
): Promise<z.infer<typeof trainedTokensSchema>> {
  const { tokenizer } = await prepareTokenizer(study, model, await loadText(study));
  const rows = [];
  for (const set of ["switch", "wiki"] as const) {
    const loaded = await loadInstructionSets(study, [set]);
    const { examples, cutRows, leftOut } = await encodeExamples(loaded.examples, {
      ...encodingOf(study, model),
      tokenizer,
      overlongReplies: "leaveOut",
    });
    const counts = { special: 0, marker: 0, prompt: 0, reply: 0, trained: 0, longest: 0 };
    for (const example of examples) {
      counts.longest = Math.max(counts.longest, example.ids.length);
      for (const [place, isTrained] of example.trained.entries()) {
        counts[partOf(example, place, tokenizer)] += 1;
        if (isTrained) counts.trained += 1;
      }
    }
    rows.push({ set, examples: examples.length, ...counts, cutRows, leftOut: leftOut.length });
  }
  return rows;
}
