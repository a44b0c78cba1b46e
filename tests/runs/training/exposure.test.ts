import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { CONDITIONS } from "../../../src/config/config.js";
import { countWords } from "../../../src/data/words.js";
import { wordBudgetRows } from "../../../src/report/rows/word-budget-rows.js";
import { loadInstructionSets } from "../../../src/runs/study/instruction-sets.js";
import { announceExposure, exposureMetrics, measureExposure } from "../../../src/runs/training/exposure.js";
import { resultWith } from "../../support/hand-made-result.js";
import { sharedFolder, temporaryFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const study = openTinyStudy(sharedFolder(), {
  ...TINY_CONFIG,
  pretraining: { ...TINY_CONFIG.pretraining, maxEpochs: 3 },
  instructionTuning: { ...TINY_CONFIG.instructionTuning, maxEpochs: 2 },
});
const text = { words: 1200 };

test("each condition has its phases: the text three times, prompts and replies twice", async () => {
  const wordsOf = async (set: "switch" | "wiki"): Promise<number> =>
    countWords(
      (await loadInstructionSets(study, [set])).examples
        .map(({ prompt, reply }) => `${prompt} ${reply}`)
        .join(" "),
    );
  const [inSwitch, inWiki] = [await wordsOf("switch"), await wordsOf("wiki")];
  expect(inSwitch).toBeGreaterThan(16 * 6);
  for (const condition of CONDITIONS) {
    const budget = await measureExposure(study, { condition, text });
    const tuning =
      condition === "base"
        ? 0
        : condition === "switch"
          ? inSwitch
          : condition === "wiki"
            ? inWiki
            : inSwitch + inWiki;
    expect([budget.distinctWords, budget.exposureWords]).toEqual([1200 + tuning, 3600 + 2 * tuning]);
  }
});

test("text that is mixed in is a phase of its own: seen again, learned from once", async () => {
  const wordsOf = async (condition: string) => measureExposure(study, { condition, text });
  const [plain, replayed] = [await wordsOf("switchThenWiki"), await wordsOf("switchThenWikiReplay")];
  expect(replayed.phases.map(({ name }) => name)).toEqual([
    "pre-training",
    "switch",
    "switch text",
    "wiki",
    "wiki text",
  ]);
  expect(replayed.distinctWords).toBe(plain.distinctWords);
  const { examples } = await loadInstructionSets(study, ["switch"]);
  const replyWords = examples.reduce((sum, { reply }) => sum + countWords(reply), 0);
  const ofText = replayed.phases.find(({ name }) => name === "switch text")?.exposureWords ?? 0;
  expect(ofText).toBe(Math.round(2 * (replyWords + examples.length / 1.4)));
  expect(replayed.exposureWords).toBeGreaterThan(plain.exposureWords + ofText);
});

test("conversations hold the words of the pairs they are made of", async () => {
  const [pairs, turns] = await Promise.all(
    ["switch", "switchTurns"].map((condition) => measureExposure(study, { condition, text })),
  );
  expect([turns?.distinctWords, turns?.exposureWords]).toEqual([pairs?.distinctWords, pairs?.exposureWords]);
});

test("the run says what it will see, and warns when that is beyond the rules", async () => {
  const file = join(temporaryFolder(), "progress.jsonl");
  vi.stubEnv("CLASS_IT_PROGRESS", file);
  const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  await announceExposure(study, { condition: "base", text });
  expect(warn).not.toHaveBeenCalled();
  await announceExposure(study, { condition: "base", text: { words: 120_000_000 } });
  expect(warn.mock.calls.map(([said]) => said)).toEqual([
    "base: 120M words, 360M seen: more than the BabyLM strict rules allow: 100M words",
  ]);
  const notes = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(notes).toEqual([
    { type: "note", text: "base: 0.0012M words, 0.0036M seen: within the BabyLM strict rules" },
    { type: "note", text: warn.mock.calls[0]?.[0] },
  ]);
});

test("the table sets what a run used beside what is allowed", async () => {
  const budget = await measureExposure(study, { condition: "base", text });
  const result = resultWith(exposureMetrics(budget), { task: "training" });
  expect(wordBudgetRows([result])).toMatchObject([
    { condition: "base", "words, each once": 1200, "words seen": 3600, "limits exceeded": 0 },
    { model: "strict track", "words, each once": 100_000_000, "words seen": 1_000_000_000 },
  ]);
  expect(() => wordBudgetRows([{ ...result, metrics: [] }])).toThrow("must have words, got none");
});
