import { readFileSync } from "node:fs";
import { join } from "node:path";
import { csvParse } from "d3-dsv";
import { describe, expect, test } from "vitest";
import { readReadingTable, type ReadingWord } from "../../src/evaluation/reading-table.js";
import { scoreReadingTimes, type MissingPrevious } from "../../src/evaluation/reading-times.js";
import type { WordSurprisal } from "../../src/evaluation/word-surprisal.js";
import { dataFolder, parityFolder, parityJson, parityPath } from "../support/parity.js";
import { READING_CSV } from "./reading-sample.js";

const sample = readReadingTable(READING_CSV);

interface Regression {
  readonly rSquaredBase: number;
  readonly rSquaredModel: number;
  readonly score: number;
  readonly msPerNat: number;
  readonly tValue: number;
  readonly n: number;
}
interface RegressionGolden {
  readonly rowWithPreviousContextNone: number;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
  readonly eyeTracking: readonly Regression[];
  readonly eyeTrackingScore: number;
  readonly selfPaced: Readonly<Record<MissingPrevious, Regression>>;
}

function expectRegression(got: Regression | undefined, wanted: Regression, tolerance = 1e-9): void {
  expect(got?.n).toBe(wanted.n);
  for (const key of ["rSquaredBase", "rSquaredModel", "score", "msPerNat", "tValue"] as const) {
    expect([key, Math.abs((got?.[key] ?? Number.NaN) / wanted[key] - 1)]).toEqual([
      key,
      expect.toSatisfy((gap) => gap < tolerance),
    ]);
  }
}

