import { expect, test } from "vitest";
import { averageSeeds, poolSeeds } from "../../../src/report/rows/pool-seeds.js";
import type { ScoreRow } from "../../../src/report/plots/score-bars.js";

const row = (value: number, more: Partial<ScoreRow> = {}): ScoreRow => ({
  model: "llama140M",
  condition: "base",
  task: "RTE",
  value,
  low: value - 0.03,
  high: value + 0.03,
  paper: 0.6,
  n: 139,
  ...more,
});

test("scores of three seeds become their mean, with training runs and items in one interval", () => {
  const [pooled, ...others] = poolSeeds([row(0.5), row(0.52), row(0.54)]);
  expect(others).toEqual([]);
  expect(pooled).toMatchObject({ task: "RTE", paper: 0.6, n: 139 });
  expect(pooled?.value).toBeCloseTo(0.52, 12);
  // Seeds: 4.3027 · 0.02 / √3 = 0.04968; items ± 0.03; both √(0.04968² + 0.03²) = 0.05804.
  expect(pooled?.low).toBeCloseTo(0.52 - 0.05804, 4);
  expect(pooled?.high).toBeCloseTo(0.52 + 0.05804, 4);
});

test("other models and tasks stay apart, a row that is alone stays as it is, and ends stay proportions", () => {
  const rows = [row(0.98), row(0.9, { condition: "merged" }), row(0.7, { task: "WSC" }), row(0.99)];
  const [base, merged, wsc] = poolSeeds(rows);
  expect([merged, wsc]).toEqual([rows[1], rows[2]]);
  expect(base?.high).toBe(1);
});

test("rows that agree in their words are averaged; what is missing everywhere stays missing", () => {
  const of = (condition: string, loss: number) => ({ model: "m", condition, loss, paper: null });
  expect(averageSeeds([of("base", 3), of("merged", 5), of("base", 4)])).toEqual([
    { model: "m", condition: "base", loss: 3.5, paper: null, seeds: 2 },
    { model: "m", condition: "merged", loss: 5, paper: null, seeds: 1 },
  ]);
});
