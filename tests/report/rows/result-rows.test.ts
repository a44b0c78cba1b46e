import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { publishedScore } from "../../../src/report/published/published.js";
import { contextOf, outputFolder } from "../../../src/report/rows/study-context.js";
import {
  curveRows,
  readingGains,
  readingScores,
  resultsOf,
  resultsOverview,
  scoreTable,
  trainingTable,
} from "../../../src/report/rows/result-rows.js";
import { deriveStudy } from "../../../src/config/scales.js";
import { tableMarkdown } from "../../../src/report/render/table.js";
import { study } from "../../../src/runs/study/named-study.js";
import { publishResult } from "../../../src/runs/study/results.js";
import { HAND_MADE_STAGE, metric, resultWith } from "../../support/hand-made-result.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

describe("reading rows", () => {
  const part = (
    name: string,
    part: string,
    scoringRule: "official" | "corrected",
    value: number,
    n: number,
  ) => metric({ metric: name, part, scoringRule, value, n, ties: null });
  const withEnds = (of: string, scoringRule: "official" | "corrected", value: number, n: number) => [
    part("partialRSquared", of, scoringRule, value, n),
    part("partialRSquaredLow", of, scoringRule, value / 2, n),
    part("partialRSquaredHigh", of, scoringRule, value * 2, n),
  ];
  const gains = ["heldOutGainNats", "spilloverGainNats", "corpusFrequencyGainNats"].flatMap((name) =>
    ["eyeTracking", "selfPaced"].flatMap((of) => [
      part(name, of, "corrected", 0.002, 1696),
      part(`${name}Low`, of, "corrected", -0.001, 1696),
      part(`${name}High`, of, "corrected", 0.005, 1696),
    ]),
  );
  const result = resultWith(
    [
      ...withEnds("eyeTracking", "official", 0.02, 1696),
      ...withEnds("selfPaced", "official", 0.01, 1496),
      ...withEnds("eyeTracking", "corrected", 0.03, 1696),
      ...withEnds("selfPaced", "corrected", 0.015, 1497),
      ...gains,
    ],
    { task: "reading" },
  );

  test("hold both scores in the asked reading, with their intervals and the poster's qualifier", () => {
    const shown = readingScores([result], "corrected").map(
      ({ task, value, low, high, n, paperQualifier }) => ({ task, value, low, high, n, paperQualifier }),
    );
    expect(shown).toEqual([
      { task: "Eye tracking", value: 0.03, low: 0.015, high: 0.06, n: 1696, paperQualifier: null },
      { task: "Self-paced reading", value: 0.015, low: 0.0075, high: 0.03, n: 1497, paperQualifier: "below" },
    ]);
    expect(readingScores([result], "official")[0]?.value).toBe(0.02);
  });

  test("print held-out gains in thousandths of a nat a word", () => {
    expect(readingGains([result], "corrected")[0]).toEqual({
      model: "llama140M",
      condition: "base",
      task: "Eye tracking",
      "gain (nats/1000)": 2,
      from: -1,
      to: 5,
      "own text's frequency (nats/1000)": 2,
      "words before (nats/1000)": 2,
      "from ": -1,
      "to ": 5,
      n: 1696,
    });
  });
});

describe("a score table", () => {
  const of = { model: "llama140M", condition: "switchThenWiki", task: "BLiMP" } as const;

  test("prints percents and the difference in points", () => {
    expect(scoreTable([{ ...of, value: 0.61236, low: 0.6, high: 0.625, paper: 0.7, n: 400 }])).toEqual([
      {
        model: "llama140M",
        condition: "switch → wiki",
        task: "BLiMP",
        "ours (%)": 61.24,
        "from (%)": 60,
        "to (%)": 62.5,
        "paper (%)": 70,
        "difference (points)": -8.76,
        n: 400,
      },
    ]);
    expect(scoreTable([{ ...of, value: 0.61236, paper: 0.7 }], 0)[0]?.["ours (%)"]).toBe(61);
  });

  test("leaves blank what was not measured or not published, and then the difference", () => {
    const ours = scoreTable([{ ...of, value: 0.5, paper: null, n: 10 }])[0];
    expect(ours).toMatchObject({ "ours (%)": 50, "paper (%)": null, "difference (points)": null, n: 10 });
    const score = publishedScore({ ...of, task: "EWoK" });
    const [published] = scoreTable([{ ...of, value: null, paper: score?.proportion ?? null }]);
    const poster = score?.percent;
    expect(poster).toBeGreaterThan(0);
    expect(published).toMatchObject({ "ours (%)": null, "paper (%)": poster, "difference (points)": null });
  });
});

