import { describe, expect, test } from "vitest";
import {
  loadSwitchboardPairs,
  loadWikiQuestions,
  type InstructionExample,
} from "../../../src/data/instructions/instructions.js";
import { pairTurns, parseUtterances } from "../../../src/data/instructions/switchboard-pairs.js";
import { askQuestions, parseArticles } from "../../../src/data/instructions/wiki-questions.js";
import { seeded } from "../../../src/random.js";

const dataRoot = process.env["CLASS_IT_DATA"];

const TABLE = `dialogue\tspeaker\ttext\tact
7\tA\tI found "the bell" <laughter> --\tsd
7\tA\tin the old mill.\tsd
7\tB\tUh-huh.\tb
7\tA\tIt rang (( all )) night.\tsd
7\tB\tAnd did you, uh, sleep?\tqy
8\tB\tThis is another dialogue.\tsd
8\tA\tYes, it really is.\tsd
`;
const utterances = parseUtterances(TABLE);

describe("an article", () => {
  const ask = (text: string) => askQuestions({ title: "Ann", text }, seeded(1));
  const words = (count: number) => Array.from({ length: count }, () => "bell").join(" ");

  test("whose sentence is very long, or whose last one does not end, gives no questions", () => {
    expect(ask("Ann is a baker in the old mill.").length).toBeGreaterThan(0);
    expect(ask(`Ann is a baker of ${words(500)}.`)).toEqual([]);
    expect(ask(`Ann is a baker. She has ${words(500)}.`)).toEqual([]);
    expect(ask("Ann is a baker. She has")).toEqual([]);
  });
});

describe("switchboard pairs", () => {
  test("minThreeWords merges a speaker's utterances, drops marks, keeps fillers and both turns long", () => {
    expect(pairTurns(utterances, "minThreeWords")).toEqual([
      { id: "7_2", prompt: "It rang all night.", reply: "And did you, uh, sleep?" },
      { id: "8_0", prompt: "This is another dialogue.", reply: "Yes, it really is." },
    ]);
  });

  test("allTurns pairs every two turns, overlapping, and never across dialogues", () => {
    expect(pairTurns(utterances, "allTurns").map(({ id, prompt }) => [id, prompt])).toEqual([
      ["7_0", 'I found "the bell" in the old mill.'],
      ["7_1", "Uh-huh."],
      ["7_2", "It rang all night."],
      ["8_0", "This is another dialogue."],
    ]);
  });

  test("noBackchannels drops them first, so that the turns around them become one", () => {
    expect(pairTurns(utterances, "noBackchannels")[0]).toEqual({
      id: "7_0",
      prompt: 'I found "the bell" in the old mill. It rang all night.',
      reply: "And did you, uh, sleep?",
    });
  });

  test("a table with other columns or a torn line is refused", () => {
    expect(() => parseUtterances("speaker\ttext\nA\thello\n")).toThrow(
      "must begin with the columns dialogue, speaker",
    );
    expect(() => parseUtterances(`${TABLE}9\tA\n`)).toThrow("a line must have 4 cells, got 2 in utterance 8");
  });

  // Counts of docs/options.md#d25.
  test.skipIf(!dataRoot)(
    "conversations of six turns hold every pair once; under a budget, as many pairs",
    async () => {
      const request = { pairing: "minThreeWords", turns: 6, seed: 1, source: "real" } as const;
      const all = await loadSwitchboardPairs({ ...request, rows: null });
      const pairsIn = (turns: number) =>
        all.filter(({ earlier = [] }) => earlier.length + 2 === turns).length * (turns / 2);
      expect([2, 4, 6].map(pairsIn)).toEqual([15_755, 11_408, 11_397]);
      const some = await loadSwitchboardPairs({ ...request, rows: 1000 });
      expect(some.reduce((sum, { earlier = [] }) => sum + earlier.length / 2 + 1, 0)).toBe(1000);
      await expect(loadSwitchboardPairs({ ...request, rows: 38_561 })).rejects.toThrow(
        "to the 38560 there are",
      );
    },
  );

  test("conversations of the microworld hold the pairs that are drawn without them; released pairs make none", async () => {
    const request = { pairing: "minThreeWords", rows: 50, seed: 5, source: "microworld" } as const;
    const pairs = await loadSwitchboardPairs(request);
    const conversations = await loadSwitchboardPairs({ ...request, turns: 6 });
    const turnsOf = ({ earlier = [], prompt, reply }: InstructionExample) => [...earlier, prompt, reply];
    expect(conversations.flatMap(turnsOf).sort()).toEqual(pairs.flatMap(turnsOf).sort());
    expect(Math.max(...conversations.map((example) => turnsOf(example).length))).toBe(6);
    const released = loadSwitchboardPairs({ ...request, source: "real", pairing: "released", turns: 4 });
    await expect(released).rejects.toThrow("conversations of 4 turns must be made of dialogues");
  });

  // Counts of docs/paper.md#instruction-data (the first) and of the same script (the others).
  test.skipIf(!dataRoot).each([
    ["minThreeWords", 38_560],
    ["allTurns", 95_329],
    ["noBackchannels", 36_776],
  ] as const)("%s gives %i rows on the training dialogues", async (pairing, rows) => {
    const pairs = await loadSwitchboardPairs({ pairing, rows: null, seed: 1, source: "real" });
    expect(pairs).toHaveLength(rows);
    expect(new Set(pairs.map(({ id }) => id)).size).toBe(rows);
  });
});

