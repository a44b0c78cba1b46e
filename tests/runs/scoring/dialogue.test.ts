import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { accuracyBars } from "../../../src/report/plots/score-bars.js";
import { frame } from "../../../src/report/render/frame.js";
import { contextOf } from "../../../src/report/rows/study-context.js";
import {
  shuffledContextRows,
  turnBarRows,
  turnRows,
  turnTableRows,
} from "../../../src/report/rows/turn-rows.js";
import { evaluateAll } from "../../../src/runs/grid.js";
import { dialogueIn } from "../../../src/runs/scoring/tasks/dialogue.js";
import type { Result } from "../../../src/runs/study/results.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { openVerifiedFolder, verifyResults } from "../../../src/runs/verify/verify.js";
import { command } from "../../command-line/command.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const longer = { ...TINY_CONFIG.architectures.llama100M, maxLengthTokens: 512 };
const config = {
  ...TINY_CONFIG,
  architectures: { llama140M: longer, llama100M: longer },
  budget: { ...TINY_CONFIG.budget, zeroShotItemsPerUid: 10 },
};
const root = sharedFolder();
const study = openTinyStudy(root, config);
const run = { model: "llama100M", condition: "base" } as const;
let result: Result;
beforeAll(async () => {
  const [own] = await evaluateAll(study, [run], "dialogue");
  if (!own) throw new Error("evaluateAll must give a result.");
  result = own;
});

describe("dialogue choice of a study", () => {
  test("has ten microworld items after each context, and its metrics follow from the kept items", async () => {
    expect(result).toMatchObject({ task: "dialogue", files: [] });
    const parts = result.metrics.filter(({ metric }) => metric === "chance");
    expect(parts.map(({ part, n, value }) => [part, n, value])).toEqual(
      ["oneTurn", "threeTurns", "allTurns", "shuffled"].flatMap((context) =>
        ["sum", "perToken", "pmi"].map((score) => [
          `microworld_${context}_${score}`,
          10,
          expect.closeTo(0.1, 12),
        ]),
      ),
    );
    const checks = await verifyResults(
      openVerifiedFolder({
        scale: "smoke",
        resultsRoot: join(root, "results"),
        cacheFolder: study.cacheFolder,
      }),
      { steps: 0 },
    );
    const zeroShot = checks.find(({ name }) => name === "zero-shot");
    expect(zeroShot?.differences).toEqual([]);
    expect(zeroShot?.found).toContain("of 1 of 1 result computed from items");
  });

  test("is scored once", async () => {
    const stages = stagesOf(study);
    expect((await evaluateAll(study, [run], ["dialogue"]))[0]?.metrics).toEqual(result.metrics);
    expect(stagesOf(study)).toEqual(stages);
  });

  test("prints as rows and as bars", () => {
    const rows = turnRows([result]);
    expect(rows).toHaveLength(12);
    expect(rows[2]).toMatchObject({ set: "microworld", context: "oneTurn", score: "pmi", n: 10 });
    for (const { recallAt1, low, high } of rows) {
      expect(low).toBeLessThanOrEqual(recallAt1);
      expect(high).toBeGreaterThanOrEqual(recallAt1);
    }
    expect(frame(turnTableRows(rows)).columns).toContain("recall@1 (%)");
    const drops = shuffledContextRows(rows);
    expect(drops).toHaveLength(3);
    const of = (context: string) => rows.find((row) => row.context === context && row.score === "pmi");
    expect(drops[2]?.["drop (points)"]).toBeCloseTo(
      100 * ((of("allTurns")?.recallAt1 ?? NaN) - (of("shuffled")?.recallAt1 ?? NaN)),
      9,
    );
    const bars = turnBarRows(rows, { score: "pmi", contexts: ["oneTurn", "allTurns"] });
    expect(bars.map(({ task, n }) => [task, n])).toEqual([
      ["microworld, 1 turn", 10],
      ["microworld, all turns", 10],
    ]);
    expect(JSON.stringify(accuracyBars(bars, contextOf(study)))).toContain("microworld, all turns");
  });
});

const PAIRS = JSON.stringify([
  { prompt: "*MOT: what's that ?", chosen: "*CHI: a dog .", rejected: "*CHI: no more ." },
  { prompt: "*MOT: more ?", chosen: "*CHI: yes .", rejected: "*CHI: no ." },
]);

/** A data folder with two pairs and the text that one of them is in. */
function pairsFolder(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "communicative"));
  writeFileSync(join(folder, "communicative", "huggingface_dpo_format_eval.json"), PAIRS);
  writeFileSync(join(folder, "childes.train"), "*MOT: more?\n*CHI: yes.\n");
  return folder;
}

describe("dialogue choice of a folder", () => {
  test("has the sets whose files are there, and the microworld's", () => {
    const { choices, files } = dialogueIn(pairsFolder());
    expect(files.map(({ path }) => path)).toEqual([
      "communicative/huggingface_dpo_format_eval.json",
      "babylm_sample/train/childes.train",
    ]);
    const pairs = choices.filter(({ uid }) => uid.startsWith("childPairs"));
    expect(pairs.map(({ id, isInTraining }) => [id, isInTraining])).toEqual([
      ["childPairs_0_oneTurn", false],
      ["childPairs_0_shuffled", false],
      ["childPairs_1_oneTurn", true],
      ["childPairs_1_shuffled", true],
    ]);
    expect(choices).toHaveLength(4 + 4 * 400);
  });

  test("is scored by class-it evaluate, item by item and in sum", async () => {
    const model = temporaryFolder();
    cpSync((await trainedModel(study, run)).stage.folder, model, { recursive: true });
    const out = join(temporaryFolder(), "scores");
    const options = ["--model", model, "--tasks", "dialogue", "--data", pairsFolder(), "--out", out];
    const { code, stdout, stderr } = await command(["evaluate", ...options]);
    expect([code, stderr.includes("Error")]).toEqual([0, false]);
    expect(stdout).toMatch(/child-directed pairs +\| 1 turn +\| PMI/);
    expect(stdout).toMatch(/microworld +\| all turns +\| per token/);
    const lines = readFileSync(join(out, "dialogue", "items.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines).toHaveLength(1_604);
    expect(lines[0]).not.toContain("dog");
    expect(JSON.parse(readFileSync(join(out, "dialogue", "summary.json"), "utf8"))).toMatchObject({
      task: "dialogue",
      n: 1_604,
      figures: expect.arrayContaining([
        expect.objectContaining({
          uid: "childPairs_oneTurn",
          n: 2,
          withoutOverlap: expect.objectContaining({ n: 1 }),
        }),
      ]),
    });
    expect(existsSync(join(out, "dialogue", "items.jsonl.part"))).toBe(false);
  });
});
