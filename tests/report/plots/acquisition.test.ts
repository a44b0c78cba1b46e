import type { TopLevelSpec } from "vega-lite";
import { expect, test } from "vitest";
import { acquisitionRows, type LearnedWord } from "../../../src/report/rows/acquisition-rows.js";
import { figureSvg } from "../../../src/report/render/figure.js";
import { acquisitionAges, acquisitionCurves } from "../../../src/report/plots/acquisition.js";
import { metric, resultWith } from "../../support/hand-made-result.js";

const CONTEXT = { scale: "smoke", source: "microworld", seeds: [1] } as const;
const word = (id: string, childMonths: number | null, logWords: number | null): LearnedWord => ({
  model: "llama140M",
  id,
  childMonths,
  logWords,
  curve: { rise: 6, steepness: 4, midpoint: 6, base: -8 },
  points: [1e5, 1e6, 1e7].map((wordsSeen, index) => ({ wordsSeen, surprisalNats: 8 - 2 * index })),
});

const draw = (spec: TopLevelSpec): Promise<string> => figureSvg(spec, { name: "figure", alt: "a figure" });

test("without results the table says what they come with", () => {
  expect(acquisitionRows([])).toEqual([
    { model: "none", note: "comes with the weights of the checkpoints, which are not kept here" },
  ]);
});

test("a row a year: the official score beside r, and what is not there is blank", () => {
  const of = (name: string, part: string, value: number) =>
    metric({ metric: name, part, value, n: 8, scoringRule: name === "score" ? "official" : "corrected" });
  const result = resultWith(
    [
      ...[of("score", "2026", 0), of("pearson", "2026", 0.3), of("p", "2026", 0.2)],
      ...[of("score", "2025", 0), of("modelShare", "2025", 0)],
    ],
    { task: "aoa" },
  );
  const [before, after] = acquisitionRows([{ ...result, settings: { kind: "substitute" } }]);
  expect(before).toMatchObject({ rules: 2025, score: 0, r: null, "words with a fit": 0 });
  expect(after).toMatchObject({ rules: 2026, score: 0, r: 0.3, p: 0.2, n: 8 });
  expect(after?.["contexts"]).toBe("substitute: held-out child-directed text");
});

test("curves show six words from the first to the last that children say, by their age", async () => {
  const words = Array.from({ length: 11 }, (_, index) => word(`cdi${index}`, 28 - index, 6));
  const svg = await draw(acquisitionCurves([...words, word("unknown", null, 6)], CONTEXT));
  for (const label of ["18.0 (cdi10)", "28.0 (cdi0)", "20.0 (cdi8)", "26.0 (cdi2)"])
    expect(svg).toContain(label);
  expect(svg).not.toContain("cdi9");
  expect(svg).not.toContain("unknown");
});

test("ages show the words that both learn; without any the figure is refused", async () => {
  const spec = acquisitionAges([word("a", 20, 6), word("b", 21, null), word("c", null, 6.5)], CONTEXT);
  expect(JSON.stringify(spec)).toContain('"values":[{"childMonths":20,"logWords":6}]');
  expect(await draw(spec)).toContain("half of the children say it");
  expect(() => acquisitionAges([word("b", 21, null)], CONTEXT)).toThrow("at least one row to draw");
  expect(() => acquisitionCurves([word("c", null, 6)], CONTEXT)).toThrow("at least one row to draw");
});
