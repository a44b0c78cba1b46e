import { expect, test } from "vitest";
import { openMicroworld } from "../../src/data/microworld/oracle.js";
import { microworldReadingTable } from "../../src/data/microworld/reading-table.js";
import { analyseReadingTimes } from "../../src/evaluation/reading-analysis.js";
import { readReadingTable } from "../../src/evaluation/reading-table.js";
import { scoreReadingTimes } from "../../src/evaluation/reading-times.js";
import { type WordSurprisal } from "../../src/evaluation/word-surprisal.js";
import { seeded, shuffled } from "../../src/random.js";

const world = openMicroworld();
const wordsOf = (text: string): string[] => text.split(" ").filter((word) => word !== "");
const table = readReadingTable(microworldReadingTable({ sentences: 200, random: seeded(3) }));
const OPTIONS = { missing: "kept", folds: 10, replicates: 200, seed: 1 } as const;

/** The grammar's own surprisal of every word. */
const exact = table.map(({ id, item, word, prevItem, prevWord }): WordSurprisal => ({
  id,
  surprisalNats: 0 - world.nextWordLogProb(wordsOf(item), word),
  previousSurprisalNats:
    prevItem === null || prevWord === null ? null : 0 - world.nextWordLogProb(wordsOf(prevItem), prevWord),
}));

/** As many surprisals, but no word's own. */
const random = seeded(5);
const chance = table.map(({ id, prevItem }): WordSurprisal => ({
  id,
  surprisalNats: random(),
  previousSurprisalNats: prevItem === null ? null : random(),
}));

test("the analysis has the reading score itself, inside its interval, on the same rows", () => {
  const analysis = analyseReadingTimes(table, exact, OPTIONS);
  const scores = scoreReadingTimes(table, exact, { missing: "kept" });
  for (const name of ["eyeTracking", "selfPaced"] as const) {
    const { value, low, high, n } = analysis[name].partialRSquared;
    expect(value).toBeCloseTo(scores[name].score, 9);
    expect(n).toBe(scores[name].measures[0]?.n);
    expect([low < value, value < high]).toEqual([true, true]);
  }
});

test("surprisal that made the reading times gains on sentences not fitted, chance does not", () => {
  const [told, untold] = [exact, chance].map((surprisals) => analyseReadingTimes(table, surprisals, OPTIONS));
  expect(told?.eyeTracking.heldOutGainNats.low).toBeGreaterThan(0);
  expect(untold?.eyeTracking.heldOutGainNats.value).toBeLessThan(0.002);
});

test("two words before a word need a sentence that long, and the same seed draws the same", () => {
  const analysis = analyseReadingTimes(table, exact, OPTIONS);
  const longer = table.filter(({ contextLengthWords }) => contextLengthWords >= 3).length;
  expect(analysis.eyeTracking.spilloverGainNats.n).toBe(longer);
  expect(analyseReadingTimes(table, exact, OPTIONS)).toEqual(analysis);
});

test("surprisal of the words before gains nothing where only their length slows the reader", () => {
  const slowed = table.map((word) => {
    const laterMs = 20 * word.prevLengthCharacters;
    const { firstFixMs, firstPassMs, goPastMs, rightBoundMs } = word;
    return {
      ...word,
      firstFixMs: firstFixMs + laterMs,
      firstPassMs: firstPassMs + laterMs,
      goPastMs: goPastMs + laterMs,
      rightBoundMs: rightBoundMs + laterMs,
    };
  });
  const byLength = slowed.map(({ id, lengthCharacters, prevItem, prevLengthCharacters }) => ({
    id,
    surprisalNats: lengthCharacters + random(),
    previousSurprisalNats: prevItem === null ? null : prevLengthCharacters + random(),
  }));
  expect(analyseReadingTimes(slowed, byLength, OPTIONS).eyeTracking.spilloverGainNats.low).toBeLessThan(0);
});

test("rows in no order of reading, as the official table's, give the same estimates", () => {
  const order = shuffled(
    table.map((_, row) => row),
    seeded(9),
  );
  const pick = <T>(rows: readonly T[]): T[] => order.flatMap((row) => rows[row] ?? []);
  const mixed = analyseReadingTimes(pick(table), pick(exact), OPTIONS).eyeTracking;
  const sorted = analyseReadingTimes(table, exact, OPTIONS).eyeTracking;
  expect(mixed.spilloverGainNats.n).toBe(sorted.spilloverGainNats.n);
  expect(mixed.partialRSquared.value).toBeCloseTo(sorted.partialRSquared.value, 9);
});

test("more folds than sentences are refused", () => {
  expect(() => analyseReadingTimes(table, exact, { ...OPTIONS, folds: 1_000 })).toThrow(/folds/u);
});
