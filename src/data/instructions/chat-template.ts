/**
 * @file An instruction example as text and as tokens, with the tokens that are trained marked (docs/decisions.md#d1, #d2, #d5).
 * Grouping examples into batches lives in `example-batches.ts`.
 */
import type { InstructionConfig } from "../../config/config.js";
import type { InstructionExample } from "./instructions.js";
import { encodeWhole, locateReply, type TextPlaces, type TokenParts } from "./released-text.js";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { countWords } from "../words.js";

/** A stretch of text that is trained as a whole or not at all. */
export interface TextPiece {
  readonly text: string;
  readonly trained: boolean;
}

/** An example as the model sees it. */
export interface EncodedExample {
  readonly id: string;
  /** Start token where the tokenizer adds one, text, end token. */
  readonly ids: readonly number[];
  /** Whether predicting this token is trained; as long as `ids`. */
  readonly trained: readonly boolean[];
  /** Words of all turns, before anything was cut. */
  readonly words: number;
  /** Places where prompt, second role and reply begin; of a longer conversation three for each of its pairs. */
  readonly bounds: readonly number[];
}

/** Parts of an example: start and end token, what the template writes, what is given and what is asked for. */
export const TOKEN_PARTS = ["special", "marker", "prompt", "reply"] as const;
export type TokenPart = (typeof TOKEN_PARTS)[number];

/** Which part a token of an example belongs to. */
export function partOf(
  { ids, bounds }: EncodedExample,
  place: number,
  { startId, endId }: Pick<Tokenizer, "startId" | "endId">,
): TokenPart {
  const isStart = place === 0 && ids[0] === startId;
  if (isStart || (place === ids.length - 1 && ids[place] === endId)) return "special";
  const begun = bounds.filter((bound) => place >= bound).length - 1;
  if (begun % 3 < 2) return begun >= 0 && begun % 3 === 0 ? "prompt" : "marker";
  if (begun === bounds.length - 1) return "reply";
  // A reply before the last ends with its end token, which the next pair's first role follows.
  const end = ids.indexOf(endId ?? -1, bounds[begun]);
  return place === end ? "special" : place < end ? "reply" : "marker";
}

/** Encoded examples, and what became of those that did not fit. */
export interface EncodedExamples {
  readonly examples: readonly EncodedExample[];
  /** Rows that lost their first turns, or the beginning of their prompt. */
  readonly cutRows: number;
  /** Ids of rows left out because reply and roles alone are too long. */
  readonly leftOut: readonly string[];
}

type RoleTemplate = Exclude<InstructionConfig["chatTemplate"], "released">;

/** Role markers of each template. They are ordinary text; only start and end token are special. */
const ROLES: Readonly<Record<RoleTemplate, readonly [string, string]>> = {
  plainRoles: ["User", "Assistant"],
  speakerLetters: ["A", "B"],
};

/**
 * The text of an example, in three pieces: the first role, the prompt with the second role, and the reply. The space
 * behind "Assistant:" belongs to the reply's first token and is trained. The end token is added when tokens are made.
 *
 * @param template `plainRoles` is "User: {prompt}\nAssistant: {reply}", `speakerLetters` has A and B in their place;
 *   `released` is the text the example was released with, unchanged: what is before its prompt, then up to its
 *   reply, then the rest
 * @throws Error when prompt or reply is empty: such an example has nothing to learn from; for `released` when they do
 *   not stand in the text
 */
export function renderExample(
  example: InstructionExample,
  template: InstructionConfig["chatTemplate"],
): readonly [TextPiece, TextPiece, TextPiece] {
  const prompt = example.prompt.trim();
  const reply = example.reply.trim();
  if (prompt === "" || reply === "") {
    throw new Error(
      `renderExample: prompt and reply must hold text, got an empty ${reply === "" ? "reply" : "prompt"} ` +
        `in ${example.source} ${example.id}. Leave the example out.`,
    );
  }
  if (template === "released") {
    const { text, promptStart, replyStart } = locateReply(example);
    return [
      { text: text.slice(0, promptStart), trained: false },
      { text: text.slice(promptStart, replyStart), trained: false },
      { text: text.slice(replyStart), trained: true },
    ];
  }
  const [first, second] = ROLES[template];
  return [
    { text: `${first}:`, trained: false },
    { text: ` ${prompt}\n${second}:`, trained: false },
    { text: ` ${reply}`, trained: true },
  ];
}

