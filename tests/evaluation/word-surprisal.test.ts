import { describe, expect, test } from "vitest";
import type { LogLikelihood, ScoringRequest } from "../../src/evaluation/log-likelihood.js";
import { readReadingTable } from "../../src/evaluation/reading-table.js";
import { measureSurprisal, type WordScoringRule } from "../../src/evaluation/word-surprisal.js";
import { bigram } from "./bigram.js";
import { READING_CSV } from "./reading-sample.js";

const sample = readReadingTable(READING_CSV);
const wholeWord = async (word: string) => [{ text: word, id: 7 }];

describe("surprisal, by pencil", () => {
  test("officially the word is asked for without its space, with the correction it has one", async () => {
    const logLikelihood = bigram({ "Dana|saw": 0.01, "Dana| saw": 0.5, " saw|the": 0.02, " saw| the": 0.25 });
    const words = sample.slice(0, 2);
    const nats = async (scoringRule: WordScoringRule) =>
      measureSurprisal(words, { logLikelihood, splitWord: wholeWord, scoringRule });
    expect(await nats("official")).toEqual([
      { id: 0, surprisalNats: expect.closeTo(Math.log(100), 12), previousSurprisalNats: null },
      {
        id: 1,
        surprisalNats: expect.closeTo(Math.log(50), 12),
        previousSurprisalNats: expect.closeTo(Math.log(100), 12),
      },
    ]);
    expect(await nats("spaceCorrected")).toEqual([
      { id: 0, surprisalNats: expect.closeTo(Math.log(2), 12), previousSurprisalNats: null },
      {
        id: 1,
        surprisalNats: expect.closeTo(Math.log(4), 12),
        previousSurprisalNats: expect.closeTo(Math.log(2), 12),
      },
    ]);
  });

  test("a whole word is asked for with its space, with its end, and given that the text before it ended", async () => {
    const asked: ScoringRequest[] = [];
    const probabilities = [0.5, 0.25, 0.8]; // " saw" after "Dana"; an end after "Dana saw"; an end after "Dana"
    const [saw] = await measureSurprisal(sample.slice(0, 1), {
      logLikelihood: async (requests) => {
        asked.push(...requests);
        return requests.map((_, index) => ({ logProb: Math.log(probabilities[index] ?? 1), numTokens: 1 }));
      },
      splitWord: wholeWord,
      scoringRule: "wholeWord",
    });
    expect(asked).toEqual([
      { context: "Dana", continuation: " saw", tokenization: "joined" },
      { context: "Dana saw", continuation: "", tokenization: "wordEnd" },
      { context: "Dana", continuation: "", tokenization: "wordEnd" },
    ]);
    expect(saw?.surprisalNats).toBeCloseTo(-Math.log((0.5 * 0.25) / 0.8), 12);
  });

  test("officially the context NA is the word None, as pandas has it; with the correction it stays a word", async () => {
    const asked: string[] = [];
    const logLikelihood: LogLikelihood = async (requests) => {
      asked.push(...requests.map(({ context }) => context));
      return requests.map(() => ({ logProb: -1, numTokens: 1 }));
    };
    const words = readReadingTable(READING_CSV.replace("10,We,ran", "10,NA,ran")).slice(10, 11);
    for (const scoringRule of ["official", "spaceCorrected"] as const)
      await measureSurprisal(words, { logLikelihood, splitWord: wholeWord, scoringRule });
    expect(asked).toEqual(["None", "NA"]);
  });

  test("surprisals of pieces add up, each asked for after the text that has grown by the ones before", async () => {
    const asked: ScoringRequest[] = [];
    const logLikelihood: LogLikelihood = async (requests) => {
      asked.push(...requests);
      return requests.map((_, index) => ({ logProb: -(index + 1), numTokens: 1 }));
    };
    const [slept] = await measureSurprisal(sample.slice(5, 6), {
      logLikelihood,
      splitWord: async (word) =>
        (word === "slept." ? ["sl", "ept", "."] : [word]).map((text, id) => ({ text, id })),
      scoringRule: "official",
    });
    expect(asked).toEqual([
      { context: "None of them", continuation: "sl", tokenization: "nextToken", tokenId: 0 },
      { context: "None of themsl", continuation: "ept", tokenization: "nextToken", tokenId: 1 },
      { context: "None of themslept", continuation: ".", tokenization: "nextToken", tokenId: 2 },
      { context: "None of", continuation: "them", tokenization: "nextToken", tokenId: 0 },
    ]);
    expect(slept).toEqual({ id: 5, surprisalNats: 6, previousSurprisalNats: 4 });
  });

  test("the whole table is one call; the context of row 3 is the word None, and its ids stay those of the table", async () => {
    const calls: (readonly ScoringRequest[])[] = [];
    const words = sample.slice(2);
    const surprisals = await measureSurprisal(words, {
      logLikelihood: async (requests) => {
        calls.push(requests);
        return requests.map(() => ({ logProb: 0, numTokens: 1 }));
      },
      splitWord: wholeWord,
      scoringRule: "spaceCorrected",
    });
    expect(calls.map((requests) => requests.length)).toEqual([10 + 7]);
    expect(calls[0]).toContainEqual({ context: "None", continuation: " of", tokenization: "joined" });
    expect(surprisals.map(({ id }) => id)).toEqual(words.map(({ id }) => id));
    expect(Object.is(surprisals[0]?.surprisalNats, 0)).toBe(true);
    // Row 4 has a previous word; that the official reader loses it is the regression's affair.
    expect(surprisals.filter((row) => row.previousSurprisalNats === null).map(({ id }) => id)).toEqual([
      3, 6, 10,
    ]);
  });
});

describe("failure while measuring", () => {
  const measure = (logLikelihood: LogLikelihood, options: object = {}) =>
    measureSurprisal(sample.slice(0, 2), {
      logLikelihood,
      splitWord: wholeWord,
      scoringRule: "official",
      ...options,
    });

  test("NaN and impossible words name their row", async () => {
    const broken: LogLikelihood = async (requests) =>
      requests.map((_, index) => ({ logProb: index === 1 ? Number.NaN : -1, numTokens: 1 }));
    await expect(measure(broken)).rejects.toThrow(/row 1 must have scored tokens .* got NaN/);
    await expect(measure(bigram({ "Dana|saw": 0.5 }))).rejects.toThrow(/row 1 .* got -Infinity/);
  });

  test("unscored words, missing pieces, missing answers and unknown readings are refused", async () => {
    const unscored: LogLikelihood = async (requests) => requests.map(() => ({ logProb: 0, numTokens: 0 }));
    await expect(measure(unscored)).rejects.toThrow(/row 0 must have scored tokens/);
    const halfScored: LogLikelihood = async (requests) =>
      requests.map((_, index) => ({ logProb: -1, numTokens: index === 1 ? 0 : 1 }));
    await expect(
      measure(halfScored, {
        splitWord: async (word: string) => [...(await wholeWord(word)), ...(await wholeWord("."))],
      }),
    ).rejects.toThrow(/row 0 must have scored tokens/);
    await expect(measure(unscored, { splitWord: async () => [] })).rejects.toThrow(
      /at least one piece for row 0/,
    );
    await expect(measure(async () => [])).rejects.toThrow(/all 3 requests, got 0/);
    await expect(measure(unscored, { scoringRule: "space" })).rejects.toThrow(
      /official, spaceCorrected, wholeWord, got "space"/,
    );
  });
});
