import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readPairedOutcomes } from "../../../src/report/claims/paired-outcomes.js";
import { itemsFile, type Result } from "../../../src/runs/study/results.js";
import { metric, resultWith } from "../../support/hand-made-result.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "outcomes-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(result: Result, items: string | null): void {
  const place = join(folder, result.model, result.condition, `seed-${result.seed}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, `${result.task}.json`), JSON.stringify(result));
  if (items !== null) writeFileSync(itemsFile(place, result.task), gzipSync(items));
}

const PAIRS = "id,uid,logProbGood,logProbBad,choice,tie\na_0,a,-1,-2,0,0\na_1,a,-2,-1,1,0\nb_0,b,-1,-1,0,1\n";

describe("results become answers", () => {
  test("with full credit for the right choice, half for a tie, in groups by paradigm", () => {
    write(resultWith([]), PAIRS);
    expect(readPairedOutcomes(folder)).toEqual([
      {
        kind: "items",
        model: "llama140M",
        condition: "base",
        seed: 1,
        task: "BLiMP",
        ids: ["a_0", "a_1", "b_0"],
        groups: ["a", "a", "b"],
        credits: [1, 0, 0.5],
      },
    ]);
  });

  test("credits are taken as they are where the file has them, and tasks without a claim are left out", () => {
    write(resultWith([], { task: "entity_tracking" }), "id,uid,cluster,credit\nx_0,x,box 1,0.2\n");
    for (const task of ["comps", "constructor"]) write(resultWith([], { task }), "id,credit\nx_0,1\n");
    const outcomes = readPairedOutcomes(folder);
    expect(outcomes).toHaveLength(1);
    expect(outcomes[0]).toMatchObject({ task: "Entity tracking", clusters: ["box 1"], credits: [0.2] });
  });

  test("fine-tuning counts the share of seeds that are right, and not at all on substitutes", () => {
    write(resultWith([], { task: "superglue-rte" }), "id,label,credit,prediction seed 1\nrte_0,1,0.5,1\n");
    const substitute = metric({ metric: "trainedOn", part: "substitute", value: 1, scoringRule: "none" });
    write(resultWith([substitute], { task: "superglue-wsc" }), "id,label,credit\nwsc_0,1,1\n");
    expect(readPairedOutcomes(folder)).toMatchObject([{ task: "RTE", ids: ["rte_0"], credits: [0.5] }]);
  });

  test("training runs may read other files by condition", () => {
    const trained = (condition: string, sha256: string): Result => ({
      ...resultWith([], { task: "training", condition }),
      files: [{ path: `${condition}.txt`, sha256 }],
    });
    write(trained("switch", "a".repeat(64)), null);
    write(trained("wiki", "b".repeat(64)), null);
    expect(readPairedOutcomes(folder)).toEqual([]);
  });

  test("reading times keep their corrected score and n", () => {
    const parts = ["eyeTracking", "selfPaced"].flatMap((part) => [
      metric({ metric: "partialRSquared", part, value: 0.1, n: 90 }),
      metric({ metric: "heldOutGainNats", part, value: 0.3, n: 91, scoringRule: "corrected" }),
      metric({ metric: "partialRSquared", part, value: 0.2, n: 91, scoringRule: "corrected" }),
    ]);
    write(resultWith(parts, { task: "reading" }), null);
    expect(readPairedOutcomes(folder)).toMatchObject([
      { kind: "rSquared", task: "Eye tracking", score: 0.2, n: 91 },
      { kind: "rSquared", task: "Self-paced reading", score: 0.2, n: 91 },
    ]);
  });

  test("a result without its items, or items without a choice, are refused by file and row", () => {
    write(resultWith([]), null);
    expect(() => readPairedOutcomes(folder)).toThrow(/blimp\.items\.csv\.gz must be next to its result/);
    write(resultWith([]), "id,uid,choice,tie\na_0,a,0,0\na_1,a,,0\n");
    expect(() => readPairedOutcomes(folder)).toThrow(/choice and tie, in every row.*in row 2/);
    write(resultWith([]), "id,uid,credit\na_0,a,1.5\n");
    expect(() => readPairedOutcomes(folder)).toThrow(/in every row.*in row 1/);
  });

  test("a file of another schema version is refused", () => {
    write({ ...resultWith([]), schemaVersion: 2 as 1 }, PAIRS);
    expect(() => readPairedOutcomes(folder)).toThrow(/result of schema version 1, got schemaVersion/);
  });
});
