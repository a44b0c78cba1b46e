import { expect, test } from "vitest";
import type { TopLevelSpec } from "vega-lite";
import { figureSvg } from "../../src/report/render/figure.js";
import { conditionStyle } from "../../src/report/render/palette.js";
import type { LearnedWord } from "../../src/report/rows/acquisition-rows.js";
import {
  accuracyBars,
  accuracyByParadigm,
  acquisitionAges,
  acquisitionCurves,
  binLengths,
  binOverlaps,
  checkpointCurves,
  describeContext,
  exampleOrderStrips,
  forgettingMatrix,
  gameMatrix,
  interactiveLearningCurves,
  learningCurves,
  lengthHistogram,
  overlapBars,
  readingBars,
  scheduleCurves,
  studyDifferences,
  surprisalTimes,
  trainingRateBars,
  verdictForest,
  zScoreBoxes,
  type FigureContext,
} from "../../src/report/plots.js";
import * as plots from "../../src/report/plots.js";

const CONTEXT: FigureContext = { scale: "smoke", source: "microworld", seeds: [42], n: "200 pairs" };
const RUN = { model: "llama140M", condition: "switch" } as const;
const BASE = { model: "llama140M", condition: "base" } as const;
const LOSS = [0, 1].flatMap((step) =>
  (["training", "heldOut"] as const).map((measuredOn) => ({
    ...RUN,
    run: "a",
    step,
    lossNats: 3 - step,
    measuredOn,
  })),
);
const SCORE = {
  ...RUN,
  task: "BLiMP",
  value: 0.731,
  low: 0.7,
  high: 0.76,
  paper: 0.762,
  chance: 0.5,
  n: 13400,
};
const READING = {
  ...BASE,
  task: "Self-paced reading",
  value: 0.0002,
  paper: 0.0003,
  paperQualifier: "below",
} as const;
const WORD: LearnedWord = {
  ...{ model: "llama140M", id: "dog", childMonths: 20, logWords: 6 },
  curve: { rise: 6, steepness: 4, midpoint: 6, base: -8 },
  points: [1e5, 1e6, 1e7].map((wordsSeen, at) => ({ wordsSeen, surprisalNats: 8 - 2 * at })),
};
const LENGTHS = binLengths({ source: "wiki", part: "prompt", lengths: [0, 148, 149, 900] });

const SPECS: readonly (readonly [string, TopLevelSpec, readonly string[]])[] = [
  ["learningCurves", learningCurves(LOSS, CONTEXT), ["optimiser step", "loss (nats per token)", "llama140M"]],
  [
    "scheduleCurves",
    scheduleCurves(
      [0, 1].map((step) => ({ ...RUN, run: "a", step, learningRate: step * 1e-4 })),
      CONTEXT,
    ),
    ["learning rate", "1e-4"],
  ],
  ["lengthHistogram", lengthHistogram(LENGTHS, CONTEXT, "words"), ["length (words)", "examples (log scale)"]],
  ["accuracyBars", accuracyBars([SCORE], CONTEXT), ["accuracy (%)", "73.1", "76.2", "n = 13,400", "hollow"]],
  ["readingBars", readingBars([READING], CONTEXT), ["ΔR² (% of the variance left)", "0.02", "&lt;0.03"]],
  [
    "accuracyByParadigm",
    accuracyByParadigm([{ ...RUN, paradigm: "ellipsis", accuracy: 0.6, n: 1802, chance: 0.5 }], CONTEXT),
    ["ellipsis (1,802)", "accuracy (%)", "chance"],
  ],
  [
    "zScoreBoxes",
    zScoreBoxes(
      [-1, 0, 1].map((z) => ({ ...RUN, task: `t${z}`, z })),
      CONTEXT,
      [{ ...RUN, median: 0.2 }],
    ),
    ["140M switch", "the 3 tasks", "z-score"],
  ],
  [
    "overlapBars",
    overlapBars(binOverlaps({ task: "rte", overlaps: [0, 0.3, 1, 0] }), CONTEXT, "13-grams of words"),
    ["items (%)", "rte (4)", "10 to 50 %", "13-grams of words"],
  ],
  [
    "trainingRateBars",
    trainingRateBars([{ model: "llama140M", engine: "compiled", tokensPerSecond: 1234 }], CONTEXT),
    ["training rate (tokens/s)", "1,230"],
  ],
  [
    "verdictForest",
    verdictForest(
      [
        {
          label: "sequential curricula against both sets mixed, mean of all tasks",
          verdict: "inconclusive",
          unit: "points",
          effect: -0.1,
          interval: { low: -1.4, high: 1.3 },
          margin: null,
        },
      ],
      CONTEXT,
    ),
    ["effect (percentage points)", "inconclusive"],
  ],
  [
    "surprisalTimes",
    surprisalTimes(
      [2, 9].map((surprisalNats) => ({
        ...{ ...BASE, measure: "first pass" as const, surprisalNats, timeMs: 200 + surprisalNats },
        ...{ lowMs: 199, highMs: 211, n: 170 },
      })),
      CONTEXT,
    ),
    ["surprisal"],
  ],
  ["acquisitionCurves", acquisitionCurves([WORD], CONTEXT), ["20.0 (dog)"]],
  ["acquisitionAges", acquisitionAges([WORD], CONTEXT), ["half of the children say it"]],
  [
    "checkpointCurves",
    checkpointCurves(
      [0.5, 0.6].map((value, at) => ({
        ...RUN,
        phase: "pre-training",
        wordsSeen: 1e6 * (1 + at),
        value,
        n: 200,
      })),
      CONTEXT,
      "BLiMP over words seen",
      0.5,
    ),
    ["llama140M"],
  ],
  [
    "exampleOrderStrips",
    exampleOrderStrips(
      [0, 0.5].map((from) => ({
        condition: "switch",
        from,
        to: from + 0.5,
        set: "switch" as const,
        share: 1,
        meanLengthTokens: 40,
      })),
      CONTEXT,
    ),
    ["share of tuning steps"],
  ],
  [
    "forgettingMatrix",
    forgettingMatrix([{ ...RUN, stage: "switch", place: 0, source: "childes", changeNats: 0.5 }], CONTEXT),
    ["+0.50", "childes"],
  ],
  [
    "gameMatrix",
    gameMatrix(
      [
        {
          ...{ speaker: "base", listener: "switch", success: 0.5, low: 0.35, high: 0.65 },
          ...{ chance: 0.25, n: 32, ties: 0 },
        },
      ],
      CONTEXT,
    ),
    ["50 (35–65)", "Listener"],
  ],
  [
    "studyDifferences",
    studyDifferences(
      {
        first: "default",
        second: "full-loss",
        changes: { default: "", "full-loss": 'instructions.lossOn = "full" (default "reply")' },
        differences: [
          {
            ...{ ...RUN, measure: "BLiMP supplement", rules: [2025, 2026], unit: "points" },
            ...{ first: 50, second: 52, difference: 2, interval: { low: -1, high: 5 } },
            ...{ n: 200, seeds: [42], over: "the same items" },
          },
        ],
        folder: "nowhere",
        context: CONTEXT,
      },
      CONTEXT,
      "points",
    ),
    ["difference (percentage points)", "140M switch", "full-loss against default"],
  ],
];

