/** @file Where prompt and reply are in the text of a released example, in characters and in tokens (docs/decisions.md#d1). */
import type { EncodedText, Tokenizer } from "../tokenizer/tokenizer.js";

/** An example with the text it was released with. */
interface ReleasedText {
  readonly id: string;
  readonly source: string;
  readonly prompt: string;
  readonly reply: string;
  readonly text?: string | undefined;
}

/** Places in a text, in UTF-16 units. */
export interface TextPlaces {
  readonly text: string;
  readonly promptStart: number;
  readonly promptEnd: number;
  readonly replyStart: number;
}

// What may follow a reply: blanks and markers such as </s> or <|im_end|>.
const CLOSING = /^(\s|<[^<>\s]+>)*$/;

/**
 * Finds the prompt, and the reply that ends the text but for markers behind it.
 *
 * @throws Error naming the example when it has no text, or prompt and reply do not stand in it so
 */
export function locateReply({ id, source, prompt, reply, text }: ReleasedText): TextPlaces {
  if (text === undefined) {
    throw new Error(
      `locateReply: the template "released" must have examples with a text of their own, got none in ${source} ${id}. ` +
        'Use the released sets (wikiSource and switchboardPairs "released"), or another template.',
    );
  }
  const promptStart = text.indexOf(prompt.trim());
  const promptEnd = promptStart + prompt.trim().length;
  let replyStart = text.lastIndexOf(reply.trim());
  while (replyStart >= 0 && !CLOSING.test(text.slice(replyStart + reply.trim().length)))
    replyStart = replyStart === 0 ? -1 : text.lastIndexOf(reply.trim(), replyStart - 1);
  if (promptStart >= 0 && replyStart >= promptEnd) return { text, promptStart, promptEnd, replyStart };
  throw new Error(
    `locateReply: the text of ${source} ${id} must be its prompt and then, at its end, its reply, got ` +
      `${promptStart < 0 ? "no such prompt" : "no such reply behind the prompt"}. Use the template "plainRoles".`,
  );
}

/** Tokens of an example, in the parts that may be cut and trained apart. */
export interface TokenParts {
  /** Before the prompt. */
  readonly head: readonly number[];
  /** The prompt, and what is between it and the reply. */
  readonly prompt: readonly number[];
  /** Tokens at the end of `prompt` that belong to no passage and are never cut. */
  readonly tailTokens: number;
  /** The reply with what follows it; a space before it that shares its first token included. */
  readonly reply: readonly number[];
}

/** Texts as tokens. Each is encoded as a whole: it is trained unchanged, however its parts meet. */
export async function encodeWhole(
  places: readonly TextPlaces[],
  tokenizer: Tokenizer,
): Promise<TokenParts[]> {
  const encoded = await tokenizer.encode(
    places.map(({ text }) => text),
    { addSpecialTokens: false },
  );
  return encoded.map((tokens, row) => split(tokens, places[row]));
}

function split({ ids, offsets }: EncodedText, places: TextPlaces | undefined): TokenParts {
  const { text = "", promptStart = 0, promptEnd = 0, replyStart = 0 } = places ?? {};
  /** The first token that reaches beyond a place. */
  const tokenAt = (place: number): number => {
    const codePoints = [...text.slice(0, place)].length;
    const found = offsets.findIndex(([, end]) => end > codePoints);
    return found < 0 ? ids.length : found;
  };
  const reply = tokenAt(replyStart);
  const head = Math.min(tokenAt(promptStart), reply);
  return {
    head: ids.slice(0, head),
    prompt: ids.slice(head, reply),
    tailTokens: reply - Math.min(Math.max(tokenAt(promptEnd), head), reply),
    reply: ids.slice(reply),
  };
}
