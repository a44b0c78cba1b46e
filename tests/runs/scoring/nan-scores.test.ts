/** @file A model that answers NaN, from its scores to the files: it loses under the rules of 2026, and under those of 2025 is refused. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Rules } from "../../../src/evaluation/rules.js";
import { evaluateFolder } from "../../../src/runs/scoring/folder-evaluation/evaluate-folder.js";
import type { Scorer } from "../../../src/runs/scoring/tasks/task-definition.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Log-probabilities of the right and the wrong sentence; `right` is longer by a token. */
const PAIRS = [
  [NaN, -9],
  [-9, NaN],
  [NaN, NaN],
  [-3, -4],
  [-4, -3],
] as const;

/** A model of which the sentences say what it answers. */
const scorer: Scorer = {
  logLikelihood: async (requests) =>
    requests.map(({ continuation }) => {
      const [, side, index] = /^(Right|Wrong) (\d+)/.exec(continuation.trim()) ?? [];
      const logProb = PAIRS[Number(index)]?.[side === "Right" ? 0 : 1];
      if (logProb === undefined) throw new Error(`no answer to ${continuation}`);
      return { logProb, numTokens: side === "Right" ? 3 : 2 };
    }),
  splitWord: async () => [],
  guessingNats: async () => [],
  dispose: () => undefined,
};

async function evaluate(rules: Rules, pairs: readonly number[] = PAIRS.map((_, index) => index)) {
  const folder = temporaryFolder();
  const [modelFolder, dataFolder, outFolder] = ["model", "data", "out"].map((name) => join(folder, name));
  if (!modelFolder || !dataFolder || !outFolder) throw new Error("unreachable");
  for (const place of [modelFolder, dataFolder]) mkdirSync(place);
  // Only their hash is asked for: the scorer above answers.
  for (const name of ["config.json", "tokenizer.json", "model.safetensors"])
    writeFileSync(join(modelFolder, name), "{}");
  const rows = pairs.map((index) => ({
    sentence_good: `Right ${index}`,
    sentence_bad: `Wrong ${index}`,
    field: "own",
    UID: "own",
  }));
  writeFileSync(join(dataFolder, "own.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  const common = { modelFolder, dataFolder, outFolder, scorer, rules, fast: false } as const;
  return { outFolder, summary: evaluateFolder({ ...common, task: "blimp", tiePolicy: "halfCredit" }) };
}

test("2026: NaN loses to every number, all NaN is a tie, and the corrected scoring gives no figure", async () => {
  const { outFolder, summary } = await evaluate(2026);
  const { official, corrected, quirks, ties, n } = await summary;
  // Lost, won, drawn by lot, won, lost.
  expect(official).toMatchObject({ average: 50, averageIfTiesWrong: 40, averageIfTiesRight: 60 });
  expect({ corrected, nan: quirks["nan"], ties, n }).toEqual({ corrected: null, nan: 3, ties: 1, n: 5 });
  const items = readFileSync(join(outFolder, "blimp", "items.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(items.map(({ scores, choice, tied }) => [scores, choice, tied])).toEqual([
    [[null, -9], 1, undefined],
    [[-9, null], 0, undefined],
    [[null, null], null, [0, 1]],
    [[-3, -4], 0, undefined],
    [[-4, -3], 1, undefined],
  ]);
  const path = "official/model/main/zero_shot/causal/blimp/data/predictions.json";
  const { own } = JSON.parse(readFileSync(join(outFolder, path), "utf8"));
  const chosen = own.predictions.map(({ pred }: { pred: string }) => pred);
  expect([chosen[0], chosen[1], chosen[3], chosen[4]]).toEqual(["Wrong 0", "Right 1", "Right 3", "Wrong 4"]);
  expect(["Right 2", "Wrong 2"]).toContain(chosen[2]);
});

test("2025: NaN would win officially, so the item is named and no figure is written", async () => {
  for (const index of [0, 1, 2]) {
    const { outFolder, summary } = await evaluate(2025, [3, index]);
    await expect(summary).rejects.toThrow(/own_1 must have at least two scores, none NaN.* weights for NaN/);
    expect(existsSync(join(outFolder, "blimp", "summary.json"))).toBe(false);
  }
});

test.each([2025, 2026] as const)("%s: without NaN both scorings have a figure", async (rules) => {
  const { official, corrected, quirks } = await (await evaluate(rules, [3, 4])).summary;
  expect([official["average"], corrected?.["average"], quirks["nan"]]).toEqual([50, 50, undefined]);
});