test.each(SPECS)(
  "%s draws without warnings, says its context and its units, and is as wide as a page",
  async (_, spec, words) => {
    const svg = await figureSvg(spec, { name: "figure", alt: "a figure" });
    expect(svg).toContain("smoke scale, microworld (generated text), seed 42, n = 200 pairs");
    for (const word of words) expect(svg).toContain(word);
    expect(svg).toContain(' width="455pt"');
  },
);

test("every figure of the kit is among them", () => {
  const others = ["binLengths", "binOverlaps", "describeContext", "forgettingRows"];
  const drawn = Object.keys(plots).filter(
    (name) => !name.startsWith("interactive") && typeof Reflect.get(plots, name) === "function",
  );
  expect(SPECS.map(([name]) => name).sort()).toEqual(drawn.filter((name) => !others.includes(name)).sort());
});

/** Every text of a drawing with its size at the figure's own width. */
const typeSizes = (svg: string): number[] => {
  const [, width = "", box = ""] = / width="([\d.]+)pt"[^>]* viewBox="0 0 ([\d.]+) /.exec(svg) ?? [];
  const scale = Number(width) / Number(box);
  return [...svg.matchAll(/font-size="([\d.]+)px"/g)].map((match) => Number(match[1]) * scale);
};

test.each(SPECS)(
  "%s at the width of a column has type of 7 pt or more, and no label is cut",
  async (_, spec) => {
    const svg = await figureSvg(spec, { name: "figure", alt: "a figure", width: "column", title: false });
    expect(svg).toContain(' width="219pt"');
    expect(typeSizes(svg).length).toBeGreaterThan(0);
    expect(Math.min(...typeSizes(svg))).toBeGreaterThanOrEqual(7);
    expect(svg).not.toContain("…");
  },
);

test("a condition's colour is the same in every figure", async () => {
  const color = conditionStyle("switch").color;
  for (const [name, spec] of SPECS) {
    const [ofSources, ofModels] = [
      [
        "lengthHistogram",
        "overlapBars",
        "verdictForest",
        "exampleOrderStrips",
        "forgettingMatrix",
        "gameMatrix",
      ],
      [
        "readingBars",
        "trainingRateBars",
        "surprisalTimes",
        "studyDifferences",
        "acquisitionCurves",
        "acquisitionAges",
      ],
    ];
    if ([...ofSources, ...ofModels].includes(name)) continue;
    expect(await figureSvg(spec, { name: "figure", alt: name }), name).toContain(color);
  }
});

