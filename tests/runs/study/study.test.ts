import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Scale, type StudyConfig } from "../../../src/config/config.js";
import { curriculumOf } from "../../../src/config/curricula.js";
import { findProjectRoot } from "../../../src/project-root.js";
import { checkModel, openStudy } from "../../../src/runs/study/study.js";
import { deriveStudy } from "../../../src/config/scales.js";

afterEach(() => vi.unstubAllEnvs());

const root = findProjectRoot();
const smoke = deriveStudy("smoke");
// Downloads count as text at hand: then nothing here is without text.
const hasDownloads = existsSync(join(root, "data", "raw", "babylm_sample"));

describe("without real text", () => {
  test.skipIf(hasDownloads)("smoke runs on the microworld, in a results folder of its own", () => {
    vi.stubEnv("CLASS_IT_DATA", undefined);
    const study = openStudy({ scale: "smoke", seed: 3 });
    expect(study.source).toBe("microworld");
    expect(study.resultsFolder).toBe(join(root, "results", "smoke-microworld"));
    expect(study.cacheFolder).toBe(join(root, ".cache", "stages"));
    expect({ ...study.config, instructions: null, shrunk: null }).toEqual({
      ...smoke,
      instructions: null,
      shrunk: null,
    });
  });

  test.skipIf(hasDownloads)("laptop scale says where text was looked for and what to do", () => {
    vi.stubEnv("CLASS_IT_DATA", undefined);
    expect(() => openStudy({ scale: "laptop", seed: 1 })).toThrow(
      /laptop scale must have real text.*data\/raw nor CLASS_IT_DATA.*Run npx class-it data, or set CLASS_IT_DATA/,
    );
  });

  test("a scale above smoke is refused even where the microworld is asked for", () => {
    expect(() => openStudy({ scale: "paper", seed: 1, source: "microworld" })).toThrow(
      /paper scale must have real text/,
    );
  });

  test("a CLASS_IT_DATA that names no folder is an error, not the microworld", () => {
    vi.stubEnv("CLASS_IT_DATA", join(root, "no", "such", "folder"));
    expect(() => openStudy({ scale: "smoke", seed: 1 })).toThrow(
      /CLASS_IT_DATA must name an existing folder/,
    );
  });
});

test.skipIf(!process.env["CLASS_IT_DATA"])("with real text results lie under the scale's own name", () => {
  const study = openStudy({ scale: "laptop", seed: 1, resultsRoot: "elsewhere" });
  expect(study.source).toBe("real");
  expect(study.resultsFolder).toBe(join(root, "elsewhere", "laptop"));
});

test("the microworld can be asked for, and cache and results can lie elsewhere", () => {
  const study = openStudy({
    scale: "smoke",
    seed: 1,
    source: "microworld",
    resultsRoot: "/there",
    cacheFolder: "/cache",
  });
  expect(study.resultsFolder).toBe(join("/there", "smoke-microworld"));
  expect(study.cacheFolder).toBe("/cache");
});

describe("refused before anything is trained", () => {
  test("an unknown scale, with the scales there are", () => {
    const scale = "huge" as Scale; // as a notebook may hand it over
    expect(() => openStudy({ scale, seed: 1 })).toThrow(
      /scale must be one of smoke, laptop, paper, got "huge"/,
    );
  });

  test.each([-1, 1.5, Number.NaN])("the seed %s", (seed) => {
    expect(() => openStudy({ scale: "smoke", seed, source: "microworld" })).toThrow(
      `seed must be a whole number from 0, got ${seed}`,
    );
  });

  const { pretraining, instructionTuning } = smoke;
  test.each<[string, Partial<StudyConfig>]>([
    [
      "llama100M rowLengthTokens must not exceed maxLengthTokens 256, got 257",
      { rowLengthTokens: { llama140M: 128, llama100M: 257 } },
    ],
    [
      "llama140M rowLengthTokens must be a whole number from 2, got 1",
      { rowLengthTokens: { llama140M: 1, llama100M: 128 } },
    ],
    [
      "pretraining.batchSize must be a whole number from 1, got 0",
      { pretraining: { ...pretraining, batchSize: 0 } },
    ],
    [
      "instructionTuning.maxEpochs must be a whole number from 1, got 0.5",
      { instructionTuning: { ...instructionTuning, maxEpochs: 0.5 } },
    ],
    [
      "instructionTuning.learningRate must be above 0, got 0",
      { instructionTuning: { ...instructionTuning, learningRate: 0 } },
    ],
    [
      "pretraining.warmupRatio must be null or from 0 to below 1, got 1",
      { pretraining: { ...pretraining, warmupRatio: 1 } },
    ],
    [
      "instructionTuning.warmupSteps must stay 500 while warmupRatio is 0.006, which decides (set that to null), got 100",
      { instructionTuning: { ...instructionTuning, warmupSteps: 100 } },
    ],
    ["pretraining.zLoss must be above 0, or left out, got 0", { pretraining: { ...pretraining, zLoss: 0 } }],
    [
      "instructionTuning.optimizer.embeddingRateRatio must be above 0, or left out, got -1",
      {
        instructionTuning: {
          ...instructionTuning,
          optimizer: { ...instructionTuning.optimizer, embeddingRateRatio: -1 },
        },
      },
    ],
    [
      'pretraining.optimizer.momentum must go with the kind "muon", got it with AdamW',
      { pretraining: { ...pretraining, optimizer: { ...pretraining.optimizer, momentum: 0.9 } } },
    ],
    [
      'pretraining.optimizer.nesterov must go with the kind "muon", got it with AdamW',
      { pretraining: { ...pretraining, optimizer: { ...pretraining.optimizer, nesterov: true } } },
    ],
    [
      "pretraining.optimizer.momentum must be from 0 to below 1, got 1",
      { pretraining: { ...pretraining, optimizer: { ...pretraining.optimizer, kind: "muon", momentum: 1 } } },
    ],
    [
      'pretraining.decayRatio must go with the schedule "warmupStableDecay", got it with "linear"',
      { pretraining: { ...pretraining, decayRatio: 0.1 } },
    ],
    [
      "pretraining.decayRatio must be above 0 and at most 1, got 2",
      { pretraining: { ...pretraining, schedule: "warmupStableDecay", decayRatio: 2 } },
    ],
    [
      "pretraining.decayRatio must leave room for the warmupRatio 0.25, got 0.8",
      { pretraining: { ...pretraining, schedule: "warmupStableDecay", decayRatio: 0.8 } },
    ],
    [
      "hiddenSize must be numHeads times an even headDim, got 96 and 5",
      {
        architectures: {
          ...smoke.architectures,
          llama140M: { ...smoke.architectures.llama140M, numHeads: 5 },
        },
      },
    ],
  ])("%s", (message, change) => {
    const config = { ...smoke, ...change };
    expect(() => openStudy({ scale: "smoke", seed: 1, config, source: "microworld" })).toThrow(message);
  });

  test("an unknown model or condition, with those there are", () => {
    expect(() => checkModel("llama7B" as "llama140M")).toThrow(
      /model must be one of llama140M, llama100M, got "llama7B"/,
    );
    expect(() => curriculumOf(smoke, "swich")).toThrow(
      /condition must be one of base, switch, wiki, merged, .*, got "swich"/,
    );
  });
});
