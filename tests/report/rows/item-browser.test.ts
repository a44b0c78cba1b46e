import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { browseItems, differingItems } from "../../../src/report/rows/item-browser.js";
import { generatedPairs } from "../../../src/runs/scoring/tasks/benchmark.js";
import { publishResult } from "../../../src/runs/study/results.js";
import type { Study } from "../../../src/runs/study/study.js";
import { HAND_MADE_STAGE } from "../../support/hand-made-result.js";
import { temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const BASE = { model: "llama140M", condition: "base" } as const;
const MERGED = { model: "llama140M", condition: "merged" } as const;
const pairs = generatedPairs(TINY_CONFIG.budget.zeroShotItemsPerUid ?? 0);
const log = vi.spyOn(console, "log");
beforeEach(() => void log.mockImplementation(() => undefined));
afterEach(() => void log.mockReset());

/** Log-probabilities of the good sentence of each pair; −2 for the bad one. */
function answer(study: Study, run: typeof BASE | typeof MERGED, good: readonly number[]): void {
  const rows = good.map((logProb, at): (string | number)[] => {
    const { id = "", uid = "" } = pairs[at] ?? {};
    const choice = logProb < -2 ? 1 : 0;
    return [id, uid, logProb, -2, 3, 3, choice, logProb === -2 ? 1 : 0, logProb === -2 ? 0.5 : 1 - choice];
  });
  const columns = ["id", "uid", "logProb0", "logProb1", "tokens0", "tokens1", "choice", "tie", "credit"];
  const content = { metrics: [], files: [], stages: [HAND_MADE_STAGE], items: { columns, rows } };
  publishResult(study, run, "blimp", content);
}

describe("items that two models answer differently", () => {
  const question = { task: "blimp", between: [BASE, MERGED] } as const;

  test("come by how far the margins are apart; a tie is half right, agreement is left out", () => {
    const study = openTinyStudy(temporaryFolder());
    answer(study, BASE, [-1, -1, -3, -2]);
    answer(study, MERGED, [-1.5, -9, -1, -1]);
    expect(differingItems(study, question)).toEqual([
      { id: pairs[1]?.id, uid: pairs[1]?.uid, credits: [1, 0], margins: [1, -7] },
      { id: pairs[2]?.id, uid: pairs[2]?.uid, credits: [0, 1], margins: [-1, 1] },
      { id: pairs[3]?.id, uid: pairs[3]?.uid, credits: [0.5, 1], margins: [0, 1] },
    ]);
  });

  test("are shown with their scores, and their text apart from what is kept", async () => {
    const study = openTinyStudy(temporaryFolder());
    answer(study, BASE, [-1, -1]);
    answer(study, MERGED, [-1, -9]);
    await browseItems(study, question);
    const [[table = ""] = [], [text = ""] = []] = log.mock.calls as string[][];
    expect(table).toContain(pairs[1]?.id);
    expect(table).toContain("1 are better answered by 140M base, 0 by 140M merged");
    expect(table).not.toContain(pairs[1]?.good);
    expect(text).toContain(pairs[1]?.good);
    expect(text).toContain(pairs[1]?.bad);
  });

  test("a model without a result, and answers to other items, are refused", () => {
    const study = openTinyStudy(temporaryFolder());
    answer(study, BASE, [-1, -1]);
    expect(() => differingItems(study, question)).toThrow(
      /140M merged must have a result on blimp, seed 1, got none/,
    );
    answer(study, MERGED, [-1]);
    expect(() => differingItems(study, question)).toThrow(/must have answered the same items of blimp/);
  });
});
