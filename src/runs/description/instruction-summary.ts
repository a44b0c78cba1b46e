/** @file The instruction sets of a study in numbers: where they come from, rows, words, and lengths of prompts and replies. */
import { z } from "zod";
import { countWords } from "../../data/words.js";
import { loadInstructionSets, type StudyExample } from "../study/instruction-sets.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";

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
 * @returns a row per set, words as `countWords` counts
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
 * Source: docs/paper.md#instruction-data; the unit of poster Figure 1 is not stated.
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