describe("scores, against statsmodels with the official formulas on 48 invented words", () => {
  // Made by tests/golden/make/statistics.py; library versions are in the file.
  const golden = JSON.parse(
    readFileSync(new URL("../golden/reading-regressions.json", import.meta.url), "utf8"),
  ) as RegressionGolden;
  const cell = (column: string, row: number) => golden.columns[column]?.[row] ?? Number.NaN;
  const previous = (row: number) => golden.columns["prev_pred"]?.[row] ?? null;
  const words = [...(golden.columns["pred"] ?? []).keys()].map((row): ReadingWord => ({
    id: row,
    item: "some context",
    word: "word",
    sentenceId: 0,
    subtlexLog10: cell("Subtlex_log10", row),
    lengthCharacters: cell("length", row),
    contextLengthWords: cell("context_length", row),
    firstFixMs: cell("RTfirstfix", row),
    firstPassMs: cell("RTfirstpass", row),
    goPastMs: cell("RTgopast", row),
    rightBoundMs: cell("RTrightbound", row),
    selfPacedMs: cell("self_paced_reading_time", row),
    prevWord: previous(row) === null ? null : "word",
    prevItem: previous(row) === null ? null : row === golden.rowWithPreviousContextNone ? "None" : "some",
    prevLengthCharacters: cell("prev_length", row),
  }));
  const surprisals = words.map(({ id }): WordSurprisal => ({
    id,
    surprisalNats: cell("pred", id),
    previousSurprisalNats: previous(id),
  }));

  test("eye tracking is the mean over four measures, each without spillover", () => {
    const { eyeTracking } = scoreReadingTimes(words, surprisals, { missing: "official" });
    expect(eyeTracking.measures.map(({ measure }) => measure)).toEqual([
      ...["firstFixMs", "firstPassMs", "goPastMs", "rightBoundMs"],
    ]);
    golden.eyeTracking.forEach((wanted, index) => expectRegression(eyeTracking.measures[index], wanted));
    expect(eyeTracking.score).toBeCloseTo(golden.eyeTrackingScore, 12);
  });

  test.each(["official", "kept"] as const)(
    "self-paced reading with spillover, missing rows %s",
    (missing) => {
      const { selfPaced } = scoreReadingTimes(words, surprisals, { missing });
      expect(selfPaced.measures.map(({ measure }) => measure)).toEqual(["selfPacedMs"]);
      expectRegression(selfPaced.measures[0], golden.selfPaced[missing]);
      expect(selfPaced.score).toBeCloseTo(golden.selfPaced[missing].score, 12);
    },
  );

  test("surprisal in bits instead of nats changes the slope, not the scores", () => {
    const inBits = surprisals.map((row) => ({ ...row, surprisalNats: row.surprisalNats / Math.LN2 }));
    const [nats, bits] = [surprisals, inBits].map((rows) =>
      scoreReadingTimes(words, rows, { missing: "official" }),
    );
    expect(bits?.eyeTracking.score).toBeCloseTo(nats?.eyeTracking.score ?? Number.NaN, 12);
    const slope = nats?.eyeTracking.measures[0]?.msPerNat ?? Number.NaN;
    expect(bits?.eyeTracking.measures[0]?.msPerNat).toBeCloseTo(slope * Math.LN2, 10);
  });

  test("officially the row of a word that pandas takes for a missing value drops out, with the correction it counts", () => {
    const withNull = words.map((word, row) => (row === 0 ? { ...word, word: "null" } : word));
    for (const [missing, lost] of [
      ["official", 1],
      ["kept", 0],
    ] as const) {
      const [n, all] = [withNull, words].map(
        (table) => scoreReadingTimes(table, surprisals, { missing }).eyeTracking.measures[0]?.n ?? 0,
      );
      expect((all ?? 0) - (n ?? 0)).toBe(lost);
    }
  });

  test("a null where there is a previous word is refused, except on the row the official reader loses", () => {
    const without = (id: number) =>
      surprisals.map((row) => (row.id === id ? { ...row, previousSurprisalNats: null } : row));
    const none = golden.rowWithPreviousContextNone;
    expect(scoreReadingTimes(words, without(none), { missing: "official" }).selfPaced.measures[0]?.n).toBe(
      39,
    );
    expect(() => scoreReadingTimes(words, without(none), { missing: "kept" })).toThrow(/row 7 .* and null/);
    expect(() => scoreReadingTimes(words, without(9), { missing: "official" })).toThrow(
      /row 9 must have finite/,
    );
  });

  test("infinite surprisals, another order and a misspelt rule are refused", () => {
    const infinite = surprisals.map((row) => (row.id === 2 ? { ...row, surprisalNats: Infinity } : row));
    expect(() => scoreReadingTimes(words, infinite, { missing: "kept" })).toThrow(/row 2 .* got Infinity/);
    expect(() => scoreReadingTimes(words, [...surprisals].reverse(), { missing: "kept" })).toThrow(
      /another order/,
    );
    expect(() => scoreReadingTimes(words, surprisals.slice(1), { missing: "kept" })).toThrow(/got 47 for 48/);
    const [first, second, ...rest] = surprisals;
    const swapped = [second, first, ...rest].filter((row) => row !== undefined);
    expect(() => scoreReadingTimes(words, swapped, { missing: "kept" })).toThrow(/another order/);
    const more = [...surprisals, ...surprisals.slice(-1)];
    expect(() => scoreReadingTimes(words, more, { missing: "kept" })).toThrow(/got 49 for 48/);
    const misspelt = "keep" as MissingPrevious;
    expect(() => scoreReadingTimes(words, surprisals, { missing: misspelt })).toThrow(
      /official, kept, got "keep"/,
    );
  });

  test("twelve words are too few for the regressions, and that is said", () => {
    const flat = sample.map(({ id, prevItem }) => ({
      id,
      surprisalNats: 1 + Math.sin(id),
      previousSurprisalNats: prevItem === null ? null : Math.cos(id),
    }));
    expect(() => scoreReadingTimes(sample, flat, { missing: "kept" })).toThrow(
      /rows must outnumber the 16 coefficients/,
    );
  });
});

/** The real table twice: typed, and with the columns a stand-in for surprisal comes from. */
function realTable() {
  const path = join(dataFolder ?? "", "babylm_eval_2025", "full_eval", "reading", "reading_data.csv");
  const text = readFileSync(path, "utf8");
  return { words: readReadingTable(text), cells: csvParse(text) };
}

