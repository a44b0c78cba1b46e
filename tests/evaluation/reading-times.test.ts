import { readFileSync } from "node:fs";
import { join } from "node:path";
import { csvParse } from "d3-dsv";
import { describe, expect, test } from "vitest";
import type { LogLikelihood, ScoringRequest } from "../../src/evaluation/log-likelihood.js";
import { readReadingTable, type ReadingWord } from "../../src/evaluation/reading-table.js";
import {
  measureSurprisal,
  scoreReadingTimes,
  type MissingPrevious,
  type WordReading,
  type WordSurprisal,
} from "../../src/evaluation/reading-times.js";
import { dataFolder, parityFolder, parityJson, parityPath } from "../support/parity.js";
import { bigram } from "./bigram.js";
import { READING_CSV } from "./reading-sample.js";

const sample = readReadingTable(READING_CSV);
const wholeWord = async (word: string) => [word];

describe("surprisal, by pencil", () => {
  test("officially the word is asked for without its space, with the correction it has one", async () => {
    const logLikelihood = bigram({ "Dana|saw": 0.01, "Dana| saw": 0.5, " saw|the": 0.02, " saw| the": 0.25 });
    const words = sample.slice(0, 2);
    const nats = async (reading: WordReading) =>
      measureSurprisal(words, { logLikelihood, splitWord: wholeWord, reading });
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
      reading: "wholeWord",
    });
    expect(asked).toEqual([
      { context: "Dana", continuation: " saw", tokenization: "joined" },
      { context: "Dana saw", continuation: "", tokenization: "wordEnd" },
      { context: "Dana", continuation: "", tokenization: "wordEnd" },
    ]);
    expect(saw?.surprisalNats).toBeCloseTo(-Math.log((0.5 * 0.25) / 0.8), 12);
  });

  test("surprisals of pieces add up, each asked for after the text that has grown by the ones before", async () => {
    const asked: ScoringRequest[] = [];
    const logLikelihood: LogLikelihood = async (requests) => {
      asked.push(...requests);
      return requests.map((_, index) => ({ logProb: -(index + 1), numTokens: 1 }));
    };
    const [slept] = await measureSurprisal(sample.slice(5, 6), {
      logLikelihood,
      splitWord: async (word) => (word === "slept." ? ["sl", "ept", "."] : [word]),
      reading: "official",
    });
    expect(asked).toEqual([
      { context: "None of them", continuation: "sl", tokenization: "nextToken" },
      { context: "None of themsl", continuation: "ept", tokenization: "nextToken" },
      { context: "None of themslept", continuation: ".", tokenization: "nextToken" },
      { context: "None of", continuation: "them", tokenization: "nextToken" },
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
      reading: "spaceCorrected",
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

describe("failure while measuring", () => {
  const measure = (logLikelihood: LogLikelihood, options: object = {}) =>
    measureSurprisal(sample.slice(0, 2), {
      logLikelihood,
      splitWord: wholeWord,
      reading: "official",
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
    await expect(measure(unscored, { splitWord: async () => [] })).rejects.toThrow(
      /at least one piece for row 0/,
    );
    await expect(measure(async () => [])).rejects.toThrow(/all 3 requests, got 0/);
    await expect(measure(unscored, { reading: "space" })).rejects.toThrow(
      /official, spaceCorrected, wholeWord, got "space"/,
    );
  });
});

/** The real table twice: typed, and with the columns a stand-in for surprisal comes from. */
function realTable() {
  const path = join(dataFolder ?? "", "babylm_eval_2025", "full_eval", "reading", "reading_data.csv");
  const text = readFileSync(path, "utf8");
  return { words: readReadingTable(text), cells: csvParse(text) };
}

// Needs CLASS_IT_DATA. Numbers: paper.md section 4.4, statsmodels 0.15.0 and numpy 2.4.6.
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
