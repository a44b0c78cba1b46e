/** @file The turns of a conversation: read from the input, written by models as they come, and printed. */
import { on } from "node:events";
import { createInterface } from "node:readline";
import { setImmediate as turnOfEventLoop } from "node:timers/promises";
import { deriveSeed, seeded } from "../random.js";
import type { Speaker } from "./chat-speaker.js";
import type { Input, Surroundings } from "./surroundings.js";

/** Where a conversation takes place, and what decides it besides its models. */
export interface Conversation {
  readonly surroundings: Surroundings;
  /** Ends it. */
  readonly signal: AbortSignal;
  readonly seed: number;
  /** Prints a line of JSON for each turn in place of text. */
  readonly asJson: boolean;
}

type Name = "user" | "model" | "other";

/**
 * Answers every line of the input, until it ends. On a terminal a turn that the model cannot take is said so and passed over.
 *
 * @throws RangeError for such a turn elsewhere
 */
export async function answer(model: Speaker, conversation: Conversation): Promise<void> {
  const { asJson, signal } = conversation;
  const { stdin, stdout, stderr } = conversation.surroundings;
  if (!stdin) throw new Error("answer: there must be an input, got none. Hand one over.");
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true && !asJson;
  const ask = () => void (isTerminal && stdout.write("> "));
  const write = turnWriter(conversation);
  const turns: string[] = [];
  ask();
  for await (const line of linesOf(stdin, signal)) {
    const turn = line.trim();
    if (turn !== "") {
      try {
        if (asJson) print(conversation, { turn: turns.length + 1, speaker: "user", text: turn });
        const reply = await write(model, "model", [...turns, turn]);
        turns.push(turn, reply);
      } catch (error) {
        if (!isTerminal || !(error instanceof RangeError)) throw error;
        stderr.write(`class-it chat: ${error.message}\n`);
      }
    }
    ask();
  }
  if (isTerminal) stdout.write("\n");
}

/** Lets two models talk: the other says the opening, the model answers, and so on. */
export async function talk(
  models: { readonly model: Speaker; readonly other: Speaker },
  {
    turns: count,
    opening,
    ...conversation
  }: Conversation & { readonly turns: number; readonly opening: string },
): Promise<void> {
  const { stdout, stderr } = conversation.surroundings;
  const write = turnWriter(conversation);
  const turns = [opening];
  if (conversation.asJson) print(conversation, { turn: 1, speaker: "other", text: opening });
  else stdout.write(`other: ${opening}\n`);
  while (turns.length <= count) {
    const name = turns.length % 2 === 1 ? "model" : "other";
    if (!conversation.asJson) stdout.write(`${name}: `);
    const reply = await write(models[name], name, turns);
    turns.push(reply);
    if (reply !== "") continue;
    stderr.write(`class-it chat: ${name} has nothing to say; the conversation ends.\n`);
    return;
  }
}

/** Lets a model write a turn and shows it; says once that old turns are left out. */
function turnWriter(conversation: Conversation) {
  const { surroundings, signal, seed, asJson } = conversation;
  const { stdout, stderr } = surroundings;
  let isCut = false;
  return async (speaker: Speaker, name: Name, turns: readonly string[]): Promise<string> => {
    const turn = turns.length + 1;
    const { text, ids, ended, leftOutTurns } = await speaker.reply(turns, {
      random: seeded(deriveSeed(seed, `turn ${turn}`)),
      onText: async (piece) => {
        if (!asJson && piece !== "") stdout.write(piece);
        // Here Ctrl-C and a closed pipe are heard.
        await turnOfEventLoop();
        if (signal.aborted && !asJson) stdout.write("\n");
        signal.throwIfAborted();
      },
    });
    if (asJson) print(conversation, { turn, speaker: name, text, ended, newTokens: ids.length });
    else stdout.write("\n");
    if (leftOutTurns > 0 && !isCut)
      stderr.write(
        `class-it chat: the conversation is longer than the model's ${speaker.maxLengthTokens} tokens; from here on its oldest turns are left out.\n`,
      );
    isCut ||= leftOutTurns > 0;
    return text;
  };
}

/** A turn as `--json` prints it: who said what, and of a model what ended it after how many tokens. */
function print(
  { surroundings }: Conversation,
  turn: {
    readonly turn: number;
    readonly speaker: Name;
    readonly text: string;
    readonly ended?: string;
    readonly newTokens?: number;
  },
): void {
  surroundings.stdout.write(JSON.stringify(turn) + "\n");
}

/**
 * Lines of the input as they come. The terminal itself edits a line, so that Ctrl-C is a signal at any time.
 *
 * @throws Error when the signal aborts
 */
async function* linesOf(input: Input, signal: AbortSignal): AsyncGenerator<string> {
  const reader = createInterface({ input, terminal: false, crlfDelay: Infinity });
  try {
    for await (const [line] of on(reader, "line", { signal, close: ["close"] })) yield String(line);
  } finally {
    reader.close();
  }
}
