import { beforeAll, describe, expect, test } from "vitest";
import {
  EXCHANGES,
  generateDialogue,
  microworldDialoguePairs,
} from "../../../src/data/microworld/dialogues.js";
import { microworldDocuments } from "../../../src/data/microworld/documents.js";
import { generateEntry, microworldQuestions } from "../../../src/data/microworld/encyclopedia.js";
import { ANIMALS, FEMALE_NAMES, MALE_NAMES, OBJECTS, PLACES } from "../../../src/data/microworld/lexicon.js";
import { probabilityOf } from "../../../src/data/microworld/templates.js";
import {
  dialogueLogProb,
  dialoguePairLogProb,
  documentLogProb,
  entryLogProb,
  questionLogProb,
} from "../../../src/data/microworld/text-probability.js";
import { seeded } from "../../../src/random.js";

/** Pearson's statistic of counts against expected ones. */
const chiSquare = (cells: readonly (readonly [count: number, expected: number])[]): number =>
  cells.reduce((sum, [count, expected]) => sum + (count - expected) ** 2 / expected, 0);

test("an entry with a word before its heading or a line after it is never written", () => {
  const [entry] = microworldDocuments({ words: 2_000, random: seeded(8) }).filter(
    ({ genre }) => genre === "encyclopedia",
  );
  const text = entry?.text ?? "";
  const logProbOf = (written: string) => documentLogProb({ genre: "encyclopedia", text: written });
  expect(logProbOf(text)).toBeGreaterThan(-Infinity);
  expect(logProbOf(`So ${text}`)).toBe(-Infinity);
  expect(logProbOf(`${text}\nSo it was.`)).toBe(-Infinity);
  expect(logProbOf("So it was.")).toBe(-Infinity);
});

describe("documents", () => {
  const documents = microworldDocuments({ words: 30_000, random: seeded(4) }).slice(0, -1);

  test("all that are written have a probability, of every genre", () => {
    for (const document of documents) expect(documentLogProb(document)).toBeGreaterThan(-Infinity);
    expect(new Set(documents.map(({ genre }) => genre)).size).toBe(3);
  });

  test("one that was changed by a word, cut, or put under another genre has none", () => {
    for (const document of documents.slice(0, 60)) {
      const { genre, text } = document;
      const cut = text.slice(0, text.lastIndexOf(" "));
      for (const changed of [cut, `${text} quasar.`, text.replace(" ", "  ")])
        expect(documentLogProb({ genre, text: changed })).toBe(-Infinity);
      expect(documentLogProb({ genre: genre === "dialogue" ? "encyclopedia" : "dialogue", text })).toBe(
        -Infinity,
      );
    }
    const dialogue = documents.find(({ genre }) => genre === "dialogue")?.text ?? "";
    for (const changed of [dialogue.replace("A:\t", "B:\t"), dialogue.replace("A:\t", ""), "", "A:\tHello."])
      expect(documentLogProb({ genre: "dialogue", text: changed })).toBe(-Infinity);
  });
});

