import { describe, expect, test } from "vitest";
import { tune } from "../../../src/config/curricula.js";
import { deriveStudy } from "../../../src/config/scales.js";
import { forgettingRows } from "../../../src/report/plots/forgetting-matrix.js";
import { checkComparable, inOneConfiguration } from "../../../src/report/rows/comparable.js";
import { trainingTable } from "../../../src/report/rows/result-rows.js";
import { wordBudgetRows } from "../../../src/report/rows/word-budget-rows.js";
import { itemsByScoringRule, zeroShotScores } from "../../../src/report/rows/zero-shot-rows.js";
import type { Result } from "../../../src/runs/study/results.js";
import { resultWith } from "../../support/hand-made-result.js";

describe("results of one comparison", () => {
  const other = (more: Partial<Result>): Result => ({
    ...resultWith([], { condition: "merged" }),
    ...more,
  });
  const file = (sha256: string) => ({ path: "blimp.jsonl", sha256 });

  test("of two scales, kinds of text or data files are refused by both names", () => {
    const first = { ...resultWith([]), files: [file("a".repeat(64))] };
    const same = { files: first.files };
    expect(() => checkComparable([first, other({ ...same, scale: "laptop" })])).toThrow(
      /blimp must have one scale for all models, got smoke for llama140M base seed 1 and laptop for llama140M merged/,
    );
    expect(() => checkComparable([first, other({ ...same, source: "microworld" })])).toThrow(
      /one kind of text/,
    );
    expect(() => checkComparable([first, other({ files: [file("b".repeat(64))] })])).toThrow(
      /one set of data files.*blimp\.jsonl aaaaaaaaaaaa.*blimp\.jsonl bbbbbbbbbbbb/,
    );
    expect(() => checkComparable([first, other({ ...same, settings: { learningRate: 1e-4 } })])).toThrow(
      /one choice of settings.*\{\}.*\{"learningRate":0\.0001\}/,
    );
    expect(() => checkComparable([first, other(same)])).not.toThrow();
  });

  test("of two configurations are refused by setting and value, whatever their tasks", () => {
    const smoke = deriveStudy("smoke");
    const config = { ...smoke, instructions: { ...smoke.instructions, lossOn: "full" } };
    const reading = other({ task: "reading", config });
    const message =
      /must be of one configuration, got instructions.lossOn "reply" and "full" for blimp of llama140M base seed 1 and reading of llama140M merged seed 1/;
    expect(() => inOneConfiguration([resultWith([]), reading])).toThrow(message);
    expect(() => checkComparable([resultWith([]), reading])).toThrow(message);
    for (const rows of [zeroShotScores, itemsByScoringRule, trainingTable, wordBudgetRows, forgettingRows])
      expect(() => rows([resultWith([]), reading])).toThrow(message);
    const prose = other({ config: { ...smoke, shrunk: ["told in other words"] } });
    expect(inOneConfiguration([resultWith([]), prose])).toHaveLength(2);
  });

  test("of one curriculum of the reader's must agree in it; others may come and go", () => {
    const smoke = deriveStudy("smoke");
    const own = (order: "gradual" | "shuffled", condition: string): Result =>
      other({ condition, config: { ...smoke, curricula: { mine: [tune(["switch", "wiki"], { order })] } } });
    expect(() =>
      inOneConfiguration([resultWith([]), own("gradual", "mine"), own("shuffled", "merged")]),
    ).not.toThrow();
    expect(() => inOneConfiguration([own("gradual", "mine"), own("shuffled", "mine")])).toThrow(
      /got curricula.mine switch \+ wiki \(gradual\) and switch \+ wiki for/,
    );
  });

  test("other tasks may rest on other files", () => {
    const times = other({ task: "reading", files: [file("c".repeat(64))] });
    expect(() => checkComparable([resultWith([]), times])).not.toThrow();
  });
});
