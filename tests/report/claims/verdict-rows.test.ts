import { describe, expect, test } from "vitest";
import { judgeClaims } from "../../../src/report/claims/judge.js";
import { ownEvidence } from "../../../src/report/claims/own-evidence.js";
import { PAPER_CLAIMS } from "../../../src/report/claims/paper-claims.js";
import { publishedEvidence } from "../../../src/report/claims/published-evidence.js";
import { verdictEffects, verdictOverview, verdictRows } from "../../../src/report/claims/verdict-rows.js";
import {
  whereYearsDiffer,
  yearlyVerdictEffects,
  yearlyVerdictRows,
} from "../../../src/report/claims/verdicts-by-year.js";
import { figureSvg } from "../../../src/report/render/figure.js";
import { verdictForest } from "../../../src/report/plots/verdict-forest.js";

const published = judgeClaims(PAPER_CLAIMS, publishedEvidence("unpaired", { replicates: 1_000 }));
const ifPaired = judgeClaims(PAPER_CLAIMS, publishedEvidence("pairedAssumption", { replicates: 1_000 }));
const own = judgeClaims(PAPER_CLAIMS, ownEvidence([]));

describe("tables of verdicts", () => {
  test("have every number of a claim, in points", () => {
    const row = verdictRows(published).find(({ claim }) => String(claim).startsWith("The smaller model"));
    expect(row).toMatchObject({ verdict: "supported", unit: "points", n: 3_192, "no verdict because": null });
    expect(Number(row?.["effect"])).toBeCloseTo(7.3, 1);
    expect(Number(row?.["from"])).toBeLessThan(Number(row?.["effect"]));
  });

  test("leave a claim without results blank, with its reason", () => {
    for (const row of verdictRows(own)) {
      expect(row).toMatchObject({ verdict: null, effect: null, "corrected p": null, n: null });
      expect(row["no verdict because"]).toMatch(/^no results on .+ at this scale$/);
    }
  });

  test("set published and own numbers side by side in words", () => {
    const years = [2025 as const, 2026 as const].map((rules) => ({ rules, judged: own }));
    const [first] = verdictOverview({ published, ifPaired, own: years });
    expect(first).toMatchObject({
      published: "inconclusive",
      "ours, rules of 2025": "",
      "our effect, rules of 2026": "no results on WSC at this scale",
    });
    expect(first?.["effect [95 %], corrected p, n"]).toMatch(
      /^−0\.1 \[−\d\.\d,\s\d\.\d\], p\s=\s1\.000, n\s=\s29,577$/,
    );
    const shifted = [{ rules: 2025 as const, judged: own.slice(1) }];
    expect(() => verdictOverview({ published, ifPaired, own: shifted })).toThrow(
      /same claims, got "fine-tuning-gain"/,
    );
  });
});

test("years stand claim after claim, and a sentence says where their verdicts differ", () => {
  // The same claims decided on other errors stand in for another year.
  const years = [
    { rules: 2025 as const, judged: published },
    { rules: 2026 as const, judged: own },
  ];
  const rows = yearlyVerdictRows(years);
  expect(rows.slice(0, 2).map(({ rules, claim }) => [rules, claim])).toEqual([
    ["2025", PAPER_CLAIMS[0]?.statement],
    ["2026", PAPER_CLAIMS[0]?.statement],
  ]);
  expect(yearlyVerdictEffects(years)[0]?.label).toBe(`${PAPER_CLAIMS[0]?.label} · 2025`);
  const sentences = whereYearsDiffer(years);
  expect(sentences).toHaveLength(PAPER_CLAIMS.length);
  expect(sentences[0]).toMatch(
    /^“Instruction tuning gives gains in fine-tuning” is inconclusive under the rules of 2025 \(−0\.1 .+\), and not decided under the rules of 2026 \(no results on WSC at this scale\)\.$/,
  );
  expect(whereYearsDiffer([years[0], years[0]].flatMap((year) => year ?? []))).toEqual([
    "Every verdict is the same under the rules of both years.",
  ]);
});

test("the figure has a line a claim, effects with intervals, and panels by unit", async () => {
  const effects = verdictEffects(published);
  expect(effects).toHaveLength(PAPER_CLAIMS.length);
  const svg = await figureSvg(verdictForest(effects, { source: "published" }), { name: "verdicts", alt: "" });
  for (const { label } of effects) expect(svg).toContain(`>${label}<`);
  for (const text of ["percentage points", "standard deviations", "not supported", "inconclusive"])
    expect(svg).toContain(text);
  expect(() => verdictForest([], { source: "published" })).toThrow(/at least one row to draw/);
});