const WIKI = `the end of another article.
= = = Torham = = =
Torham is a village near the Lor. It had 340 houses in 1875. Its bells were made by Otto Fenwood.
= = = Torn = = =
Torn is an article that the next segment cuts off in the mid

middle of something else. It is not an article.
`;

describe("wiki questions", () => {
  const [village, torn] = parseArticles(WIKI);

  test("articles are what stands under a heading, up to the end of the segment", () => {
    expect(parseArticles(WIKI).map(({ title }) => title)).toEqual(["Torham", "Torn"]);
    expect(torn?.text).toBe("Torn is an article that the next segment cuts off in the mid");
  });

  test("a definition asks for the predicate of the first sentence", () => {
    expect(village && askQuestions(village, seeded(1))[0]).toEqual({
      template: "definition",
      prompt: `${village?.text}\nWhat is Torham?`,
      reply: "a village near the Lor.",
    });
  });

  test("a cloze blanks a title, a number or a name inside a sentence, and the reply restores it", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 30; seed++) {
      for (const { template, prompt, reply } of village ? askQuestions(village, seeded(seed)) : []) {
        if (template !== "cloze") continue;
        const [passage, question = ""] = prompt.split("\nWhat is missing here? ");
        expect(passage).toContain(question.replace("____", reply));
        seen.add(reply);
      }
    }
    // "Its" begins a sentence, so its capital is no name.
    expect(seen).toEqual(new Set(["Torham", "Lor", "340", "1875", "Otto Fenwood"]));
  });

  test("an article cut off in mid-sentence is not asked about", () => {
    expect(torn && askQuestions(torn, seeded(1))).toEqual([]);
  });

  test.skipIf(!dataRoot)("the sample gives more than 25,000 questions with short replies", async () => {
    const questions = await loadWikiQuestions({ rows: null, seed: 1, source: "real" });
    expect(questions.length).toBeGreaterThan(25_000);
    expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
    const withReply = questions.filter(({ prompt, reply }) => prompt.includes(reply));
    expect(withReply).toHaveLength(questions.length); // the passage answers every question
  });
});

describe("both sets", () => {
  test("the microworld gives the rows asked for, each with an id and a source of its own", async () => {
    const pairs = await loadSwitchboardPairs({
      pairing: "minThreeWords",
      rows: 40,
      seed: 5,
      source: "microworld",
    });
    const questions = await loadWikiQuestions({ rows: 40, seed: 5, source: "microworld" });
    for (const [set, source] of [
      [pairs, "microworld-dialogue"],
      [questions, "microworld-question"],
    ] as const) {
      expect(set).toHaveLength(40);
      expect(new Set(set.map(({ id }) => id)).size).toBe(40);
      expect(new Set(set.map((example) => example.source))).toEqual(new Set([source]));
    }
  });

  test("seed and split decide the draw", async () => {
    const request = { rows: 20, seed: 5, source: "microworld" } as const;
    const ask = loadWikiQuestions;
    expect(await ask(request)).toEqual(await ask(request));
    expect(await ask({ ...request, seed: 6 })).not.toEqual(await ask(request));
    expect(await ask({ ...request, split: "heldOut" })).not.toEqual(await ask(request));
  });

  test("all rows of the microworld are refused", async () => {
    const request = { rows: null, seed: 5, source: "microworld" } as const;
    await expect(loadWikiQuestions(request)).rejects.toThrow("loadWikiQuestions: rows must be a number");
    await expect(loadSwitchboardPairs({ ...request, pairing: "allTurns" })).rejects.toThrow(
      "loadSwitchboardPairs",
    );
  });

  test.skipIf(!dataRoot)("a draw is part of all rows, and more rows than there are is an error", async () => {
    const request = { pairing: "minThreeWords", seed: 1, source: "real" } as const;
    const all = new Set((await loadSwitchboardPairs({ ...request, rows: null })).map(({ id }) => id));
    const some = await loadSwitchboardPairs({ ...request, rows: 100 });
    expect(some.every(({ id }) => all.has(id))).toBe(true);
    await expect(loadSwitchboardPairs({ ...request, rows: 38_561 })).rejects.toThrow(
      "to the 38560 there are, got 38561",
    );
  });
});
