import { expect, test } from "vitest";
import { openMicroworld } from "../../src/data/microworld/oracle.js";
import { microworldReadingTable } from "../../src/data/microworld/reading-table.js";
import { analyseReadingTimes, heldOutGains } from "../../src/evaluation/reading-analysis.js";
import { readReadingTable, type ReadingMeasure } from "../../src/evaluation/reading-table.js";
import { scoreReadingTimes } from "../../src/evaluation/reading-times.js";
import type { WordSurprisal } from "../../src/evaluation/word-surprisal.js";
import { deriveSeed, seeded, shuffled } from "../../src/random.js";
import { assignFolds, heldOutGain } from "../../src/statistics/held-out-gain.js";
import { pairwiseProducts } from "../../src/statistics/regression.js";
import { mean } from "../../src/statistics/summary.js";

const world = openMicroworld();
const wordsOf = (text: string): string[] => text.split(" ").filter((word) => word !== "");
const table = readReadingTable(microworldReadingTable({ sentences: 70, random: seeded(3) }));
const OPTIONS = { missing: "kept", folds: 5, replicates: 100, seed: 1 } as const;

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

/** Mean held-out gain over measures, rows and their predictors picked by hand; rows stand in the order of reading. */
function gainOf(
  measures: readonly ReadingMeasure[],
  rows: readonly number[],
  columns: { readonly base: readonly (readonly number[])[]; readonly extra: readonly (readonly number[])[] },
): number {
  const pick = (column: readonly number[]) => rows.map((row) => column[row] ?? Number.NaN);
  const sentences = rows.map((row) => String(table[row]?.sentenceId));
  const folds = assignFolds(sentences, {
    folds: OPTIONS.folds,
    seed: deriveSeed(OPTIONS.seed, "reading folds"),
  });
  return mean(
    measures.flatMap((measure) =>
      heldOutGain({
        response: pick(table.map((word) => word[measure])),
        base: columns.base.map(pick),
        extra: columns.extra.map(pick),
        folds,
      }),
    ),
  );
}

test("the held-out gains are those of the predictors the paper names, rows in reading order", () => {
  const analysis = analyseReadingTimes(table, exact, OPTIONS);
  const [frequency, length, context] = [
    table.map(({ subtlexLog10 }) => subtlexLog10),
    table.map(({ lengthCharacters }) => lengthCharacters),
    table.map(({ contextLengthWords }) => contextLengthWords),
  ];
  const surprisal = exact.map(({ surprisalNats }) => surprisalNats);
  const before = exact.map(({ previousSurprisalNats }) => previousSurprisalNats ?? Number.NaN);
  const shift = (column: readonly number[]) => column.map((_, row) => column[row - 1] ?? Number.NaN);
  const eyeTracking = ["firstFixMs", "firstPassMs", "goPastMs", "rightBoundMs"] as const;
  const rowsFrom = (words: number) =>
    [...table.keys()].filter(
      (row) => (table[row]?.contextLengthWords ?? 0) >= words && !Number.isNaN(frequency[row]),
    );
  const own = [frequency, length, context];
  const ownAndProducts = [...own, ...pairwiseProducts(own)];
  expect(analysis.eyeTracking.heldOutGainNats.value).toBeCloseTo(
    gainOf(eyeTracking, rowsFrom(1), { base: ownAndProducts, extra: [surprisal] }),
    9,
  );
  const held = [frequency, length].flatMap((column) => [shift(column), shift(shift(column))]);
  expect(analysis.eyeTracking.spilloverGainNats.value).toBeCloseTo(
    gainOf(eyeTracking, rowsFrom(3), {
      base: [...ownAndProducts, ...held, surprisal],
      extra: [before, shift(before)],
    }),
    9,
  );
  // Self-paced reading has length and surprisal of the word before among its controls.
  const paced = [...own, table.map(({ prevLengthCharacters }) => prevLengthCharacters), before];
  const pacedAndProducts = [...paced, ...pairwiseProducts(paced)];
  expect(analysis.selfPaced.heldOutGainNats.value).toBeCloseTo(
    gainOf(["selfPacedMs"], rowsFrom(2), { base: pacedAndProducts, extra: [surprisal] }),
    9,
  );
  const heldOnce = held.filter((_, index) => index !== 2); // the nearer length is a control already
  expect(analysis.selfPaced.spilloverGainNats.value).toBeCloseTo(
    gainOf(["selfPacedMs"], rowsFrom(3), {
      base: [...pacedAndProducts, ...heldOnce, surprisal],
      extra: [shift(before)],
    }),
    9,
  );
  const constant = { ...OPTIONS, frequency };
  expect(heldOutGains(table, exact, constant).eyeTracking).toEqual(analysis.eyeTracking.heldOutGainNats);
  expect(heldOutGains(table, exact, constant).selfPaced).toEqual(analysis.selfPaced.heldOutGainNats);
});

test("the official reader loses the word after None of, the other keeps it", () => {
  const lost = table.map((word, row) => (row === 2 ? { ...word, prevItem: "None" } : word));
  const n = (missing: "official" | "kept") =>
    analyseReadingTimes(lost, exact, { ...OPTIONS, missing }).selfPaced.heldOutGainNats.n;
  expect(n("kept") - n("official")).toBe(1);
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
