import { describe, expect, test } from "vitest";
import { countWords } from "../../src/data/words.js";
import { readChildPairs } from "../../src/evaluation/child-pairs.js";
import {
  byLength,
  choicesOf,
  drawOthers,
  lettersOf,
  MAX_CONTEXT_WORDS,
  type DialogueItem,
} from "../../src/evaluation/dialogue-items.js";
import { grammarChooser, microworldChoices } from "../../src/evaluation/microworld-choices.js";
import type { LogLikelihood } from "../../src/evaluation/log-likelihood.js";
import { readSwitchboardChoices } from "../../src/evaluation/switchboard-choices.js";
import { scoreTurnChoices } from "../../src/evaluation/turn-choice.js";
import { summariseTurns } from "../../src/evaluation/turn-figures.js";
import { seeded } from "../../src/random.js";

const turns = ["one", "two three", "four five six", "seven"].map((text, index) => ({
  label: index % 2 === 0 ? "A:\t" : "B:\t",
  text,
}));
const item: DialogueItem = {
  set: "switchboard",
  id: "switchboard_1_4",
  turns,
  label: "A:\t",
  separator: "\n",
  candidates: ["true", "other"],
};

describe("the contexts of an item", () => {
  test("are the last turn, the last three, all, and all shuffled", () => {
    const [one, three, all, mixed] = choicesOf(item);
    expect(one).toEqual({
      uid: "switchboard_oneTurn",
      id: "switchboard_1_4_oneTurn",
      context: "B:\tseven\nA:\t",
      neutral: "A:\t",
      candidates: ["true", "other"],
    });
    expect(three?.context).toBe("B:\ttwo three\nA:\tfour five six\nB:\tseven\nA:\t");
    expect(all?.context).toBe("A:\tone\nB:\ttwo three\nA:\tfour five six\nB:\tseven\nA:\t");
    const sorted = (text = ""): string[] => text.split(/\s/).sort();
    expect(sorted(mixed?.context)).toEqual(sorted(all?.context));
    expect(mixed?.context).not.toBe(all?.context);
    expect(choicesOf(item)).toEqual(choicesOf(item));
  });

  test("have room for whole turns alone, and always for the last", () => {
    const long = Array.from({ length: MAX_CONTEXT_WORDS - 2 }, () => "word").join(" ");
    const contextOf = (texts: readonly string[]) =>
      choicesOf({ ...item, turns: texts.map((text) => ({ label: "", text })) })[2]?.context;
    expect(contextOf(["one two three", long, "four"])).toBe(`${long}\nfour\nA:\t`);
    expect(contextOf(["one", `${long} ${long}`])).toBe(`${long} ${long}\nA:\t`);
  });
});

describe("other turns", () => {
  const said = { dialogue: "a", text: "Yes, it is." };
  const of = (dialogue: string, ...texts: string[]) => texts.map((text) => ({ dialogue, text }));
  const nine = Array.from({ length: 9 }, (_, index) => `it is ${index}`);
  const draw = (...pool: { dialogue: string; text: string }[]) =>
    drawOthers(said, byLength(pool), { random: seeded(1) });

  test("are as long, of other dialogues, and no two alike", () => {
    const drawn = draw(
      ...of("b", ...nine, "YES it is", "it is 0."),
      ...of("a", "of the same"),
      ...of("b", "no"),
    );
    expect([...(drawn ?? [])].sort().map(lettersOf)).toEqual(nine.map(lettersOf));
  });

  test("are up to two words longer or shorter where there are too few", () => {
    const drawn = draw(
      ...of("b", ...nine.slice(0, 7), "four words are here", "no", "six words are too many here"),
    );
    expect(drawn?.slice(7)).toEqual(["four words are here", "no"]);
    expect(draw(...of("b", ...nine.slice(0, 8)))).toBeNull();
  });
});

