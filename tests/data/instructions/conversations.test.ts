import { expect, test } from "vitest";
import { chainPairs, firstPairs } from "../../../src/data/instructions/conversations.js";
import { pairTurns, type Utterance } from "../../../src/data/instructions/switchboard-pairs.js";

/** A dialogue of turns that name themselves; a number below makes a turn too short for a pair. */
const dialogue = (name: string, turns: number, short: readonly number[] = []): Utterance[] =>
  Array.from({ length: turns }, (_, turn) => ({
    dialogue: name,
    speaker: turn % 2 === 0 ? "A" : "B",
    text: short.includes(turn) ? "yes" : `turn ${turn} of ${name}`,
    act: "sd",
  }));
const utterances = [...dialogue("x", 7), ...dialogue("y", 2), ...dialogue("z", 8, [4])];
const pairs = pairTurns(utterances, "minThreeWords");
const turnsOf = ({ earlier, prompt, reply }: ReturnType<typeof chainPairs>[number]) =>
  [...earlier, prompt, reply].map((turn) => /\d+/.exec(turn)?.[0]).join("");

test("by hand: runs of pairs two turns apart, ended by the dialogue, a short turn, or the number of turns", () => {
  const conversations = chainPairs(pairs, 4).map((each) => [each.id, turnsOf(each)]);
  expect(conversations).toEqual([
    ["x_2", "0123"],
    ["x_3", "1234"],
    ["x_4", "45"],
    ["x_5", "56"],
    ["y_0", "01"],
    ["z_2", "0123"],
    ["z_1", "12"],
    ["z_5", "56"],
    ["z_6", "67"],
  ]);
  expect(turnsOf(chainPairs(pairs, 6)[0] ?? { id: "", prompt: "", reply: "", earlier: [] })).toBe("012345");
});

test.each([2, 4, 6, 8])(
  "conversations of %d turns hold every pair once, so the same replies and words",
  (turns) => {
    const replies = chainPairs(pairs, turns).flatMap(({ earlier, reply }) => [
      ...earlier.filter((_, turn) => turn % 2 === 1),
      reply,
    ]);
    expect(replies.sort()).toEqual(pairs.map(({ reply }) => reply).sort());
    const words = chainPairs(pairs, turns).flatMap((each) => [...each.earlier, each.prompt, each.reply]);
    expect(words.sort()).toEqual(pairs.flatMap(({ prompt, reply }) => [prompt, reply]).sort());
  },
);

test("so many pairs are taken, the last conversation shortened at its end", () => {
  const taken = firstPairs(chainPairs(pairs, 6), 4);
  expect(taken.map(turnsOf)).toEqual(["012345", "12"]);
  expect(firstPairs(chainPairs(pairs, 6), 5).map(turnsOf)).toEqual(["012345", "1234"]);
});
