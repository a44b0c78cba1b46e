/**
 * @file A conversation with a model: its turns as one text in the form the model was tuned on, within the model's length.
 * One prompt alone is `chat` in `generate.ts`.
 */
import {
  continueTokens,
  type ChatForm,
  type GeneratedText,
  type GenerationOptions,
  type TextModel,
} from "./generate.js";

/** How a turn is written. */
export type TurnOptions = Omit<GenerationOptions, "stopAtEnd" | "stopBefore"> & { readonly form: ChatForm };

/** A turn that a model wrote. */
export interface ConversationReply extends GeneratedText {
  /** Oldest turns that the model did not see, because all of them exceed its length. */
  readonly leftOutTurns: number;
}

/**
 * The next turn of a conversation, in the place of the second speaker.
 *
 * Where the turns do not fit into the model together with `maxNewTokens`, the oldest are left out, two at a time: the text
 * begins with a turn of the first speaker. Keys and values of the prompt are computed once a turn and kept while it is written.
 *
 * @param turns all so far, by turns of either speaker; the last one is to be answered
 * @param options.onText told of the reply as it is written, without spaces around it
 * @throws RangeError when there is no turn, the last one is empty or too long for the model, or as `generateText` does
 */
export async function replyInConversation(
  model: TextModel,
  turns: readonly string[],
  { form, onText, ...options }: TurnOptions,
): Promise<ConversationReply> {
  const { tokenizer, architecture } = model;
  const room = architecture.maxLengthTokens - options.maxNewTokens;
  if ((turns.at(-1)?.trim() ?? "") === "")
    throw new RangeError(
      "replyInConversation: the last turn must hold text, got none. Give a turn to answer.",
    );
  // The second speaker may have begun; the text begins with the first.
  const seen = turns.slice((turns.length + 1) % 2);
  for (let leftOutTurns = 0; ; leftOutTurns += 2) {
    const ids = await conversationTokens(seen.slice(leftOutTurns), form, tokenizer);
    if (ids.length > room && leftOutTurns < seen.length - 1) continue;
    if (ids.length > room)
      throw new RangeError(
        `replyInConversation: a turn must have at most ${room} tokens with the words around it, so that ${options.maxNewTokens} new ones fit, got ${ids.length}. Shorten it.`,
      );
    const written = await continueTokens(model, ids, {
      ...options,
      stopBefore: form.turns,
      ...(onText && { onText: withoutSpacesAround(onText) }),
    });
    return { ...written, text: written.text.trim(), leftOutTurns };
  }
}

/**
 * Turns up to where the next reply begins, as examples of several turns are encoded: an end token behind each reply, a line break
 * before the role that follows, and what is between two end tokens encoded by itself.
 *
 * @param turns an odd number, the first speaker's first
 */
async function conversationTokens(
  turns: readonly string[],
  { wrap }: ChatForm,
  tokenizer: TextModel["tokenizer"],
): Promise<number[]> {
  const { startId, endId, addsStartToken } = tokenizer;
  const stretches = turns.flatMap((turn, index) => {
    if (index % 2 === 1) return [];
    const reply = turns[index + 1] ?? "";
    return [`${index === 0 ? "" : "\n"}${wrap(turn)}${reply === "" ? "" : ` ${reply}`}`];
  });
  const encoded = await tokenizer.encodeIds(stretches, { addSpecialTokens: false });
  const start = addsStartToken && startId !== null ? [startId] : [];
  const between = endId === null ? [] : [endId];
  return [...start, ...encoded.flatMap((ids, index) => (index === 0 ? ids : [...between, ...ids]))];
}

/** Passes pieces of a text on without the white space at its beginning and end. */
function withoutSpacesAround(
  onText: (piece: string) => void | Promise<void>,
): (piece: string) => void | Promise<void> {
  let [begun, spaces] = [false, ""];
  return (piece) => {
    const text = begun ? spaces + piece : piece.trimStart();
    const shown = text.trimEnd();
    begun ||= shown !== "";
    spaces = text.slice(shown.length);
    return onText(shown);
  };
}
