/**
 * @file What the models of a study reply to the same prompts: text to read next to the scores. Replies are cached stages,
 * one a trained model; how a model writes is in `model/generate.ts`.
 */
import { z } from "zod";
import { MODELS, type Condition, type ModelName } from "../../config/config.js";
import { reportProgress } from "../stages/progress.js";
import { computeStage } from "../stages/computed-stage.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";
import { readStageJson } from "../stages/read-json.js";
import { trainedModel } from "../training/training.js";
import { chatFormOf } from "./chat-form.js";
import { ENDS, REPLIES, repliesSchema, replying } from "./write-replies.js";

/** Our own sentences: small talk, and questions about a passage that comes before them. */
export const REPLY_PROMPTS = [
  "How are you today?",
  "What did you do at the weekend?",
  "Do you like to cook?",
  "The bell of Torham was made in 1874. It hangs in the old tower.\nWhat is the bell of Torham?",
  "Ada lives by the river. Her brother lives in the town.\nWhere does Ada live?",
  "Tell me about the sea.",
] as const;

const replySchema = z.object({
  model: z.enum(MODELS),
  condition: z.string(),
  prompt: z.string(),
  reply: z.string(),
  /** What ended it: the end token, the beginning of another turn, or the limit of new tokens. */
  ended: z.enum(ENDS),
  newTokens: z.number(),
});
/** One reply, as a row of a table. */
export type Reply = Readonly<z.infer<typeof replySchema>>;

/** Which models reply to what, and how their tokens are chosen. */
export interface ReplyOptions {
  readonly model: ModelName;
  readonly conditions: readonly Condition[];
  readonly prompts?: readonly string[];
  readonly maxNewTokens?: number;
  /** 0, the default, takes the most probable token each time. */
  readonly temperature?: number;
  readonly topP?: number;
}

/**
 * Replies of one decoder after each condition, trained first where the cache does not hold it. Chance comes from the
 * study's seed.
 *
 * @param options which decoder, conditions, prompts, and how tokens are chosen
 * @returns one row per condition and prompt, the prompts of a condition together
 * @throws RangeError for an unknown model or condition, an empty prompt, or a prompt too long for the model
 *
 * Differs: the paper shows no generated text; this is for reading only and no result depends on it.
 */
export const generateReplies = (study: Study, options: ReplyOptions): Promise<Reply[]> =>
  keptValue(study, { name: "replies", inputs: { ...options } }, z.array(replySchema), () =>
    writeReplies(study, options),
  );

async function writeReplies(study: Study, options: ReplyOptions): Promise<Reply[]> {
  const {
    model,
    conditions,
    prompts = REPLY_PROMPTS,
    maxNewTokens = 40,
    temperature = 0,
    topP = 1,
  } = options;
  const form = chatFormOf(study.config.instructions.chatTemplate);
  const replies: Reply[] = [];
  for (const condition of conditions) {
    const trained = await trainedModel(study, { model, condition });
    const label = `${model} ${condition} replies`;
    const stage = await computeStage(study.cacheFolder, {
      kind: "replies",
      inputs: {
        model: trained.stage.hash,
        prompts: prompts.map(form.wrap),
        turns: form.turns,
        maxNewTokens,
        temperature,
        topP,
        seed: temperature > 0 ? study.seed : null,
      },
      computation: replying,
      parents: [trained.stage],
      given: {
        onProgress: (done: number, total: number) => reportProgress({ type: "work", label, done, total }),
      },
    });
    const found = readStageJson(stage, REPLIES, repliesSchema);
    found.forEach(({ text, ended, newTokens }, index) =>
      replies.push({ model, condition, prompt: prompts[index] ?? "", reply: text, ended, newTokens }),
    );
  }
  return replies;
}