describe("results of training", () => {
  const phase = (part: string, losses: [last: number, heldOut: number], steps: number) => [
    metric({ metric: "heldOutTextNats", part, value: losses[1], scoringRule: "none" }),
    metric({ metric: "lastStepsLossNats", part, value: losses[0], scoringRule: "none" }),
    metric({ metric: "steps", part, value: steps, scoringRule: "none" }),
    metric({ metric: "cutRows", part, value: 2, scoringRule: "none" }),
    metric({ metric: "leftOutRows", part, value: 1, scoringRule: "none" }),
  ];
  const metrics = [...phase("pre-training", [3.1, 3.2], 40), ...phase("switch", [2.5, 3.6], 4)];

  test("become one row a phase", () => {
    expect(trainingTable([resultWith(metrics, { task: "training", condition: "switch" })])).toEqual([
      {
        model: "llama140M",
        condition: "switch",
        phase: "pre-training",
        steps: 40,
        "loss of the last 10 steps (nats/token)": 3.1,
        "held-out text (nats/token)": 3.2,
        "rows cut": 2,
        "rows left out": 1,
      },
      expect.objectContaining({ phase: "switch", steps: 4, "held-out text (nats/token)": 3.6 }),
    ]);
  });

  /** A study with a published training result of three phases, two steps each. */
  function published(seed = 1) {
    const study = openTinyStudy(temporaryFolder(), TINY_CONFIG, seed);
    const of = { model: "llama140M", condition: "switchThenWiki" } as const;
    const columns = ["phase", "step", "epoch", "lossNats", "learningRate", "gradientNorm", "trainedTokens"];
    const rows = ["pre-training", "switch", "wiki"].flatMap((name, index) =>
      [1, 2].map((step) => [name, step, 1, 4 - index - step / 4, 1e-3 / step, 1, 10]),
    );
    const content = { metrics, files: [], stages: [HAND_MADE_STAGE], items: { columns, rows } };
    return { study, result: publishResult(study, of, "training", content) };
  }

  test("become curves of pre-training, or of the tuning phases counted on", () => {
    const { study, result } = published();
    const curve = (phases: "pre-training" | "tuning") =>
      curveRows(study, [result], phases).map(({ step, lossNats, learningRate }) => [
        step,
        lossNats,
        learningRate,
      ]);
    expect(curve("pre-training")).toEqual([
      [1, 3.75, 1e-3],
      [2, 3.5, 5e-4],
    ]);
    expect(curve("tuning")).toEqual([
      [1, 2.75, 1e-3],
      [2, 2.5, 5e-4],
      [3, 1.75, 1e-3],
      [4, 1.5, 5e-4],
    ]);
    expect(curveRows(study, [result], "tuning")[0]).toMatchObject({
      run: "llama140M switchThenWiki 1",
      measuredOn: "training",
    });
  });

  test("are found by task and by the study's own seed", () => {
    const { study, result } = published(4);
    expect(resultsOf(study, "training")).toEqual([result]);
    expect(resultsOf(study, "blimp")).toEqual([]);
    expect(resultsOf({ ...study, seed: 5 }, "training")).toEqual([]);
  });

  test("are listed with their metrics and largest n, or said to be none yet", () => {
    const { study } = published();
    expect(resultsOverview(study)).toEqual([
      {
        model: "llama140M",
        condition: "switch → wiki",
        task: "training",
        seeds: "1",
        metrics: 10,
        "largest n": 100,
      },
    ]);
    expect(resultsOverview({ ...study, seed: 9 })).toEqual([
      { model: "none yet", condition: null, task: null, seeds: null, metrics: null, "largest n": null },
    ]);
  });
});

test("a figure says scale, source and seed, and is next to the study's results", () => {
  const study = openTinyStudy(temporaryFolder(), deriveStudy("smoke"), 6);
  expect(contextOf(study, { paperFigure: "Figure 3" })).toEqual({
    scale: "smoke",
    source: "microworld",
    seeds: [6],
    paperFigure: "Figure 3",
  });
  expect(outputFolder(study, "figures")).toBe(join(study.resultsFolder, "figures"));
});

test("figures and tables list what a study changes, and refuse to mix studies", () => {
  const folder = temporaryFolder();
  const plain = openTinyStudy(folder, deriveStudy("smoke"));
  const places = { resultsRoot: join(folder, "results"), source: "microworld" } as const;
  const [named] = study({
    ...{ name: "full-loss", scale: "smoke", seeds: [2], ...places },
    change: { instructions: { lossOn: "full" } },
  });
  const words = 'study full-loss: instructions.lossOn = "full" (default "reply")';
  expect(contextOf(named)).toMatchObject({ seeds: [2], study: words });
  const table = tableMarkdown([{ a: 1 }], { caption: "Scores", context: contextOf(named) });
  expect(table).toContain(`Smoke scale, microworld (generated text), seed 2, ${words}.`);
  expect(() => contextOf([plain, named])).toThrow(
    `contextOf: studies of one figure must differ in their seeds alone, got the default study and ${words}.`,
  );
  const edited = openTinyStudy(folder, { ...deriveStudy("smoke"), startCheckpoint: "bestHeldOut" });
  expect(contextOf(edited)).toMatchObject({
    study: 'changed: startCheckpoint = "bestHeldOut" (default "lastEpoch")',
  });
});
