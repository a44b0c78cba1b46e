import { describe, expect, test } from "vitest";
import { descriptionLogProb, referenceGames, type Game } from "../../src/data/microworld/reference-game.js";
import { trainTokenizer } from "../../src/data/tokenizer/tokenizer-json.js";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import { modelListener, modelSpeaker } from "../../src/evaluation/game-models.js";
import type { LogLikelihood } from "../../src/evaluation/log-likelihood.js";
import {
  GRAMMAR_SPEAKERS,
  GRAMMAR_SUCCESS,
  gameSuccess,
  grammarDescriptions,
  grammarListener,
  playGames,
  type Describe,
  type Understand,
} from "../../src/evaluation/reference-game.js";
import { initializeWeights } from "../../src/model/weights.js";
import { seeded } from "../../src/random.js";
import { chatFormOf } from "../../src/runs/scoring/chat-form.js";
import { TINY_CONFIG } from "../support/tiny-study.js";

const form = chatFormOf("plainRoles");
const games = referenceGames({ count: 2_000, random: seeded(1) });
const speakerOf =
  (speaker: (typeof GRAMMAR_SPEAKERS)[number]): Describe =>
  (asked) =>
    Promise.resolve(grammarDescriptions(asked, { speaker, seed: 5 }));

/** A model that knows the grammar: it reads the scene in the prompt. */
const exactModel: LogLikelihood = (requests) =>
  Promise.resolve(
    requests.map(({ context, continuation }) => {
      const [, adjective = "", noun = "", place = ""] =
        /^User: I mean the (\w+) (\w+) in the (\w+)\.\nAssistant:$/.exec(context) ?? [];
      expect(continuation.startsWith(" ")).toBe(true);
      return { logProb: descriptionLogProb({ adjective, noun, place }, continuation.slice(1)), numTokens: 1 };
    }),
  );

describe("the known optimum", () => {
  for (const [name, understand] of [
    ["the grammar's listener", grammarListener],
    ["a model that knows the grammar", modelListener(exactModel, form)],
  ] as const)
    test(`is reached by the best speaker with ${name}, and what the others reach by them`, async () => {
      for (const speaker of GRAMMAR_SPEAKERS) {
        const played = await playGames(games, { describe: speakerOf(speaker), understand });
        const { success, low, high, n, ties } = gameSuccess(played);
        const expected = GRAMMAR_SUCCESS[speaker];
        expect(n).toBe(2_000);
        if (speaker === "best") expect({ success, ties }).toEqual({ success: 1, ties: 0 });
        else expect(Math.abs(success - expected)).toBeLessThan(0.03); // three standard errors at most
        expect(low <= expected && expected <= high).toBe(true);
      }
    });
});

test("a speaker who ignores the scenes is at chance with a listener who prefers some scenes", async () => {
  const opinionated: Understand = (pairs) =>
    Promise.resolve(pairs.map(({ scene, description }) => -scene.noun.length - description.length / 10));
  const played = await playGames(games, { describe: speakerOf("blind"), understand: opinionated });
  const { success, chance } = gameSuccess(played);
  expect(chance).toBe(1 / 4);
  expect(Math.abs(success - 1 / 4)).toBeLessThan(0.03);
});

describe("a game worked by hand", () => {
  const game: Game = {
    id: "by hand",
    scenes: [
      { adjective: "red", noun: "lamp", place: "tower" },
      { adjective: "red", noun: "lamp", place: "garden" },
      { adjective: "small", noun: "lamp", place: "garden" },
      { adjective: "small", noun: "lamp", place: "tower" },
    ],
    target: 1,
  };
  const play = async (description: string, understand = grammarListener) =>
    (await playGames([game], { describe: () => Promise.resolve([description]), understand }))[0];

  test("is won by what fits one scene, half won by what fits two, and not lost to silence alone", async () => {
    const third = -Math.log(3);
    expect(await play("The red one in the garden.")).toEqual({
      id: "by hand",
      description: "The red one in the garden.",
      logProbs: [-Infinity, third, -Infinity, -Infinity],
      choice: 1,
      tie: false,
      credit: 1,
    });
    expect(await play("The lamp in the garden.")).toMatchObject({ choice: 1, tie: true, credit: 1 / 2 });
    expect(await play("The small lamp.")).toMatchObject({ choice: 2, tie: true, credit: 0 });
    expect(await play("The book.")).toMatchObject({ tie: true, credit: 1 / 4 });
    expect(await play("", modelListener(exactModel, form))).toMatchObject({
      logProbs: [0, 0, 0, 0],
      credit: 1 / 4,
    });
  });

  test("needs an answer to every question, and numbers", async () => {
    await expect(play("x", () => Promise.resolve([0, 0, 0]))).rejects.toThrow(
      /all 1 games and 4 scenes, got 1 and 3/,
    );
    await expect(play("x", () => Promise.resolve([0, 0, 0, Number.NaN]))).rejects.toThrow(
      /got NaN in by hand/,
    );
  });
});

test("a model speaks by its seed alone, and within the turn", async () => {
  const texts = ["User: I mean the red lamp in the garden.\nAssistant: The red lamp."];
  const tokenizer = await openTokenizer(trainTokenizer({ texts, vocabSize: 300, variant: "bytePlain" }));
  const architecture = {
    ...TINY_CONFIG.architectures.llama100M,
    vocabSize: tokenizer.vocabSize,
    maxLengthTokens: 256,
  };
  const model = { architecture, weights: initializeWeights(architecture, seeded(1)), tokenizer };
  const say = (seed: number | null, temperature = 1) =>
    modelSpeaker(model, { form, maxNewTokens: 6, temperature, seed })(games.slice(0, 3));
  expect(await say(1)).toEqual(await say(1));
  expect(await say(1)).not.toEqual(await say(2));
  expect(await say(null, 0)).toEqual(await say(null, 0));
  for (const description of await say(1)) expect(description).not.toMatch(/\nUser:|^\s|\s$/);
});
