import { expect, test } from "vitest";
import {
  degenerateRuns,
  finetuningMeans,
  finetuningScores,
  finetuningSpread,
} from "../../../src/report/rows/finetuning-rows.js";
import type { Metric } from "../../../src/runs/study/results.js";
import { metric, resultWith } from "../../support/hand-made-result.js";

const of = (name: string, value: number, more: Partial<Metric> = {}) =>
  metric({ metric: name, part: "all", scoringRule: "none", value, n: 277, ...more });

/** A result of fine-tuning with two seeds whose scores are 0.02 apart. */
function finetuned(score: number, more: Parameters<typeof resultWith>[1] = {}, extra: Metric[] = []) {
  const corrected = { scoringRule: "corrected" } as const;
  const metrics = [
    of("score", score, corrected),
    of("score", score + 0.03, { scoringRule: "official" }),
    of("scoreLow", score - 0.05, corrected),
    of("scoreHigh", score + 0.05, corrected),
    of("optimismGap", 0.03),
    of("accuracy", score - 0.01, { ...corrected, part: "seed 42" }),
    of("accuracy", score + 0.01, { ...corrected, part: "seed 1" }),
    of("accuracySeedDeviation", 0.0141, corrected),
    of("accuracyItemError", 0.03, corrected),
    of("minimumDetectableDifference", 0.06),
    of("trivial", 0.53),
    ...extra,
  ];
  return { ...resultWith(metrics, { task: "superglue-rte", ...more }), settings: { isFrozen: false } };
}

test("scores have their interval and the trivial score, beside the poster's where the items are the official ones", () => {
  const [own] = finetuningScores([finetuned(0.6)]);
  expect(own).toMatchObject({ task: "RTE", value: 0.6, chance: 0.53, n: 277 });
  expect(own?.low).toBeCloseTo(0.55, 12);
  expect(own?.high).toBeCloseTo(0.65, 12);
  expect(own?.paper).toBeGreaterThan(0.5);
  const [generated] = finetuningScores([finetuned(0.6, {}, [of("trainedOn", 1, { part: "generated" })])]);
  expect(generated).toMatchObject({ task: "RTE (generated)", paper: null });
});

test("a task is marked in every row when one of its runs is degenerate, and the runs are counted over training runs", () => {
  const constant = of("degenerateSeeds", 2, { part: "constantPredictions", scoringRule: "corrected" });
  const results = [finetuned(0.6), finetuned(0.5, { seed: 2 }, [constant])];
  expect(finetuningScores(results).map(({ task }) => task)).toEqual(["RTE (degenerate)", "RTE (degenerate)"]);
  expect(degenerateRuns(results)).toEqual([
    expect.objectContaining({ task: "RTE", runs: "2 of 4", what: "every item got the same class" }),
  ]);
  expect(degenerateRuns([finetuned(0.6)])[0]?.model).toBe("none");
});

test("means are over tasks and training runs, ours and the poster's over the same ones", () => {
  const results = [finetuned(0.6), finetuned(0.7, { task: "superglue-wsc" }), finetuned(0.5, { seed: 2 })];
  const [row] = finetuningMeans(results);
  expect(row).toMatchObject({ tasks: 2, "training runs": 2 });
  expect(row?.["mean, ours (%)"]).toBeCloseTo(60, 9);
  expect(row?.["mean, official choice (%)"]).toBeCloseTo(63, 9);
  expect(row?.["paper's mean of the same tasks (%)"]).toBeGreaterThan(50);
});

test("the spread over training runs stands apart from that over seeds and items; one training run has none", () => {
  const [two] = finetuningSpread([finetuned(0.6), finetuned(0.5, { seed: 2 })]);
  expect(two).toMatchObject({ "training runs": 2, "seeds of each": "2", n: 277 });
  expect(two?.["deviation over them"]).toBeCloseTo(100 * Math.sqrt(0.005), 9);
  expect(two?.["deviation over these"]).toBeCloseTo(1.41, 9);
  expect(two?.["error over items"]).toBeCloseTo(3, 9);
  expect(finetuningSpread([finetuned(0.6)])[0]?.["deviation over them"]).toBeNull();
});

test("results of another kind are refused by name", () => {
  expect(() => finetuningScores([resultWith([])])).toThrow(
    /results must be of fine-tuning, got blimp. Give those/,
  );
});
