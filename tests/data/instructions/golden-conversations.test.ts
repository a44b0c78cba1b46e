/** @file Conversations as transformers' chat templates write them, trained where TRL's assistant-only loss trains. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { encodeExamples } from "../../../src/data/instructions/chat-template.js";
import { trainTokenizer } from "../../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../../src/data/tokenizer/tokenizer.js";

const { texts, vocabSize, cases } = z
  .object({
    texts: z.array(z.string()),
    vocabSize: z.int(),
    cases: z.array(
      z.object({
        variant: z.enum(["bytePlain", "byteWithPrefixSpace"]),
        template: z.enum(["plainRoles", "speakerLetters"]),
        turns: z.array(z.string()),
        ids: z.array(z.int()),
        trained: z.array(z.int()),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../../golden/conversations.json", import.meta.url), "utf8")));

test.each(cases)(
  "$variant, $template, $turns.length turns",
  async ({ variant, template, turns, ...golden }) => {
    const tokenizer = await openTokenizer(trainTokenizer({ texts, vocabSize, variant }));
    const [prompt = "", reply = ""] = turns.slice(-2);
    const { examples } = await encodeExamples(
      [{ id: "golden", source: "microworld-dialogue", prompt, reply, earlier: turns.slice(0, -2) }],
      { tokenizer, template, lossOn: "reply", maxLengthTokens: 256 },
    );
    expect(examples[0]?.ids).toEqual(golden.ids);
    expect(examples[0]?.trained.map(Number)).toEqual(golden.trained);
  },
);
