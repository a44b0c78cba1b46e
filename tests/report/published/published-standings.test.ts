import { describe, expect, test } from "vitest";
import {
  posterMedians,
  publishedFinetuningRows,
  publishedFinetuningTable,
  publishedStandings,
  publishedTaskLimits,
  publishedZRows,
} from "../../../src/report/published/published-standings.js";
import { publishedZScores, taskSizes } from "../../../src/report/published/published-settings.js";
import { publishedFinetuning, publishedScore } from "../../../src/report/published/published.js";
import { mean, median, sampleStandardDeviation } from "../../../src/statistics/summary.js";

describe("the poster's medians", () => {
  // CLASS-IT poster, Figures 4 and 6, as their axes were read.
  test.each([
    ["finetuning", [-1.32, -1.32, 0.48, 0.21, 0.51, 0.55, 0.49, 0.6]],
    ["all", [-0.85, -1.05, 0.3, -0.04, 0.33, 0.51, 0.1, -0.32]],
  ] as const)("over %s tasks come back from its tables within what was read off", (scope, medians) => {
    const standings = publishedStandings(scope);
    expect(standings.map((row) => row["poster's median z"])).toEqual(medians);
    expect(posterMedians(scope).map((row) => row.median)).toEqual(medians);
    standings.forEach((row, index) => {
      // 0.12: a bar is read to 0.07 points, and a median of 14 tasks may change the task it stands on.
      const gap = Number(row["recomputed here"]) - (medians[index] ?? Number.NaN);
      expect(Math.abs(gap)).toBeLessThan(0.12);
    });
    expect(standings.every(({ tasks }) => tasks === (scope === "all" ? 14 : 7))).toBe(true);
  });

  test.each(["finetuning", "zeroshot", "all"] as const)(
    "over %s tasks are those an independent program found in the same tables",
    (scope) => {
      const found = publishedStandings(scope).map((row) => row["recomputed here"]);
      const expected = publishedZScores().filter((row) => row.scope === scope);
      expect(found).toHaveLength(8);
      expected.forEach(({ medianFromTables }, index) =>
        expect(found[index]).toBeCloseTo(medianFromTables, 3),
      );
    },
  );

  test("do not exist for zero-shot tasks, whose figure repeats another", () => {
    expect(posterMedians("zeroshot")).toEqual([]);
    expect(publishedStandings("zeroshot").map((row) => row["poster's median z"])).toEqual(
      new Array(8).fill(null),
    );
  });
});

describe("the rows behind them", () => {
  test("are z-scores over the eight own models, task by task, without baselines", () => {
    const rows = publishedZRows("all");
    const tasks = [...new Set(rows.map(({ task }) => task))];
    expect(tasks).toHaveLength(14);
    for (const task of tasks) {
      const z = rows.filter((row) => row.task === task).map((row) => row.z);
      expect(z).toHaveLength(8);
      expect(mean(z)).toBeCloseTo(0, 10);
      expect(sampleStandardDeviation(z)).toBeCloseTo(1, 10);
    }
  });

  test("of one task are those of its bars", () => {
    const bars = publishedFinetuning().filter(({ task, model }) => task === "RTE" && model !== null);
    const percents = bars.map(({ percent }) => percent);
    const found = publishedZRows("finetuning").filter(({ task }) => task === "RTE");
    found.forEach(({ z, model, condition }, index) => {
      const { percent = Number.NaN } = bars[index] ?? {};
      expect(z).toBeCloseTo((percent - mean(percents)) / sampleStandardDeviation(percents), 12);
      expect(publishedScore({ model, condition, task: "RTE" })?.percent).toBe(percent);
    });
  });

  test("have the standing's median", () => {
    const rows = publishedZRows("finetuning").filter(
      ({ model, condition }) => model === "llama140M" && condition === "merged",
    );
    const standing = publishedStandings("finetuning").find(
      ({ model, condition }) => model === "llama140M" && condition === "merged",
    );
    expect(median(rows.map(({ z }) => z))).toBeCloseTo(Number(standing?.["recomputed here"]), 12);
  });
});

describe("fine-tuning scores", () => {
  test("as bars stand beside the trivial score of their own metric", () => {
    const rows = publishedFinetuningRows();
    expect(rows).toHaveLength(8 * 7); // no baselines
    const chanceOf = (task: string) => [
      ...new Set(rows.filter((row) => row.task === task).map((row) => row.chance)),
    ];
    expect(chanceOf("RTE")).toEqual([0.5396]); // accuracy of the majority class
    expect(chanceOf("MRPC")).toEqual([0.8105]); // F1 of always saying yes
    expect(rows.every(({ value }) => value === null)).toBe(true);
    expect(
      rows.find(({ model, condition, task }) => `${model} ${condition} ${task}` === "llama140M switch WSC"),
    ).toMatchObject({ paper: 0.6154, n: 52 });
  });

  test("as a table have one row per model, baselines included, with the mean of its tasks", () => {
    const table = publishedFinetuningTable();
    expect(table).toHaveLength(11);
    const first = table.find(({ model }) => model === "llama100M_pt");
    expect(first).toMatchObject({ WSC: 61.54, QQP: 33.8 });
    expect(first?.["mean"]).toBeCloseTo((61.54 + 57.6 + 33.8 + 80.3 + 33.9 + 64 + 56.83) / 7, 10);
  });
});

test("what a task can tell is its n, its trivial scores and one item's worth", () => {
  const limits = publishedTaskLimits();
  expect(limits).toHaveLength(7);
  const wsc = limits.find(({ task }) => task === "WSC");
  expect(wsc).toMatchObject({ n: 52, "majority class (%)": 61.54, "one item (points)": 100 / 52 });
  expect(wsc?.["standard error of an accuracy (points)"]).toBeCloseTo(6.746, 2); // √(0.6154 · 0.3846 / 52)
  const sizes = taskSizes().filter(({ suite, split }) => suite === "finetuning" && split === "valid");
  expect(limits.map(({ task }) => task)).toEqual(sizes.map(({ task }) => task));
});