/** Prompts and replies of an example, those of its earlier turns first. */
function pairsOf({ earlier = [], ...last }: InstructionExample): InstructionExample[] {
  const before = Array.from({ length: earlier.length / 2 }, (_, pair) => ({
    ...last,
    prompt: earlier[2 * pair] ?? "",
    reply: earlier[2 * pair + 1] ?? "",
  }));
  return [...before, last];
}

/**
 * Tokens of every example.
 *
 * The pairs of a conversation are written one after the other, each reply with the end token behind it, and a line break before
 * the first role of the next. One too long for `maxLengthTokens` loses its first pairs, the last one as a pair does.
 *
 * Each text is encoded as a whole; a token that reaches across a border belongs to what follows. Start and end token are
 * not added where a released text has them already. A prompt too long for `maxLengthTokens` loses tokens from the left of its passage, up to the next word; roles, question and reply stay.
 *
 * @param options.lossOn `reply` trains replies and end tokens; `full` trains everything but the start token
 * @param options.trainedSpeakers `both` trains prompts too, roles left out
 * @param options.overlongReplies what happens when reply and roles alone do not fit, since replies are never cut:
 *   `refuse` is an error, `leaveOut` drops the example and names it in the result
 * @throws Error that names the example when its reply does not fit and may not be left out, or it has no text
 * @throws RangeError when the tokenizer has no end token
 */
export async function encodeExamples(
  examples: readonly InstructionExample[],
  options: {
    readonly tokenizer: Tokenizer;
    readonly template: InstructionConfig["chatTemplate"];
    readonly lossOn: InstructionConfig["lossOn"];
    readonly maxLengthTokens: number;
    readonly trainedSpeakers?: "second" | "both";
    readonly overlongReplies?: "refuse" | "leaveOut";
  },
): Promise<EncodedExamples> {
  const { tokenizer, template, lossOn, maxLengthTokens, overlongReplies = "refuse" } = options;
  const { trainedSpeakers = "second" } = options;
  const { startId, endId, addsStartToken } = tokenizer;
  if (endId === null) {
    throw new RangeError(
      "encodeExamples: the tokenizer must have an end token, got none. Use one with </s> in its vocabulary.",
    );
  }
  const start = addsStartToken && startId !== null ? [startId] : [];
  const ofExamples = examples.map(pairsOf);
  const encodedPairs = await encodeParts(ofExamples.flatMap(following), template, tokenizer);
  const wordStarts = await tokenizer.wordStartIds();
  const isWordStart = (id: number): boolean => wordStarts.has(id);
  /** Pairs with start and end tokens. */
  const withSpecials = (parts: readonly TokenParts[]): TokenParts[] =>
    parts.map((part, place) => ({
      ...part,
      head: place > 0 || part.head[0] === startId ? part.head : [...start, ...part.head],
      reply: part.reply.at(-1) === endId ? part.reply : [...part.reply, endId],
    }));
  let cutRows = 0;
  const leftOut: string[] = [];
  const encoded: EncodedExample[] = [];
  let from = 0;
  for (const [row, example] of examples.entries()) {
    let pairs = ofExamples[row] ?? [];
    let parts = withSpecials(encodedPairs.slice(from, from + pairs.length));
    from += pairs.length;
    let isCut = false;
    while (pairs.length > 1 && lengthOf(parts) > maxLengthTokens) {
      pairs = pairs.slice(1);
      parts = withSpecials(await encodeParts(following(pairs), template, tokenizer));
      isCut = true;
    }
    const [only, ...more] = parts;
    if (only && more.length === 0 && lengthOf(parts) > maxLengthTokens) {
      const { head, prompt, tailTokens, reply } = only;
      const room = maxLengthTokens - head.length - reply.length;
      if (room < tailTokens) {
        if (overlongReplies === "leaveOut") {
          leftOut.push(example.id);
          continue;
        }
        throw new Error(
          `encodeExamples: roles and reply must fit into ${maxLengthTokens} tokens, got ` +
            `${head.length + tailTokens + reply.length} in ${example.source} ${example.id}. ` +
            "Raise maxLengthTokens or leave the example out; replies are never cut.",
        );
      }
      parts = [{ ...only, prompt: cutLeft(prompt, { room, keep: tailTokens, isWordStart }) }];
      isCut = true;
    }
    if (isCut) cutRows++;
    const full = lossOn === "full";
    const prompts = full || trainedSpeakers === "both";
    const ids: number[] = [];
    const trained: boolean[] = [];
    const bounds: number[] = [];
    const add = (tokens: readonly number[], isTrained: boolean): void => {
      for (const id of tokens) trained.push(isTrained && !(trained.length === 0 && id === startId));
      ids.push(...tokens);
    };
    for (const { head, prompt, tailTokens, reply } of parts) {
      const roleAt = prompt.length - tailTokens;
      add(head, full);
      bounds.push(ids.length, ids.length + roleAt, ids.length + prompt.length);
      add(prompt.slice(0, roleAt), prompts);
      add(prompt.slice(roleAt), full);
      add(reply, true);
    }
    encoded.push({ id: example.id, ids, trained, words: wordsOf(example), bounds });
  }
  return { examples: encoded, cutRows, leftOut };
}

