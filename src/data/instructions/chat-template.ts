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
  /** Words of prompt and reply, before anything was cut. */
  readonly words: number;
  /** Places where prompt, second role and reply begin. */
  readonly bounds: readonly [promptStart: number, secondRole: number, replyStart: number];
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
  const [promptStart, secondRole, replyStart] = bounds;
  const isStart = place === 0 && ids[0] === startId;
  if (isStart || (place === ids.length - 1 && ids[place] === endId)) return "special";
  if (place >= replyStart) return "reply";
  return place >= promptStart && place < secondRole ? "prompt" : "marker";
}

/** Encoded examples, and what became of those that did not fit. */
export interface EncodedExamples {
  readonly examples: readonly EncodedExample[];
  /** Rows that lost the beginning of their prompt. */
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

/**
 * Tokens of every example.
 *
 * Each text is encoded as a whole; a token that reaches across a border belongs to what follows. Start and end token are
 * not added where a released text has them already. A prompt too long for `maxLengthTokens` loses tokens from the left of its passage, up to the next word; roles, question and reply stay.
 *
 * @param options.lossOn `reply` trains reply and end token; `full` trains everything but the start token
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
    readonly overlongReplies?: "refuse" | "leaveOut";
  },
): Promise<EncodedExamples> {
  const { tokenizer, template, lossOn, maxLengthTokens, overlongReplies = "refuse" } = options;
  const { startId, endId, addsStartToken } = tokenizer;
  if (endId === null) {
    throw new RangeError(
      "encodeExamples: the tokenizer must have an end token, got none. Use one with </s> in its vocabulary.",
    );
  }
  const start = addsStartToken && startId !== null ? [startId] : [];
  const parts = await encodeParts(examples, template, tokenizer);
  const wordStarts = await tokenizer.wordStartIds();
  const isWordStart = (id: number): boolean => wordStarts.has(id);
  let cutRows = 0;
  const leftOut: string[] = [];
  const encoded = examples.flatMap((example, row): EncodedExample[] => {
    const part = parts[row] ?? { head: [], prompt: [], tailTokens: 0, reply: [] };
    const { tailTokens } = part;
    const head = part.head[0] === startId ? part.head : [...start, ...part.head];
    let { prompt } = part;
    const reply = part.reply.at(-1) === endId ? part.reply : [...part.reply, endId];
    const room = maxLengthTokens - head.length - reply.length;
    if (room < tailTokens) {
      if (overlongReplies === "leaveOut") {
        leftOut.push(example.id);
        return [];
      }
      throw new Error(
        `encodeExamples: roles and reply must fit into ${maxLengthTokens} tokens, got ` +
          `${head.length + tailTokens + reply.length} in ${example.source} ${example.id}. ` +
          "Raise maxLengthTokens or leave the example out; replies are never cut.",
      );
    }
    if (prompt.length > room) {
      cutRows++;
      prompt = cutLeft(prompt, { room, keep: tailTokens, isWordStart });
    }
    const full = lossOn === "full";
    const trained = [
      ...[...head, ...prompt].map((id, place) => full && !(place === 0 && id === startId)),
      ...reply.map(() => true),
    ];
    const words = countWords(example.prompt) + countWords(example.reply);
    const replyStart = head.length + prompt.length;
    const bounds = [head.length, replyStart - tailTokens, replyStart] as const;
    return [{ id: example.id, ids: [...head, ...prompt, ...reply], trained, words, bounds }];
  });
  return { examples: encoded, cutRows, leftOut };
}

/** Tokens of every example before start and end token are added. */
async function encodeParts(
  examples: readonly InstructionExample[],
  template: InstructionConfig["chatTemplate"],
  tokenizer: Tokenizer,
): Promise<TokenParts[]> {
  const pieces = examples.map((example) => renderExample(example, template));
  const places =
    template === "released" ? examples.map(locateReply) : pieces.map((row) => placesOf(row, ROLES[template]));
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
