import { describe, expect, test } from "vitest";
import { checkComparable } from "../../../src/report/rows/comparable.js";
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

  test("other tasks may rest on other files", () => {
    const times = other({ task: "reading", files: [file("c".repeat(64))] });
    expect(() => checkComparable([resultWith([]), times])).not.toThrow();
  });
});