test("a score that does not exist draws no bar and no number", async () => {
  const bars = async (value: number | null, paper: number | null) => {
    const svg = await figureSvg(
      accuracyBars([{ ...SCORE, ...BASE, value, low: null, high: null, paper }], CONTEXT),
      {
        name: "figure",
        alt: "bars",
      },
    );
    return [...svg.matchAll(/>(\d+\.\d)</g)].map((match) => match[1]);
  };
  expect(await bars(0.731, 0.762)).toEqual(["73.1", "76.2"]);
  expect(await bars(0.731, null)).toEqual(["73.1"]);
  expect(await bars(null, 0.762)).toEqual(["76.2"]);
});

test("bars stand in the paper's order whatever the order of the rows", async () => {
  const rows = [{ ...SCORE, condition: "merged" } as const, SCORE, { ...SCORE, ...BASE }];
  const svg = await figureSvg(accuracyBars(rows, CONTEXT), { name: "figure", alt: "bars" });
  expect([...svg.matchAll(/>(140M [^<]+)</g)].map((match) => match[1])).toEqual([
    "140M base",
    "140M switch",
    "140M merged",
  ]);
});

test("percents in place of proportions, doubled rows and empty figures are refused", () => {
  expect(() => accuracyBars([{ ...SCORE, value: 73.1 }], CONTEXT)).toThrow(
    "accuracyBars: value must be a proportion from 0 to 1, got 73.1",
  );
  expect(() => readingBars([{ ...READING, paper: 4.7 }], CONTEXT)).toThrow(
    "readingBars: paper must be a proportion",
  );
  expect(() => accuracyBars([SCORE, SCORE], CONTEXT)).toThrow("got two for BLiMP, 140M switch");
  expect(() => learningCurves([], CONTEXT)).toThrow("learningCurves: there must be at least one row");
});

test("lengths fall into bins of the poster's width, the upper end excluded", () => {
  expect(LENGTHS.map(({ from, to, count }) => [from, to, count])).toEqual([
    [0, 149, 2],
    [149, 298, 1],
    [894, 1043, 1],
  ]);
  expect(() => binLengths({ source: "wiki", part: "reply", lengths: [1.5] })).toThrow(
    "whole number ≥ 0, got 1.5",
  );
});

test("overlaps fall into ranges: 0 and 1 have their own, upper ends belong to the lower range", () => {
  const overlaps = [0, 0, 0.1, 0.11, 0.5, 0.51, 0.999, 1];
  expect(binOverlaps({ task: "t", overlaps }).map(({ share }) => 8 * share)).toEqual([2, 1, 2, 2, 1]);
  expect(() => binOverlaps({ task: "t", overlaps: [50] })).toThrow("a proportion from 0 to 1, got 50");
  expect(() => binOverlaps({ task: "t", overlaps: [] })).toThrow("at least one row");
});

test("the context names seeds, figure and limits, and published numbers as such", () => {
  const note = "stand-in questions";
  expect(
    describeContext({
      scale: "laptop",
      source: "real",
      seeds: [42, 1],
      paperFigure: "poster Figure 1",
      note,
    }),
  ).toBe("laptop scale, real text, seeds 42, 1, after poster Figure 1, stand-in questions");
  expect(describeContext({ source: "published", paperFigure: "poster Figure 2" })).toBe(
    "numbers published by the paper, after poster Figure 2",
  );
});

test("the interactive curves are the same lines: one a run and measurement", () => {
  const { data, layout } = interactiveLearningCurves(LOSS, CONTEXT);
  expect(data.map((line) => [line["name"], line["x"], line["y"]])).toEqual([
    ["a, training", [0, 1], [3, 2]],
    ["a, held-out", [0, 1], [3, 2]],
  ]);
  expect(JSON.stringify(layout)).toContain("smoke scale, microworld (generated text), seed 42");
});

test("training losses of a long run are means of neighbours, each at its last step; held-out losses stay as they are", () => {
  const row = (step: number, measuredOn: "training" | "heldOut") =>
    ({ run: "a", model: "llama140M", condition: "base", step, lossNats: step % 2, measuredOn }) as const;
  const steps = Array.from({ length: 120 }, (_, index) => index + 1);
  const spec = JSON.stringify(
    learningCurves([...steps.map((step) => row(step, "training")), row(120, "heldOut")], CONTEXT),
  );
  expect(spec).toContain("thin: training batches, means of up to 2 records");
  expect(spec.match(/"lossNats":0.5,"measuredOn":"training"/g)).toHaveLength(60);
  expect(spec).toContain('"step":2,"lossNats":0.5');
  expect(spec).not.toContain('"step":1,');
  expect(spec).toContain('"step":120,"lossNats":0,"measuredOn":"heldOut"');
});