// Needs CLASS_IT_DATA. Numbers: docs/paper.md#reading-times, statsmodels 0.15.0 and numpy 2.4.6.
describe.skipIf(dataFolder === null)("brain potentials standing in for surprisal on the real table", () => {
  const scoreStandIn = (missing: MissingPrevious) => {
    const { words, cells } = realTable();
    const surprisals = words.map(({ id, prevItem }) => ({
      id,
      surprisalNats: Number(cells[id]?.["N400"]),
      previousSurprisalNats: prevItem === null ? null : Number(cells[id]?.["P600"]),
    }));
    return scoreReadingTimes(words, surprisals, { missing });
  };

  test("eye tracking: n, R² of the baselines and the scores", () => {
    const { eyeTracking } = scoreStandIn("official");
    expect(eyeTracking.measures.map(({ n }) => n)).toEqual([1696, 1696, 1696, 1696]);
    const wanted = [
      { rSquaredBase: 0.6440804524799575, percent: 1.810891451481879 },
      { rSquaredBase: 0.6443247661049645, percent: 1.374979162070666 },
      { rSquaredBase: 0.5390944199558658, percent: 1.3318123977562184 },
      { rSquaredBase: 0.6186702535781379, percent: 0.5548626198901623 },
    ];
    wanted.forEach(({ rSquaredBase, percent }, index) => {
      expect(eyeTracking.measures[index]?.rSquaredBase).toBeCloseTo(rSquaredBase, 11);
      expect(100 * (eyeTracking.measures[index]?.score ?? Number.NaN)).toBeCloseTo(percent, 9);
    });
    expect(100 * eyeTracking.score).toBeCloseTo(1.2681364077997315, 9);
  });

  test.each([
    { missing: "official", n: 1496, rSquaredBase: 0.1168416, percent: 0.266245 },
    { missing: "kept", n: 1497, rSquaredBase: 0.1172475, percent: 0.279096 },
  ] as const)("self-paced, missing rows $missing: n = $n", ({ missing, n, rSquaredBase, percent }) => {
    const [fit] = scoreStandIn(missing).selfPaced.measures;
    expect(fit?.n).toBe(n);
    expect(fit?.rSquaredBase).toBeCloseTo(rSquaredBase, 6);
    expect(100 * (fit?.score ?? Number.NaN)).toBeCloseTo(percent, 5);
  });
});

interface OfficialReading {
  readonly r2_baseline: number;
  readonly r2_model: number;
  readonly coefficient: number;
  readonly t_value: number;
}
interface OfficialReadingSummary {
  readonly eye_tracking_score: number;
  readonly self_paced_score: number;
  readonly without_spillover: Readonly<Record<string, OfficialReading>>;
  readonly with_spillover: Readonly<Record<string, OfficialReading>>;
}

// Needs the parity folder beside CLASS_IT_DATA: surprisals and scores of the official pipeline on two small models.
describe.skipIf(parityFolder === null).each(["plain", "prefix_space"])(
  "official surprisals of %s",
  (model) => {
    test("give the official R², slopes, t and scores", () => {
      const folder = [model, "expected", "zero_shot"];
      const summary = parityJson(...folder, "reading.summary.json") as OfficialReadingSummary;
      const lines = readFileSync(parityPath(...folder, "reading.items.jsonl"), "utf8")
        .trimEnd()
        .split("\n");
      const surprisals = lines.map((line): WordSurprisal => {
        const { id, pred, prev_pred } = JSON.parse(line) as {
          id: number;
          pred: number;
          prev_pred: number | null;
        };
        return { id, surprisalNats: pred, previousSurprisalNats: prev_pred };
      });
      const scores = scoreReadingTimes(realTable().words, surprisals, { missing: "official" });

      const wanted = [
        ...["RTfirstfix", "RTfirstpass", "RTgopast", "RTrightbound"].map(
          (name) => summary.without_spillover[name],
        ),
        summary.with_spillover["self_paced_reading_time"],
      ];
      [...scores.eyeTracking.measures, ...scores.selfPaced.measures].forEach((fit, index) => {
        const official = wanted[index];
        // The items are printed with nine decimals: R² agrees to 1e-9, the small t values to 1e-6.
        expect(fit.rSquaredBase).toBeCloseTo(official?.r2_baseline ?? Number.NaN, 8);
        expect(fit.rSquaredModel).toBeCloseTo(official?.r2_model ?? Number.NaN, 8);
        expect(fit.msPerNat / (official?.coefficient ?? Number.NaN)).toBeCloseTo(1, 6);
        expect(fit.tValue / (official?.t_value ?? Number.NaN)).toBeCloseTo(1, 6);
      });
      expect((100 * scores.eyeTracking.score) / summary.eye_tracking_score).toBeCloseTo(1, 6);
      expect((100 * scores.selfPaced.score) / summary.self_paced_score).toBeCloseTo(1, 6);
    });
  },
);
