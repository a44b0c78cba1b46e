import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { studyDifferences } from "../../../src/report/plots/study-differences.js";
import { setParameters } from "../../../src/report/params.js";
import { figureSvg } from "../../../src/report/render/figure.js";
import {
  compareStudies,
  compareWithDefault,
  type StudyComparison,
} from "../../../src/report/studies/study-comparison.js";
import { comparisonRows, studyRows } from "../../../src/report/studies/study-comparison-rows.js";
import { study } from "../../../src/runs/study/named-study.js";
import { publishResult, itemsFile, runFolder } from "../../../src/runs/study/results.js";
import type { Study } from "../../../src/runs/study/study.js";
import { HAND_MADE_STAGE, metric } from "../../support/hand-made-result.js";
import { sharedFolder } from "../../support/temporary-folder.js";

const MERGED = { model: "llama140M", condition: "merged" } as const;
const ITEMS = 40;

/** A BLiMP result of `right` pairs of forty. */
function answer(of: Study, right: number): void {
  publishResult(of, MERGED, "blimp", { metrics: [], files: [], stages: [HAND_MADE_STAGE] });
  const rows = Array.from({ length: ITEMS }, (_, item) => `a_${item},a,-1,-2,${item < right ? 0 : 1},0`);
  const text = ["id,uid,logProbGood,logProbBad,choice,tie", ...rows, ""].join("\n");
  const folder = runFolder(of, MERGED);
  mkdirSync(folder, { recursive: true });
  writeFileSync(itemsFile(folder, "blimp"), gzipSync(text));
}

/** A training result with a loss on conversations after its stage. */
const train = (of: Study, value: number): unknown =>
  publishResult(of, MERGED, "training", {
    metrics: ["pre-training", "merged"].map((part, stage) =>
      metric({
        metric: "heldOutNats.switch",
        part,
        value: stage === 0 ? 9 : value,
        n: 500,
        scoringRule: "none",
      }),
    ),
    files: [],
    stages: [HAND_MADE_STAGE],
  });

const resultsRoot = sharedFolder();
let named: Study;
let comparison: StudyComparison;
beforeAll(() => {
  const places = { scale: "smoke", source: "microworld", resultsRoot, seeds: [1, 2, 3] } as const;
  const usual = study(places);
  const changed = study({ ...places, name: "full-loss", change: { instructions: { lossOn: "full" } } });
  named = changed[0];
  for (const [at, one] of usual.entries()) {
    answer(one, 20);
    train(one, 4 + at);
  }
  for (const [at, one] of changed.entries()) {
    answer(one, [30, 28, 32][at] ?? 0);
    train(one, 3 + at + 0.1 * at);
  }
  answer({ ...named, seed: 9 }, 1); // a seed that the other lacks
  comparison = compareStudies("default", "full-loss", places);
});

describe("two studies side by side", () => {
  test("scores are paired item by item and seed by seed; both years together where they agree", () => {
    const found = comparison.differences.filter(({ unit }) => unit === "points");
    expect(found).toHaveLength(1);
    const [blimp] = found;
    expect(blimp).toMatchObject({
      ...MERGED,
      measure: "BLiMP",
      rules: [2025, 2026],
      n: ITEMS,
      seeds: [1, 2, 3],
    });
    expect(blimp?.first).toBeCloseTo(50);
    expect(blimp?.second).toBeCloseTo(75);
    expect(blimp?.difference).toBeCloseTo(25);
    // Ten of forty answers change from wrong to right: 25 ± 1.96 √(0.25 · 0.75 / 40) points over items, and t(2) · 2.9 more over seeds.
    expect(blimp?.interval?.low).toBeGreaterThan(25 - 24);
    expect(blimp?.interval?.low).toBeLessThan(25 - 13);
    expect(blimp?.interval?.high).toBeGreaterThan(25 + 13);
    expect(blimp?.interval?.high).toBeLessThan(25 + 24);
  });

  test("losses after the last stage have Student's interval over the same seeds", () => {
    const [loss] = comparison.differences.filter(({ unit }) => unit === "nats/token");
    expect(loss).toMatchObject({ ...MERGED, measure: "conversations", n: 500, over: "the same seeds" });
    expect(loss?.first).toBeCloseTo(5);
    expect(loss?.difference).toBeCloseTo(-0.9); // −1, −0.9, −0.8
    expect(loss?.interval?.low).toBeCloseTo(-0.9 - (4.302653 * 0.1) / Math.sqrt(3), 5);
    expect(loss?.interval?.high).toBeCloseTo(-0.9 + (4.302653 * 0.1) / Math.sqrt(3), 5);
  });

  test("says what each changes", () => {
    expect(comparison.changes).toEqual({
      default: "",
      "full-loss": 'instructions.lossOn = "full" (default "reply")',
    });
    expect(studyRows(named)).toEqual([
      { study: "default", changes: "nothing", results: 6 },
      { study: "full-loss", changes: 'instructions.lossOn = "full" (default "reply")', results: 7 },
    ]);
  });

  test("as a table, one unit at a time, and as a figure", async () => {
    const [row] = comparisonRows([comparison], "points");
    expect(row).toMatchObject({
      studies: "full-loss against default",
      model: "llama140M",
      task: "BLiMP",
      rules: "2025 and 2026",
      seeds: "1, 2, 3",
      "interval over": "the same items and seeds",
    });
    expect(comparisonRows([], "points")).toMatchObject([{ studies: "nothing to compare" }]);
    const spec = studyDifferences(comparison, comparison.context, "points");
    const svg = await figureSvg(spec, { name: "differences", alt: "differences" });
    expect(svg).toContain("BLiMP, rules of 2025 and 2026");
    expect(svg).toContain("full-loss against default");
    expect(svg.replace(/<[^>]+>/g, " ")).toContain("full-loss: instructions.lossOn");
  });

  test("from any of them: all named ones of the default study, a named one alone", () => {
    const usual = { ...named, name: "default", resultsFolder: join(named.resultsFolder, "..", "..") };
    for (const seen of [named, usual])
      expect(compareWithDefault(seen).map(({ first, second }) => `${first} ${second}`)).toEqual([
        "default full-loss",
      ]);
  });

  test("what a call leaves out is as the notebook's parameters say; one study alone is refused", () => {
    setParameters({ scale: "smoke", out: resultsRoot });
    expect(compareStudies("default", "full-loss", { source: "microworld" })).toEqual(comparison);
    expect(() => compareStudies("default", "default")).toThrow(
      /two studies must be named, got "default" twice/,
    );
    expect(() => compareStudies("default", "other", { source: "microworld" })).toThrow(
      /got "other" without changes .* Defined are full-loss/,
    );
  });
});
