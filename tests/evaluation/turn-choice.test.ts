import { describe, expect, test } from "vitest";
import type { LogLikelihood } from "../../src/evaluation/log-likelihood.js";
import { scoresBy, scoreTurnChoices, type TurnChoice } from "../../src/evaluation/turn-choice.js";
import { pairCredit, rankOfFirst, summariseTurns } from "../../src/evaluation/turn-figures.js";

/** A model of words: each costs what the table says, and "yeah" costs less after a context. */
const nats: Readonly<Record<string, number>> = { red: 3, yeah: 1, lamp: 4, the: 2 };
const words: LogLikelihood = (requests) =>
  Promise.resolve(
    requests.map(({ context, continuation }) => {
      const said = continuation.split(/\s+/).filter((word) => word !== "");
      const cost = (word: string): number =>
        context.includes("which") && word === "red" ? 1 : (nats[word] ?? 10);
      return { logProb: -said.reduce((sum, word) => sum + cost(word), 0), numTokens: said.length };
    }),
  );

const item: TurnChoice = {
  uid: "toy",
  id: "toy_0",
  context: "A:\twhich lamp\nB:\t",
  neutral: "B:\t",
  candidates: ["the red lamp", "yeah yeah", "the lamp"],
};

describe("scores of a turn", () => {
  test("are the sum, the sum over tokens, and what the context adds", async () => {
    const [scored] = await scoreTurnChoices([item], words);
    expect(scored).toEqual({
      uid: "toy",
      id: "toy_0",
      sum: [-7, -2, -6],
      numTokens: [3, 2, 2],
      pmi: [2, 0, 0],
    });
    if (!scored) return;
    expect(scoresBy(scored, "perToken")).toEqual([-7 / 3, -1, -3]);
    // By sum the short turn wins, by what the context adds the true one.
    const [sum, perToken, pmi] = summariseTurns([scored]);
    expect(sum).toMatchObject({ score: "sum", recallAt1: 0, meanRank: 3, pairAccuracy: 0, ties: 0 });
    expect(perToken).toMatchObject({ score: "perToken", recallAt1: 0, meanRank: 2, pairAccuracy: 0.5 });
    expect(pmi).toMatchObject({ score: "pmi", recallAt1: 1, meanRank: 1, pairAccuracy: 1, chance: 1 / 3 });
  });

  test("cover the context too where the whole text is scored, without a start token", async () => {
    const asked: unknown[] = [];
    const [scored] = await scoreTurnChoices(
      [{ ...item, context: "which lamp ", neutral: "", wholeText: true }],
      (requests) => {
        asked.push(...requests);
        return words(requests);
      },
    );
    expect(scored?.sum).toEqual([-23, -16, -20]);
    expect(scored?.numTokens).toEqual([5, 4, 4]);
    expect(scored?.pmi).toEqual([2, 0, 0]);
    expect(asked).toHaveLength(9);
    expect(asked).toContainEqual({
      context: "",
      continuation: "which lamp yeah yeah",
      tokenization: "joined",
      withoutStart: true,
    });
  });

  test("that are not numbers name the item", async () => {
    const broken: LogLikelihood = (requests) =>
      Promise.resolve(requests.map(() => ({ logProb: Number.NaN, numTokens: 1 })));
    await expect(scoreTurnChoices([item], broken)).rejects.toThrow("every candidate of toy_0 must have");
    const empty: LogLikelihood = (requests) =>
      Promise.resolve(requests.map(() => ({ logProb: 0, numTokens: 0 })));
    await expect(scoreTurnChoices([item], empty)).rejects.toThrow("every candidate of toy_0 must have");
  });
});

describe("figures of turns", () => {
  test("ties share ranks and credit", () => {
    expect(rankOfFirst([1, 2, 0, 1, 1])).toBe(3);
    expect(pairCredit([1, 2, 0, 1, 1])).toBe((0 + 1 + 0.5 + 0.5) / 4);
    const tie = { uid: "toy", id: "toy_1", sum: [0, 0, 0, -1], numTokens: [1, 1, 1, 1], pmi: [0, 0, 0, 0] };
    const [sum, , pmi] = summariseTurns([tie]);
    expect(sum).toMatchObject({
      recallAt1: 1 / 3,
      strictRecallAt1: 0,
      meanRank: 2,
      pairAccuracy: 2 / 3,
      ties: 1,
    });
    expect(pmi).toMatchObject({ recallAt1: 1 / 4, meanRank: 2.5, pairAccuracy: 0.5 });
  });

  test("leave out what the training text holds", () => {
    const [right, wrong] = [
      [0, -1],
      [-1, 0],
    ].map((scores) => ({ sum: scores, numTokens: [1, 1], pmi: scores }));
    const figures = summariseTurns(
      [
        { ...right, isInTraining: true },
        { ...right, isInTraining: false },
        { ...wrong, isInTraining: false },
      ].map((scored, index) => ({
        uid: "toy",
        id: `toy_${index}`,
        sum: [],
        numTokens: [],
        pmi: [],
        ...scored,
      })),
    );
    expect(figures[0]).toMatchObject({ recallAt1: 2 / 3, n: 3, withoutOverlap: { recallAt1: 1 / 2, n: 2 } });
    expect(() => summariseTurns([])).toThrow("there must be at least one item, got none");
  });
});