describe("dialogues", () => {
  const names = [...FEMALE_NAMES, ...MALE_NAMES];
  const random = seeded(8);
  const dialogues = Array.from({ length: 6000 }, () => generateDialogue(random));

  test("by hand: names of two people, one of six lengths, and three exchanges", () => {
    const lines = [
      ...["Hello, this is Mara speaking.", "Hello Mara, my name is Milo."],
      ...["And where do you come from?", "I come from Arham, near the mill."],
      ...["Have you seen my key?", "Yes, your key is in the inn."],
      ...["How many owls do you have?", "Oh, we have nine owls at home."],
      ...["It was nice talking to you.", "Thank you and good bye, Mara."],
    ];
    const turns = lines.map((text, index) => ({
      speaker: index % 2 === 0 ? ("A" as const) : ("B" as const),
      text,
    }));
    const outside = (1 / 40) * (1 / 40) * (1 / 6);
    const exchanges =
      (1 / 300 / PLACES.length) * (1 / OBJECTS.length / PLACES.length) * (1 / 8 / ANIMALS.length);
    expect(dialogueLogProb(turns)).toBeCloseTo(Math.log(outside * exchanges * (1 / 8) ** 3), 10);
    expect(
      dialogueLogProb([...turns.slice(0, 9), { speaker: "B", text: "Thank you and good bye, Milo." }]),
    ).toBe(-Infinity);
    expect(dialogueLogProb(turns.slice(0, 8))).toBe(-Infinity);
  });

  test("lengths and exchanges of drawn dialogues are as probable as they are said to be", () => {
    const perLength = [3, 4, 5, 6, 7, 8].map(
      (count) => dialogues.filter((turns) => turns.length === 4 + 2 * count).length,
    );
    // Chance of a larger statistic: 1e-4 at 25.7 with 5 degrees of freedom, at 29.9 with 7.
    expect(chiSquare(perLength.map((count) => [count, 1000] as const))).toBeLessThan(25.7);
    const exchanges = dialogues.flatMap((turns) =>
      Array.from({ length: (turns.length - 4) / 2 }, (_, i) =>
        turns.slice(2 + 2 * i, 4 + 2 * i).map(({ text }) => text),
      ),
    );
    const perKind = EXCHANGES.map(
      (kind) => exchanges.filter((lines) => probabilityOf(kind, lines) > 0).length,
    );
    const [all] = [exchanges.length];
    expect(perKind.reduce((sum, count) => sum + count, 0)).toBe(all); // no exchange is of two kinds
    expect(chiSquare(perKind.map((count) => [count, all / 8] as const))).toBeLessThan(29.9);
    const animals = ANIMALS.map(({ plural }) => {
      const count = exchanges.filter(([line]) => line === `How many ${plural} do you have?`).length;
      return [count, all / 8 / ANIMALS.length] as const;
    });
    expect(chiSquare(animals)).toBeLessThan(40.9); // 1e-4 with 13 degrees of freedom
  });

  test("instruction pairs of one kind share what that kind has of all pairs", () => {
    // 5.5 exchanges and 14 pairs a dialogue on average.
    const sum = OBJECTS.reduce(
      (total, { singular }) =>
        PLACES.reduce(
          (part, place) =>
            part +
            Math.exp(
              dialoguePairLogProb({
                prompt: `Have you seen my ${singular}?`,
                reply: `Yes, your ${singular} is in the ${place}.`,
              }),
            ),
          total,
        ),
      0,
    );
    expect(sum).toBeCloseTo(5.5 / 8 / 14, 12);
    const goodbyes = names.map((name) =>
      Math.exp(
        dialoguePairLogProb({
          prompt: "It was nice talking to you.",
          reply: `Thank you and good bye, ${name}.`,
        }),
      ),
    );
    expect(goodbyes.reduce((total, share) => total + share, 0)).toBeCloseTo(1 / 14, 12);
  });

  const ways: Record<string, readonly (readonly [string, string])[]> = {
    "within an exchange": [["How many cats do you have?", "Oh, we have two cats at home."]],
    "between two exchanges": [["So do I, but there are too many dogs in it.", "And where do you come from?"]],
    "after the greeting": names.map((name) => [
      `Hello Mara, my name is ${name}.`,
      "And where do you come from?",
    ]),
    "before the farewell": PLACES.map((place) => [
      `Yes, your key is in the ${place}.`,
      "It was nice talking to you.",
    ]),
    "of the greeting": [["Hello, this is Mara speaking.", "Hello Mara, my name is Milo."]],
  };
  const drawn = new Map<string, number>();
  const rows = 300_000;
  beforeAll(() => {
    for (const { prompt, reply } of microworldDialoguePairs({ rows, random: seeded(2) })) {
      const key = `${prompt}\n${reply}`;
      drawn.set(key, (drawn.get(key) ?? 0) + 1);
    }
  });
  test.each(Object.keys(ways))("pairs %s are drawn as often as their share says", (way) => {
    const pairs = ways[way] ?? [];
    const share = (prompt: string, reply: string): number => Math.exp(dialoguePairLogProb({ prompt, reply }));
    const expected = rows * pairs.reduce((sum, pair) => sum + share(...pair), 0);
    const count = pairs.reduce((sum, pair) => sum + (drawn.get(pair.join("\n")) ?? 0), 0);
    // Counts of rare pairs are nearly Poisson: four standard deviations.
    expect(expected).toBeGreaterThan(10);
    expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  test("every drawn pair has a share, a pair no dialogue holds has none", () => {
    for (const pair of microworldDialoguePairs({ rows: 300, random: seeded(3) }))
      expect(dialoguePairLogProb(pair)).toBeGreaterThan(-Infinity);
    expect(
      dialoguePairLogProb({ prompt: "Have you seen my key?", reply: "Yes, your cup is in the inn." }),
    ).toBe(-Infinity);
  });
});

describe("entries and questions", () => {
  const village = {
    title: "Arham",
    sentences: [
      "Arham is a village near an inn.",
      "It has 77 houses.",
      "Its bakers are known for their bells.",
    ],
  };
  const perKind = 1 / 3;
  const probability = perKind / 300 / PLACES.length / 900 / 24 / OBJECTS.length;

  test("by hand: an entry on a village", () => {
    expect(entryLogProb(village)).toBeCloseTo(Math.log(probability), 10);
    expect(entryLogProb({ ...village, title: "Arwick" })).toBe(-Infinity);
    expect(entryLogProb({ ...village, sentences: village.sentences.slice(0, 2) })).toBe(-Infinity);
    const text = `= = = Arham = = =\n${village.sentences.join(" ")}`;
    expect(documentLogProb({ genre: "encyclopedia", text })).toBeCloseTo(Math.log(probability), 10);
  });

  test("the questions of an entry share its probability: a list has four for an entry on average", () => {
    const ask = (question: string, reply: string) => ({
      prompt: `${village.sentences.join(" ")}\n${question}`,
      reply,
    });
    expect(questionLogProb(ask("How many houses does Arham have?", "77."))).toBeCloseTo(
      Math.log(probability / 4),
      10,
    );
    expect(questionLogProb(ask("How many houses does Arham have?", "78."))).toBe(-Infinity);
    expect(questionLogProb(ask("What is Arham?", "A village near an inn."))).toBeCloseTo(
      Math.log(probability / 4),
      10,
    );
  });

  test("drawn entries and questions all have their probability, and kinds come equally often", () => {
    const random = seeded(5);
    const entries = Array.from({ length: 3000 }, () => generateEntry(random));
    for (const entry of entries.slice(0, 300)) expect(entryLogProb(entry)).toBeGreaterThan(-Infinity);
    const kinds = [5, 3, 4].map(
      (questions) => entries.filter((entry) => entry.questions.length === questions).length,
    );
    expect(chiSquare(kinds.map((count) => [count, 1000] as const))).toBeLessThan(18.4); // 1e-4 with 2 degrees
    for (const question of microworldQuestions({ rows: 200, random: seeded(6) }))
      expect(questionLogProb(question)).toBeGreaterThan(-Infinity);
  });

  test("the surprisal of drawn entries is that of their kinds: no two ways lead to one text", () => {
    const random = seeded(7);
    // Names are a beginning and an ending of 20 and 15; a person has 300 years, 8 counts, 14 adjectives.
    const person = 40 * 300 * 24 * 300 * 300 * PLACES.length * 8 * ANIMALS.length * 14 * OBJECTS.length;
    const thing = 300 * OBJECTS.length * 8 * 24 * PLACES.length;
    for (let i = 0; i < 200; i++) {
      const entry = generateEntry(random);
      const ways = { 5: person, 3: perKind / probability, 4: thing }[entry.questions.length] ?? 0;
      expect(entryLogProb(entry)).toBeCloseTo(Math.log(perKind / ways), 8);
    }
  });
});
