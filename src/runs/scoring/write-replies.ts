/** @file The computation of the stage `replies`: what one model writes after each of some prompts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { openTokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { loadModel } from "../../model/checkpoint.js";
import { chat, type ChatForm } from "../../model/generate.js";
import { deriveSeed, seeded } from "../../random.js";
import { computation, type StagePlaces } from "../stages/computation.js";

/** What decides the replies of a model. */
export interface RepliesInputs {
  /** Hash of the stage of the model. */
  readonly model: string;
  /** Prompts as the template words them. */
  readonly prompts: readonly string[];
  /** Beginnings of another turn, which end a reply. */
  readonly turns: ChatForm["turns"];
  readonly maxNewTokens: number;
  readonly topP: number;
  /** 0 takes the most probable token, and nothing is drawn. */
  readonly temperature: number;
  /** Of what is drawn; null where nothing is. */
  readonly seed: number | null;
}

/** What can end a reply. */
export const ENDS = ["endToken", "stopText", "length"] as const;

/** File of the stage, and what it holds: a reply a prompt. */
export const REPLIES = "replies.json";
export const repliesSchema = z.array(
  z.object({ text: z.string(), ended: z.enum(ENDS), newTokens: z.number() }),
);

/** Told of replies as they are written. */
interface Watched {
  readonly onProgress: (done: number, total: number) => void;
}

/** Writes the replies. */
export const replying = computation(
  import.meta.url,
  async (inputs: RepliesInputs, { folder, folderOf, onProgress }: StagePlaces & Watched): Promise<void> => {
    const { prompts, turns, maxNewTokens, temperature, topP, seed } = inputs;
    const model = folderOf(inputs.model);
    const { architecture, weights } = loadModel(model);
    const tokenizer = await openTokenizer(model);
    const written: z.infer<typeof repliesSchema> = [];
    try {
      for (const [index, prompt] of prompts.entries()) {
        const { text, ids, ended } = await chat({ architecture, weights, tokenizer }, prompt, {
          form: { turns, wrap: (wrapped) => wrapped },
          maxNewTokens,
          temperature,
          topP,
          ...(seed !== null && { random: seeded(deriveSeed(seed, `reply ${index}`)) }),
        });
        written.push({ text, ended, newTokens: ids.length });
        onProgress(index + 1, prompts.length);
      }
    } finally {
      tf.dispose({ ...weights });
    }
    writeFileSync(join(folder, REPLIES), JSON.stringify(written) + "\n");
  },
);
