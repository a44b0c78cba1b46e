import { expect, test } from "vitest";
import { microworldMinimalPairs } from "../../src/data/microworld/minimal-pairs.js";
import { openMicroworld } from "../../src/data/microworld/oracle.js";
import { microworldReadingTable, READING_EFFECTS } from "../../src/data/microworld/reading-table.js";
import type { LogLikelihood } from "../../src/evaluation/log-likelihood.js";
import { summariseAccuracy } from "../../src/evaluation/accuracy.js";
import { scorePairs } from "../support/score-pairs.js";
import { readReadingTable } from "../../src/evaluation/reading-table.js";
import { scoreReadingTimes } from "../../src/evaluation/reading-times.js";
import { measureSurprisal, WORD_SCORING_RULES } from "../../src/evaluation/word-surprisal.js";
import { seeded } from "../../src/random.js";

const world = openMicroworld();
const wordsOf = (text: string): string[] => text.split(" ").filter((word) => word !== "");

/** The grammar in place of a model: its tokens are words. */
const oracle: LogLikelihood = (requests) =>
  Promise.resolve(
    requests.map(({ context, continuation, tokenization }) => {
      if (tokenization === "wordEnd") return { logProb: 0, numTokens: 1 };
      const [before, words] = [wordsOf(context), wordsOf(continuation)];
      const logProb = world.textLogProb([...before, ...words]) - world.textLogProb(before);
      return { logProb, numTokens: words.length };
    }),
  );

test("who knows the grammar chooses every good sentence, and never hesitates", async () => {
  const pairs = microworldMinimalPairs({ pairsPerUid: 100, random: seeded(2) }).map((pair) => ({
    uid: pair.UID,
    id: `${pair.UID}_${pair.pair_id}`,
    good: pair.sentence_good,
    bad: pair.sentence_bad,
  }));
  const scored = await scorePairs(pairs, oracle);
  for (const { scores } of scored) {
    expect(scores[0]).toBeGreaterThan(-Infinity);
    expect(scores[1]).toBe(-Infinity);
  }
  const summary = summariseAccuracy(scored, "wrong");
  expect([summary.average, summary.ties, summary.n]).toEqual([1, 0, 900]);
  const turned = await scorePairs(
    pairs.map(({ good, bad, ...pair }) => ({ ...pair, good: bad, bad: good })),
    oracle,
  );
  expect(summariseAccuracy(turned, "official").average).toBe(0);
});

const table = readReadingTable(microworldReadingTable({ sentences: 1500, random: seeded(3) }));

test.each(WORD_SCORING_RULES)(
  "%s surprisal is the grammar's own, of each word and of the word before",
  async (scoringRule) => {
    const measured = await measureSurprisal(table, {
      logLikelihood: oracle,
      splitWord: (word) => Promise.resolve([{ text: word, id: 0 }]),
      scoringRule,
    });
    expect(measured).toHaveLength(table.length);
    measured.forEach(({ surprisalNats, previousSurprisalNats }, row) => {
      const { item, word, prevItem, prevWord } = table[row] ?? {
        item: "",
        word: "",
        prevItem: null,
        prevWord: null,
      };
      expect(surprisalNats).toBeCloseTo(-world.nextWordLogProb(wordsOf(item), word), 10);
      if (prevItem === null || prevWord === null) expect(previousSurprisalNats).toBeNull();
      else expect(previousSurprisalNats).toBeCloseTo(-world.nextWordLogProb(wordsOf(prevItem), prevWord), 10);
    });
  },
);

/** The grammar spelt by characters: what is asked for may be the beginning of a longer word, unless its end is asked for. */
function speller(vocabulary: readonly string[]): LogLikelihood {
  const beginning = (before: readonly string[], start: string): number =>
    vocabulary
      .filter((word) => word.startsWith(start))
      .reduce((sum, word) => sum + Math.exp(world.nextWordLogProb([...before], word)), 0);
  const endLogProb = (words: readonly string[]): number => {
    const [before, last] = [words.slice(0, -1), words.at(-1) ?? ""];
    return world.nextWordLogProb([...before], last) - Math.log(beginning(before, last));
  };
  return async (requests) =>
    requests.map(({ context, continuation, tokenization }) => {
      const words = wordsOf(context + continuation);
      if (tokenization === "wordEnd") return { logProb: endLogProb(words), numTokens: 1 };
      const before = wordsOf(context);
      const ofStart = Math.log(beginning(before, words.at(-1) ?? ""));
      return { logProb: endLogProb(before) + ofStart, numTokens: 1 };
    });
}

test("a whole word's surprisal is the grammar's own even where longer words begin alike", async () => {
  const rows = table.slice(0, 150);
  const vocabulary = [...new Set(table.flatMap(({ item, word }) => [...wordsOf(item), word]))];
  const spelt = {
    logLikelihood: speller(vocabulary),
    splitWord: (word: string) => Promise.resolve([{ text: word, id: 0 }]),
  };
  const whole = await measureSurprisal(rows, { ...spelt, scoringRule: "wholeWord" });
  const open = await measureSurprisal(rows, { ...spelt, scoringRule: "spaceCorrected" });
  const exact = rows.map(({ item, word }) => 0 - world.nextWordLogProb(wordsOf(item), word));
  const gaps = (measured: typeof whole) =>
    measured.map(({ surprisalNats }, row) => Math.abs(surprisalNats - (exact[row] ?? Number.NaN)));
  expect(Math.max(...gaps(whole))).toBeLessThan(1e-9);
  expect(Math.max(...gaps(open))).toBeGreaterThan(0.1);
});

test("the regressions find the milliseconds a nat that the reading times were made with", async () => {
  const surprisals = await measureSurprisal(table, {
    logLikelihood: oracle,
    splitWord: (word) => Promise.resolve([{ text: word, id: 0 }]),
    scoringRule: "spaceCorrected",
  });
  const { eyeTracking, selfPaced } = scoreReadingTimes(table, surprisals, { missing: "kept" });
  const truth = {
    firstFixMs: READING_EFFECTS.RTfirstfix,
    firstPassMs: READING_EFFECTS.RTfirstpass,
    goPastMs: READING_EFFECTS.RTgopast,
    rightBoundMs: READING_EFFECTS.RTrightbound,
    selfPacedMs: READING_EFFECTS.self_paced_reading_time,
  };
  for (const { measure, msPerNat, tValue } of [...eyeTracking.measures, ...selfPaced.measures]) {
    const standardError = msPerNat / tValue;
    expect(Math.abs(msPerNat - truth[measure].msPerNat), measure).toBeLessThan(4 * standardError);
    expect(tValue, measure).toBeGreaterThan(4);
  }
});