describe("child-directed pairs", () => {
  const text = JSON.stringify([
    { prompt: "*MOT: what's that ?", chosen: "*CHI: a dog .", rejected: "*CHI: no more ." },
    { prompt: "*MOT: more ?", chosen: "*CHI: yes .", rejected: "*CHI: no ." },
  ]);

  test("are scored over the whole text, and looked for in the training text", () => {
    const trainingText = "*MOT: more?\n*CHI: no.\n*FAT: what's that?\n*CHI: a dog.\n";
    const items = readChildPairs({ text, name: "pairs.json", trainingText });
    expect(items.map(({ isInTraining }) => isInTraining)).toEqual([true, false]);
    expect(choicesOf(items[0] ?? item)[0]).toEqual({
      uid: "childPairs_oneTurn",
      id: "childPairs_0_oneTurn",
      context: "*MOT: what's that ? *CHI: ",
      neutral: "*CHI: ",
      candidates: ["a dog .", "no more ."],
      wholeText: true,
      isInTraining: true,
    });
    const unknown = readChildPairs({ text, name: "pairs.json", trainingText: null });
    expect(unknown[0]).not.toHaveProperty("isInTraining");
  });

  test("of another form name file and place", () => {
    const read = (broken: string) => () =>
      readChildPairs({ text: broken, name: "p.json", trainingText: null });
    expect(read("[")).toThrow("p.json must be a JSON array");
    expect(read('[{"prompt": "hello", "chosen": "*CHI: a", "rejected": "*CHI: b"}]')).toThrow("*MOT: ");
  });
});

test("a Switchboard item is a turn of three words or more after three others", () => {
  const lines = (dialogue: string, texts: readonly string[]) =>
    texts.map((text, index) => `${dialogue}\t${index % 2 === 0 ? "A" : "B"}\t${text}\tsd`);
  const table = [
    "dialogue\tspeaker\ttext\tact",
    ...lines("1", ["a b c", "d e f", "g", "<laughter> really so", "h i j"]),
    ...Array.from({ length: 9 }, (_, index) => lines(String(index + 2), [`k l ${index}`])).flat(),
  ].join("\n");
  const items = readSwitchboardChoices(table);
  expect(items.map(({ id }) => id)).toEqual(["switchboard_1_4"]);
  expect(items[0]?.turns.map(({ label, text }) => label + text)).toEqual([
    "A:\ta b c",
    "B:\td e f",
    "A:\tg",
    "B:\treally so",
  ]);
  expect(items[0]?.candidates[0]).toBe("h i j");
  expect(items[0]?.candidates).toHaveLength(10);
});

describe("the microworld", () => {
  const items = microworldChoices({ count: 60 });
  const choices = items.flatMap(choicesOf);

  test("sets each answer against nine of about its length that never answer the question", () => {
    expect(microworldChoices({ count: 60 })).toEqual(items);
    for (const { candidates } of items) {
      expect(new Set(candidates).size).toBe(10);
      const lengths = candidates.map(countWords);
      for (const length of lengths) expect(Math.abs(length - (lengths[0] ?? 0))).toBeLessThanOrEqual(2);
    }
  });

  test("whoever knows the grammar is always right, and guesses where turns are shuffled", async () => {
    const figures = summariseTurns(await scoreTurnChoices(choices, grammarChooser));
    const ordered = figures.filter(({ uid }) => !uid.endsWith("shuffled"));
    expect(ordered).toHaveLength(9);
    for (const figure of ordered)
      expect(figure).toMatchObject({ recallAt1: 1, meanRank: 1, pairAccuracy: 1, n: 60, ties: 0 });
    const shuffled = figures.find(({ uid, score }) => uid.endsWith("shuffled") && score === "pmi");
    expect(shuffled).toMatchObject({ recallAt1: expect.closeTo(0.1, 6), ties: 60, meanRank: 5.5 });
  });

  test("whoever ignores the context is at chance in PMI, whatever it likes best", async () => {
    const deaf: LogLikelihood = (requests) =>
      Promise.resolve(
        requests.map(({ continuation }) => ({
          logProb: -[...continuation].reduce((sum, letter) => sum + Math.log(letter.charCodeAt(0)), 0) / 7,
          numTokens: continuation.split(" ").length,
        })),
      );
    const figures = summariseTurns(await scoreTurnChoices(choices, deaf));
    for (const figure of figures.filter(({ score }) => score === "pmi"))
      expect(figure).toMatchObject({ recallAt1: expect.closeTo(0.1, 9), pairAccuracy: 0.5, ties: 60 });
    // The same preferences decide by sum, with and without a context in order.
    const sums = figures.filter(({ score }) => score === "sum").map(({ recallAt1 }) => recallAt1);
    expect(new Set(sums).size).toBe(1);
  });
});