/** Words of all turns. */
export const wordsOf = ({ prompt, reply, earlier = [] }: Turns): number =>
  [...earlier, prompt, reply].reduce((sum, turn) => sum + countWords(turn), 0);

/** The words of an example. */
type Turns = Pick<InstructionExample, "prompt" | "reply" | "earlier">;

const lengthOf = (parts: readonly TokenParts[]): number =>
  parts.reduce((sum, { head, prompt, reply }) => sum + head.length + prompt.length + reply.length, 0);

/** A pair, and whether another is before it. */
interface PlacedPair {
  readonly pair: InstructionExample;
  readonly follows: boolean;
}

const following = (pairs: readonly InstructionExample[]): PlacedPair[] =>
  pairs.map((pair, place) => ({ pair, follows: place > 0 }));

/** Tokens of every pair before start and end token are added. */
async function encodeParts(
  pairs: readonly PlacedPair[],
  template: InstructionConfig["chatTemplate"],
  tokenizer: Tokenizer,
): Promise<TokenParts[]> {
  const places = pairs.map(({ pair, follows }) => {
    const pieces = renderExample(pair, template);
    if (template === "released") return locateReply(pair);
    const [role, prompt, reply] = pieces;
    const first = { ...role, text: `${follows ? "\n" : ""}${role.text}` };
    return placesOf([first, prompt, reply], ROLES[template]);
  });
  return encodeWhole(places, tokenizer);
}

/** Where the parts of a rendered example begin and end in its text. */
function placesOf(
  [role, prompt, reply]: readonly [TextPiece, TextPiece, TextPiece],
  [, secondRole]: readonly [string, string],
): TextPlaces {
  const replyStart = role.text.length + prompt.text.length;
  return {
    text: role.text + prompt.text + reply.text,
    promptStart: role.text.length,
    promptEnd: replyStart - `\n${secondRole}:`.length,
    replyStart,
  };
}

/** The last `room` tokens at most, from a word's start on; never fewer than the last `keep`. */
function cutLeft(
  prompt: readonly number[],
  options: { readonly room: number; readonly keep: number; readonly isWordStart: (id: number) => boolean },
): readonly number[] {
  const { room, keep, isWordStart } = options;
  let from = prompt.length - room;
  while (from < prompt.length - keep && !isWordStart(prompt[from] ?? -1)) from++;
  return prompt.slice(from);
}
