/** @file A model that takes part in a conversation: a folder or a trained run, opened with the form it was tuned on. */
import { statSync } from "node:fs";
import type { ChatTemplate } from "../config/config.js";
import { replyInConversation, type ConversationReply } from "../model/conversation.js";
import type { Random } from "../random.js";

/** Which model, and how it writes. */
export interface SpeakerOptions {
  /** A Hugging Face folder; else name or hash of a trained run of the cache, or the beginning of either. */
  readonly model: string;
  readonly cacheFolder: string;
  /** In place of the run's own; a folder says nothing of its template and has `plainRoles`. */
  readonly template?: Exclude<ChatTemplate, "released"> | undefined;
  /** At most half the model's length where it is left out. */
  readonly maxNewTokens?: number | undefined;
  readonly temperature: number;
}

/** A model in a conversation. The caller disposes it. */
export interface Speaker {
  /** Longest text of the model in tokens. */
  readonly maxLengthTokens: number;
  /** @param turns by turns of either speaker, the other's last */
  reply(
    turns: readonly string[],
    how: { readonly random: Random; readonly onText: (piece: string) => Promise<void> },
  ): Promise<ConversationReply>;
  dispose(): void;
}

const LONGEST_REPLY_TOKENS = 80;

/** @throws RangeError when there is no such model, or its run was tuned on released texts and no template is given */
export async function openSpeaker(options: SpeakerOptions): Promise<Speaker> {
  const { model, cacheFolder, temperature } = options;
  const [{ loadModel }, { openTokenizer }, { chatFormOf }, { findTrainedRun }, { tf }] = await Promise.all([
    import("../model/checkpoint.js"),
    import("../data/tokenizer/tokenizer.js"),
    import("../runs/scoring/chat-form.js"),
    import("../runs/training/trained-runs.js"),
    import("../engine/backend.js"),
  ]);
  const isFolder = statSync(model, { throwIfNoEntry: false })?.isDirectory() === true;
  const found = isFolder ? null : findTrainedRun(cacheFolder, model);
  const template = options.template ?? found?.run.chatTemplate ?? "plainRoles";
  if (template === "released")
    throw new RangeError(
      `class-it chat: ${model} was tuned on released texts, whose words around a turn are not a template. Give one with --template.`,
    );
  const folder = found?.stage.folder ?? model;
  const tokenizer = await openTokenizer(folder);
  const { architecture, weights } = loadModel(folder);
  const { maxLengthTokens } = architecture;
  const { maxNewTokens = Math.min(LONGEST_REPLY_TOKENS, Math.floor(maxLengthTokens / 2)) } = options;
  const form = chatFormOf(template);
  return {
    maxLengthTokens,
    reply: (turns, { random, onText }) =>
      replyInConversation({ architecture, weights, tokenizer }, turns, {
        form,
        maxNewTokens,
        temperature,
        onText,
        ...(temperature > 0 && { random }),
      }),
    dispose: () => tf.dispose({ ...weights }),
  };
}
