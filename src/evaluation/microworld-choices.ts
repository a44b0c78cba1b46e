/**
 * @file Dialogue choice in the microworld: answers that the grammar gives to a question, each against nine it never gives. Whoever knows
 * the grammar is always right; who does not look at the question can only guess.
 */
import { generateDialogue } from "../data/microworld/dialogues.js";
import { answerLogProb, opensExchange } from "../data/microworld/text-probability.js";
import { deriveSeed, seeded } from "../random.js";
import { byLength, drawOthers, type DialogueItem } from "./dialogue-items.js";
import type { LogLikelihood } from "./log-likelihood.js";

/** Where a dialogue's first exchange is answered, after two greetings and a question. */
const FIRST_ANSWER = 3;
/** Dialogues that answers are drawn from for each item. */
const POOL_DIALOGUES = 200;

/**
 * Items of freshly generated dialogues.
 *
 * @param options.count items, exactly
 * @returns the same whatever a study's seed is
 */
export function microworldChoices({ count }: { readonly count: number }): DialogueItem[] {
  const random = seeded(deriveSeed(0, "dialogue choice"));
  const draw = (index: number) => ({ dialogue: String(index), turns: generateDialogue(random) });
  const first = Array.from({ length: POOL_DIALOGUES }, (_, index) => draw(index));
  const pool = byLength(
    first.flatMap(({ dialogue, turns }) => answersIn(turns).map(({ text }) => ({ dialogue, text }))),
  );
  const items: DialogueItem[] = [];
  for (let index = 0; items.length < count; index++) {
    const { dialogue, turns } = first[index] ?? draw(index);
    for (const { place, text } of answersIn(turns)) {
      const question = turns[place - 1]?.text ?? "";
      const isPossible = (other: string): boolean => answerLogProb(other, question) === -Infinity;
      const others = drawOthers({ dialogue, text }, pool, { random, isPossible });
      if (others === null || items.length === count) continue;
      items.push({
        set: "microworld",
        id: `microworld_${items.length}`,
        turns: turns.slice(0, place).map((turn) => ({ label: `${turn.speaker}:\t`, text: turn.text })),
        label: "B:\t",
        separator: "\n",
        candidates: [text, ...others],
      });
    }
  }
  return items;
}

/** The second line of each exchange; greetings and farewells are none. */
const answersIn = (turns: readonly { readonly text: string }[]): { place: number; text: string }[] =>
  turns.flatMap(({ text }, place) =>
    place >= FIRST_ANSWER && place % 2 === 1 && place < turns.length - 1 ? [{ place, text }] : [],
  );

/**
 * The grammar as a model of these items: log p(answer | question), or log p(answer) where nothing is asked that the grammar asks. It
 * counts words as tokens, and is always right where turns are in order.
 */
export const grammarChooser: LogLikelihood = (requests) =>
  Promise.resolve(
    requests.map(({ context, continuation }) => {
      const question = /(?:^|\n)A:\t([^\n]*)\nB:\t$/.exec(context)?.[1] ?? null;
      return {
        logProb: answerLogProb(continuation, question !== null && opensExchange(question) ? question : null),
        numTokens: continuation.split(" ").length,
      };
    }),
  );
