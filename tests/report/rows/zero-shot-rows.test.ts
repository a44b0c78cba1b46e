import { describe, expect, test } from "vitest";
import { publishedScore } from "../../../src/report/published/published.js";
import {
  groupAccuracies,
  itemsByScoringRule,
  wugRows,
  zeroShotScores,
} from "../../../src/report/rows/zero-shot-rows.js";
import { metric, resultWith } from "../../support/hand-made-result.js";

const blimp = resultWith([
  metric({ part: "all", value: 0.75, n: 200, ties: 4 }),
  metric({ part: "anaphor", value: 0.9 }),
  metric({ part: "island", value: 0.6, ties: 4 }),
  metric({ part: "all", value: 0.74, n: 200, ties: 4, scoringRule: "corrected" }),
  metric({ part: "anaphor", value: 0.9, scoringRule: "corrected" }),
  metric({ part: "island", value: 0.58, ties: 4, scoringRule: "corrected" }),
  metric({ metric: "accuracyPerToken", part: "all", value: 0.71, n: 200, scoringRule: "corrected" }),
]);

describe("zero-shot rows", () => {
  test("hold our official mean with its interval over paradigms, and the poster's bar", () => {
    const [row] = zeroShotScores([blimp]);
    // Agresti and Coull by hand: p̃ = (90 + 2)/104 and (60 + 2)/104, variance p̃(1 − p̃)/100 each.
    const variance = ((92 / 104) * (12 / 104) + (62 / 104) * (42 / 104)) / 100;
    const margin = (1.959963985 * Math.sqrt(variance)) / 2;
    expect(row).toMatchObject({ model: "llama140M", condition: "base", task: "BLiMP", value: 0.75, n: 200 });
    expect(row?.low).toBeCloseTo(0.75 - margin, 8);
    expect(row?.high).toBeCloseTo(0.75 + margin, 8);
    const poster = publishedScore({ model: "llama140M", condition: "base", task: "BLiMP" });
    expect(row?.paper).toBe(poster?.proportion);
    expect(row?.chance).toBe(0.5);
  });

  test("have no number of the paper where it has no such model", () => {
    const wiki = resultWith(blimp.metrics, { model: "llama100M", condition: "wiki" });
    expect(zeroShotScores([wiki])[0]?.paper).toBeNull();
  });

  test("have no number of the paper beside generated pairs, which are not its task", () => {
    const generated = resultWith(blimp.metrics, { source: "microworld" });
    expect(zeroShotScores([generated])[0]).toMatchObject({ value: 0.75, paper: null });
  });

  test("of paradigms leave out the mean and the corrected scoring rule", () => {
    expect(groupAccuracies([blimp]).map(({ paradigm, accuracy, n }) => [paradigm, accuracy, n])).toEqual([
      ["anaphor", 0.9, 100],
      ["island", 0.6, 100],
    ]);
  });

  test("set the readings of the same items side by side, in percent", () => {
    expect(itemsByScoringRule([blimp])).toEqual([
      {
        model: "llama140M",
        condition: "base",
        task: "BLiMP",
        rules: "2025",
        "official (%)": 75,
        "if ties are wrong (%)": null,
        "if ties are right (%)": null,
        "ties by half (%)": 74,
        "per token (%)": 71,
        ties: 4,
        n: 200,
      },
    ]);
  });

  test("of a result without the mean are refused by its name", () => {
    const cut = resultWith(blimp.metrics.slice(1), { condition: "merged" });
    expect(() => zeroShotScores([cut])).toThrow(
      /blimp of llama140M merged must have official accuracy of all, got none. Run its notebook again/,
    );
  });
});

test("entity tracking: the interval is over operations; a split is no group of its own, and guessing gets a fifth", () => {
  const parts = ["regular_0_ops", "regular_1_ops"].map((part) => metric({ part, value: 0.3 }));
  const result = resultWith(
    [metric({ part: "all", value: 0.3, n: 200 }), ...parts, metric({ part: "regular", value: 0.3, n: 200 })],
    { task: "entity_tracking" },
  );
  const [row] = zeroShotScores([result]);
  const [alone] = zeroShotScores([resultWith([metric({ part: "all", value: 0.3, n: 200 }), ...parts])]);
  expect([row?.low, row?.high]).toEqual([alone?.low, alone?.high]);
  expect(row?.chance).toBe(0.2);
  expect(groupAccuracies([result]).map(({ paradigm }) => paradigm)).toEqual([
    "regular_0_ops",
    "regular_1_ops",
  ]);
});

test("WUGs: the poster's share of first forms with Wilson's interval, and the correlations beside it", () => {
  const all = (name: string, value: number, scoringRule: "official" | "corrected") =>
    metric({ metric: name, part: "all", value, n: 200, scoringRule });
  const wugs = resultWith(
    [
      all("spearman", 0.41, "official"),
      all("spearman", 0.42, "corrected"),
      all("firstFormShare", 0.5, "official"),
    ],
    { task: "wug_adj" },
  );
  const [row] = zeroShotScores([wugs]);
  expect(row).toMatchObject({ task: "WUG adjective nominalization", value: 0.5, n: 200, chance: null });
  // Wilson by hand at one half: 0.5 ± z/2 · √(1/n) / √(1 + z²/n).
  const margin = (1.959963985 / 2) * Math.sqrt(1 / 200 / (1 + 1.959963985 ** 2 / 200));
  expect(row?.high).toBeCloseTo(0.5 + margin, 8);
  expect(wugRows([wugs])).toEqual([
    {
      model: "llama140M",
      condition: "base",
      task: "WUG adjective nominalization",
      "ρ, official": 0.41,
      "ρ, corrected": 0.42,
      "first form wins (%)": 50,
      n: 200,
    },
  ]);
});
