/** @file What the instruction loss trains on: the tokens of one example part by part, and of both sets counted. */
import { z } from "zod";
import type { ModelName } from "../../config/config.js";
import { encodeExamples, partOf, TOKEN_PARTS } from "../../data/instructions/chat-template.js";
import { loadInstructionSets } from "../study/instruction-sets.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";
import { loadText } from "../study/pretraining-text.js";
import { prepareTokenizer } from "../study/text.js";

const maskSchema = z.array(z.object({ text: z.string(), part: z.enum(TOKEN_PARTS), trained: z.boolean() }));

/** An example as the mask is shown for it. */
export interface ShownExample {
  readonly prompt: string;
  readonly reply: string;
  readonly text?: string;
  /** Turns of a conversation before the prompt, an even number. */
  readonly earlier?: readonly string[];
}

/**
 * The tokens of one example, each with its part and whether it is trained, as the instruction loss sees it.
 *
 * @param model whose tokenizer is used
 * @param example.earlier turns of a conversation before the prompt
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
 * @returns a row per set, counts of tokens
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
