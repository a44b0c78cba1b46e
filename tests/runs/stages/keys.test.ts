/** @file The key of every kind of stage: whatever a stage reads is in its key, and whatever is in its key is read. */
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { tune } from "../../../src/config/curricula.js";
import { measureStudyOverlap } from "../../../src/runs/description/overlap.js";
import { finetuneAll } from "../../../src/runs/finetune-all.js";
import { gamePreferences } from "../../../src/runs/game/game-preferences.js";
import { playReferenceGame } from "../../../src/runs/game/reference-game.js";
import { evaluateAcquisition } from "../../../src/runs/scoring/acquisition-scores.js";
import { generateReplies } from "../../../src/runs/scoring/replies.js";
import { checkpointScores } from "../../../src/runs/scoring/checkpoint-scores.js";
import { evaluateCondition } from "../../../src/runs/scoring/scoring.js";
import { canonicalJson } from "../../../src/runs/stages/stage.js";
import { openStudy, type Study } from "../../../src/runs/study/study.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";
import { records, watchedConfig } from "./recorded-stages.js";

vi.mock(import("../../../src/runs/stages/computation.js"), async (original) => {
  const { computation, ...others } = await original();
  const { watchComputation } = await import("./recorded-stages.js");
  return { ...others, computation: (url, run) => watchComputation(computation(url, run)) };
});
vi.mock(import("../../../src/random.js"), async (original) => {
  const { deriveSeed, ...others } = await original();
  const { noteSeed } = await import("./recorded-stages.js");
  return {
    ...others,
    deriveSeed(seed, purpose) {
      const derived = deriveSeed(seed, purpose);
      noteSeed(seed, purpose, derived);
      return derived;
    },
  };
});
vi.mock(import("../../../src/data/files.js"), async (original) => {
  const { readData, readText, readEntry, verifyFile, verifyEntry, ...others } = await original();
  const { noteFile } = await import("./recorded-stages.js");
  return {
    ...others,
    readData: (path, places) => (noteFile(path), readData(path, places)),
    readText: (path, places) => (noteFile(path), readText(path, places)),
    readEntry: (entry, places) => (noteFile(entry.path), readEntry(entry, places)),
    verifyFile: (path, places) => (noteFile(path), verifyFile(path, places)),
    verifyEntry: (entry, places) => (noteFile(entry.path), verifyEntry(entry, places)),
  };
});

const model = "llama100M";
const folder = sharedFolder();
const { architectures, pretraining, instructionTuning, instructions } = TINY_CONFIG;
const grouped = {
  ...architectures.llama100M,
  numKeyValueHeads: 1,
  headDim: 8,
  queryKeyNorm: "perHead",
} as const;
const MUON = {
  kind: "muon",
  momentum: 0.9,
  nesterov: false,
  rateScaling: "original",
  embeddingRateRatio: 2,
} as const;
const level = { schedule: "warmupStableDecay", decayRatio: 0.2, zLoss: 0.01 } as const;
const optimizer = { ...pretraining.optimizer, ...MUON, decays: "everything" } as const;

/** Configurations that together make every setting count. */
const CONFIGS: readonly Partial<StudyConfig>[] = [
  { checkpointWords: [400, 800] },
  {
    architectures: { llama140M: grouped, llama100M: grouped },
    pretraining: {
      ...pretraining,
      warmupRatio: null,
      warmupSteps: 2,
      ...level,
      microBatchSize: 4,
      optimizer,
    },
    instructionTuning: {
      ...instructionTuning,
      warmupRatio: null,
      warmupSteps: 1,
      ...level,
      microBatchSize: 4,
      optimizer,
    },
    instructions: { ...instructions, instructionRows: "packed", lossOn: "full" },
    objective: { maskedShare: 0.5, maskRate: 0.15, schedule: "linear" },
    pretrainingRows: "documentsIsolated",
    curriculum: { ...TINY_CONFIG.curriculum, scheduleSpan: "whole", optimizerAtPhase: "carry" },
    curricula: {
      mine: [
        tune("text", { length: { steps: 2 } }),
        tune(["wiki"]),
        tune(["switch"], { order: "frequentFirst" }),
      ],
    },
  },
];

const watch = (study: Study): Study => ({ ...study, config: watchedConfig(study.config) });

