/**
 * @file An instruction example as text and as tokens, with the tokens that are trained marked (D1, D2, D5).
 * Grouping examples into batches lives in `batches.ts`.
 */
import type { InstructionConfig } from "../config.js";
import type { InstructionExample } from "./instructions.js";
import type { Tokenizer } from "./tokenizer.js";
import { countWords } from "./words.js";

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
}

/** Encoded examples, and what became of those that did not fit. */
export interface EncodedExamples {
  readonly examples: readonly EncodedExample[];
  /** Rows that lost the beginning of their prompt. */
  readonly cutRows: number;
  /** Ids of rows left out because reply and roles alone are too long. */
  readonly leftOut: readonly string[];
}

/** Role markers of each template. They are ordinary text; only start and end token are special. */
const ROLES: Readonly<Record<InstructionConfig["chatTemplate"], readonly [string, string]>> = {
  plainRoles: ["User", "Assistant"],
  speakerLetters: ["A", "B"],
};

/**
 * The text of an example, in three pieces: the first role, the prompt with the second role, and the reply. The space
 * behind "Assistant:" belongs to the reply's first token and is trained. The end token is added when tokens are made.
 *
 * @param template `plainRoles` is "User: {prompt}\nAssistant: {reply}", `speakerLetters` has A and B in their place
 * @throws Error when prompt or reply is empty: such an example has nothing to learn from
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
 * Pieces are encoded one by one, so the border between prompt and reply is exact. Every piece but the first begins with
 * a space, to which no tokenizer adds another: the ids equal those of the whole text. A prompt too long for
 * `maxLengthTokens` loses tokens from the left of its passage, up to the next word; roles, question and reply stay.
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
  const pieces = examples.map((example) => renderExample(example, template));
  const encodeColumn = (column: 0 | 1 | 2): Promise<readonly (readonly number[])[]> =>
    tokenizer.encodeIds(
      pieces.map((row) => row[column].text),
      { addSpecialTokens: false },
    );
  const [roles, prompts, replies] = [await encodeColumn(0), await encodeColumn(1), await encodeColumn(2)];

  const [, secondRole] = ROLES[template];
  // Counted behind a word, as it stands in a prompt: alone it would get a prefix space from some tokenizers.
  const [word, wordAndTail] = await tokenizer.encodeIds(["x", `x\n${secondRole}:`], {
    addSpecialTokens: false,
  });
  const tailTokens = (wordAndTail?.length ?? 0) - (word?.length ?? 0);
  const isWordStart = wordStarts(tokenizer);
  let cutRows = 0;
  const leftOut: string[] = [];
  const encoded = examples.flatMap((example, row): EncodedExample[] => {
    const head = [...start, ...(roles[row] ?? [])];
    let prompt = prompts[row] ?? [];
    const reply = [...(replies[row] ?? []), endId];
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
      ...start.map(() => false),
      ...[...(roles[row] ?? []), ...prompt].map(() => full),
      ...reply.map(() => true),
    ];
    const words = countWords(example.prompt) + countWords(example.reply);
    return [{ id: example.id, ids: [...head, ...prompt, ...reply], trained, words }];
  });
  return { examples: encoded, cutRows, leftOut };
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

/** Whether a token begins with a space, read off the vocabulary's spelling of it ("Ġ" is the space byte). */
function wordStarts(tokenizer: Tokenizer): (id: number) => boolean {
  const starts = new Set<number>();
  const { vocab } = tokenizer.json.model;
  if (typeof vocab === "object" && vocab !== null) {
    for (const [token, id] of Object.entries(vocab)) if (token.startsWith("Ġ")) starts.add(Number(id));
  }
  return (id) => starts.has(id);
}
