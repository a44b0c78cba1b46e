import { readFileSync } from "node:fs";
import { csvParse } from "d3-dsv";
import { describe, expect, test } from "vitest";
import { medianZScores, tasksWithoutSpread, zScores } from "../../src/statistics/z-scores.js";

/** Rows of a table digitised from the poster. */
function publishedTable(name: string): Record<string, string>[] {
  return csvParse(readFileSync(new URL(`../../results/paper/${name}.csv`, import.meta.url), "utf8"));
}

/** A bar too short to measure, "below" its value, counts as half of it: only so do the published medians come out. */
const ownModels = (name: string) =>
  publishedTable(name)
    .filter((row) => row["kind"] === "own")
    .map((row) => ({
      model: row["model"] ?? "",
      task: row["task"] ?? "",
      value: Number(row["value"]) / (row["qualifier"] === "below" ? 2 : 1),
    }));
const tables = {
  finetuning: ownModels("finetuning"),
  zeroshot: ownModels("zeroshot"),
  all: [...ownModels("finetuning"), ...ownModels("zeroshot")],
};

describe("the poster's box plots", () => {
  test.each(["finetuning", "zeroshot", "all"] as const)("medians over %s tasks are recomputed", (scope) => {
    const standings = medianZScores(tables[scope]);
    const published = publishedTable("zscore_medians").filter((row) => row["scope"] === scope);
    expect(standings.map((standing) => standing.model)).toEqual(published.map((row) => row["model"]));
    standings.forEach((standing, index) => {
      const row = published[index] ?? {};
      expect(standing.n).toBe(Number(row["n_tasks"]));
      // The table is rounded to three decimals; the divisor n instead of n − 1 would move most medians by 0.02 or more.
      expect(Math.abs(standing.median - Number(row["median_recomputed_from_these_csvs"]))).toBeLessThan(
        0.00051,
      );
    });
  });
});

describe("pencil", () => {
  test("1, 2, 3 have z-scores −1, 0, 1", () => {
    expect(zScores([1, 2, 3])).toEqual([-1, 0, 1]);
  });

  test("the quartiles of z-scores −1, 0, 1 lie halfway", () => {
    const rows = [
      ...["A", "B", "C"].map((model, index) => ({ model, task: "first", value: index })),
      ...["B", "A", "C"].map((model, index) => ({ model, task: "second", value: 10 * index })),
      ...["B", "C", "A"].map((model, index) => ({ model, task: "third", value: -0.1 + 0.1 * index })),
    ];
    const [a] = medianZScores(rows);
    expect(a?.model).toBe("A");
    expect([a?.lowerQuartile, a?.median, a?.upperQuartile]).toEqual([-0.5, 0, expect.closeTo(0.5, 12)]);
  });
});

describe("failure", () => {
  const rows = [
    { model: "A", task: "WSC", value: 61.54 },
    { model: "B", task: "WSC", value: 61.54 },
    { model: "A", task: "RTE", value: 54 },
    { model: "B", task: "RTE", value: 55 },
  ];

  test("a task on which all models tie is named, and can be looked up beforehand", () => {
    expect(() => medianZScores(rows)).toThrow(/one value for all 2 on "WSC"/);
    expect(tasksWithoutSpread(rows)).toEqual(["WSC"]);
    expect(() => zScores([0.1, 0.1, 0.1])).toThrow(/values must differ/);
  });

  test("holes and second values are named", () => {
    expect(() => medianZScores(rows.slice(1))).toThrow(/got no "WSC" for A/);
    expect(() => tasksWithoutSpread(rows.slice(1))).toThrow(/^tasksWithoutSpread: .* no "WSC" for A/);
    expect(() => medianZScores([...rows, ...rows])).toThrow(/^medianZScores: .* got "WSC" twice for "A"/);
    expect(() => medianZScores([{ model: "A", task: "RTE", value: Number.NaN }])).toThrow(
      /got NaN for "A" on "RTE"/,
    );
  });
});