/** Everything else a study can be asked for. */
async function useModels(watched: Study): Promise<void> {
  const base = { model, condition: "base" } as const;
  await evaluateCondition(watched, { ...base, task: "blimp" });
  await evaluateCondition(watched, { ...base, task: "reading" });
  await evaluateAcquisition(watched, base);
  await checkpointScores(watched, { ...base, task: "blimp" });
  await finetuneAll(watched, [base], { tasks: ["wsc"], seeds: [1], patience: 1 });
  const asked = { model, conditions: ["base"], maxNewTokens: 2, prompts: ["Is it so?"] } as const;
  await generateReplies(watched, asked);
  await generateReplies(watched, { ...asked, temperature: 1, topP: 0.9 });
  await measureStudyOverlap(watched);
  const game = { model, games: 2, adaptationSteps: 1 } as const;
  await playReferenceGame(watched, { ...game, conditions: ["base"] });
  await gamePreferences(watched, { ...game, speaker: "base", draws: 2 });
}

beforeAll(async () => {
  const [first, second] = CONFIGS.map((changes) =>
    watch(openTinyStudy(folder, { ...TINY_CONFIG, ...changes })),
  );
  if (!first || !second) throw new Error("There must be two configurations.");
  for (const condition of ["switchThenWiki", "moreTextSteps", "mergedReplay", "switchSimPo"])
    await trainedModel(first, { model, condition });
  await useModels(first);
  await trainedModel(second, { model, condition: "mine" });
}, 600_000);

const KINDS = [
  "runs/study/train-tokenizer",
  "runs/study/encode-text",
  "runs/training/pretrain",
  "runs/training/tune",
  "runs/training/held-out-loss",
  "runs/scoring/score-task",
  "runs/scoring/write-replies",
  "runs/finetuning/finetune",
  "runs/description/measure-overlap",
  "runs/game/adapt-to-game",
  "runs/game/describe-games",
  "runs/game/understand-descriptions",
  "runs/game/prefer-descriptions",
];
/** Told of real files, and settings that choose among them. */
const OF_REAL_TEXT = /(^|\.)files(\[\].*)?$|pairing$|wikiSource$/;

test("every kind of stage was run", () => {
  expect([...records.keys()].sort()).toEqual([...KINDS].sort());
  const kinds = new Set(readdirSync(`${folder}/stages`).map((name) => name.replace(/-[0-9a-f]{16}$/, "")));
  expect(kinds.size).toBe(KINDS.length);
});

test("every stage is cached under the inputs that it was run with, and its code", () => {
  const runs = new Set([...records.values()].flatMap((record) => [...record.runs]));
  for (const name of readdirSync(`${folder}/stages`)) {
    const stage: { inputs: Record<string, unknown> } = JSON.parse(
      readFileSync(`${folder}/stages/${name}/stage.json`, "utf8"),
    );
    const { code, ...inputs } = stage.inputs;
    expect(code, name).toMatch(/^[0-9a-f]{16}$/);
    expect([...runs], name).toContain(canonicalJson(inputs));
  }
});

describe.each(KINDS)("%s", (module) => {
  test("reads nothing that its key lacks: no setting, no file, no seed", () => {
    expect([...(records.get(module)?.strays ?? ["never run"])]).toEqual([]);
  });

  test("reads all that is in its key", () => {
    const { inKey, read } = records.get(module) ?? { inKey: new Set(["never run"]), read: new Set() };
    const unread = [...inKey].filter((path) => !read.has(path) && !OF_REAL_TEXT.test(path));
    expect(unread).toEqual([]);
  });
});

test.skipIf(process.env["CLASS_IT_DATA"] === undefined)(
  "with real text, files and the settings that choose among them are read as well",
  async () => {
    records.clear();
    const study = openStudy({
      scale: "smoke",
      seed: 1,
      config: TINY_CONFIG,
      resultsRoot: `${folder}/real`,
      cacheFolder: `${folder}/real-stages`,
    });
    const watched = watch(study);
    await trainedModel(watched, { model, condition: "switchThenWiki" });
    await evaluateCondition(watched, { model, condition: "base", task: "entity_tracking" });
    await evaluateCondition(watched, { model, condition: "base", task: "reading" });
    for (const [module, { inKey, read, strays }] of records) {
      expect([...strays], module).toEqual([]);
      const unread = [...inKey].filter((path) => !read.has(path) && OF_REAL_TEXT.test(path));
      expect(unread, module).toEqual([]);
    }
  },
  600_000,
);
