import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { curriculumOf, tune } from "../../../src/config/curricula.js";
import { readStudyFile } from "../../../src/runs/study/study-file.js";
import { openStudy } from "../../../src/runs/study/study.js";
import { deriveStudy } from "../../../src/config/scales.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const smoke = deriveStudy("smoke");

function fileOf(content: unknown): string {
  const path = join(temporaryFolder(), "study.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

test("what the file says takes the place of the scale's own setting, and nothing else changes", () => {
  const path = fileOf({
    pretraining: { maxEpochs: 2, optimizer: { beta2: 0.999 } },
    checkpointWords: [50_000],
  });
  expect(readStudyFile(path, smoke)).toEqual({
    ...smoke,
    pretraining: {
      ...smoke.pretraining,
      maxEpochs: 2,
      optimizer: { ...smoke.pretraining.optimizer, beta2: 0.999 },
    },
    checkpointWords: [50_000],
  });
});

test("options that are off by default are set in a file", () => {
  const path = fileOf({
    architectures: { llama100M: { queryKeyNorm: "perHead" } },
    pretraining: {
      zLoss: 1e-4,
      schedule: "warmupStableDecay",
      decayRatio: 0.2,
      optimizer: { embeddingRateRatio: 10 },
    },
    instructionTuning: {
      decayRatio: 0.5,
      optimizer: { kind: "muon", rateScaling: "original", nesterov: false },
    },
    curricula: { mine: [{ examples: ["switch"], schedule: "warmupStableDecay" }] },
  });
  const { architectures, pretraining, instructionTuning } = readStudyFile(path, smoke);
  expect(architectures.llama100M).toEqual({ ...smoke.architectures.llama100M, queryKeyNorm: "perHead" });
  expect(architectures.llama140M).toEqual(smoke.architectures.llama140M);
  expect(pretraining).toMatchObject({ zLoss: 1e-4, decayRatio: 0.2, optimizer: { embeddingRateRatio: 10 } });
  expect(instructionTuning.optimizer).toEqual({
    ...smoke.instructionTuning.optimizer,
    ...{ kind: "muon", rateScaling: "original", nesterov: false },
  });
  expect(instructionTuning.decayRatio).toBe(0.5); // one of its stages has the schedule
});

test("a curriculum of the file is the one a cell would write with tune", () => {
  const path = fileOf({
    curricula: {
      mine: [
        { examples: ["switch"], name: "talk", length: { words: 500 } },
        { examples: ["switch", "wiki"], order: "gradual", learningRate: 5e-5 },
        { examples: "text", length: { stepsOf: "merged" } },
      ],
    },
  });
  const { config } = openStudy({
    scale: "smoke",
    seed: 1,
    source: "microworld",
    config: readStudyFile(path, smoke),
  });
  expect(curriculumOf(config, "mine")).toEqual([
    tune(["switch"], { name: "talk", length: { words: 500 } }),
    tune(["switch", "wiki"], { order: "gradual", learningRate: 5e-5 }),
    tune("text", { length: { stepsOf: "merged" } }),
  ]);
});

test.each<[unknown, string]>([
  ["{", "got Expected property name"],
  [[1], "got no JSON object"],
  [{ scale: "laptop" }, "got scale: it follows from the command's --scale"],
  [{ pretraining: { epochs: 2 } }, 'got pretraining: Unrecognized key: "epochs"'],
  [{ pretraining: { maxEpochs: "2" } }, "got pretraining.maxEpochs: expected a number"],
  [{ architectures: { llama100M: { queryKeyNorm: "wholeVector" } } }, 'queryKeyNorm: expected "perHead"'],
  [{ pretraining: { schedule: "wsd" } }, 'got pretraining.schedule: expected one of "linear"|'],
  [{ pretraining: { optimizer: { kind: "adam" } } }, 'got pretraining.optimizer.kind: expected "muon"'],
  [{ instructions: { lossOn: "replies" } }, 'got instructions.lossOn: expected one of "reply"|"full"'],
  [{ curricula: { mine: "switch" } }, "got curricula.mine: expected a list of stages"],
  [{ curricula: { mine: [{ order: "gradual" }] } }, "got curricula.mine.0.examples"],
  [
    { curricula: { mine: [{ examples: "text", epochs: 1 }] } },
    'got curricula.mine.0.stage: Unrecognized key: "epochs"',
  ],
  [
    { curricula: { mine: [{ examples: "text", length: { years: 1 } }] } },
    "got curricula.mine.0.length: expected configured, halfConfigured, or one of epochs",
  ],
])("%j is refused by the name of what is wrong", (content, fault) => {
  const path = fileOf(content);
  expect(() => readStudyFile(path, smoke)).toThrow(fault);
  expect(() => readStudyFile(path, smoke)).toThrow(`readStudyFile: ${path} must hold settings of a study`);
});

test("a file that is not there is named", () => {
  expect(() => readStudyFile("nowhere.json", smoke)).toThrow(/nowhere\.json must exist, found no such file/);
});

test("settings that do not go together are refused with the file's name", () => {
  const path = fileOf({ pretraining: { batchSize: -3 } });
  expect(() => readStudyFile(path, smoke)).toThrow(
    `readStudyFile: ${path} must hold settings that go together. checkStudy: pretraining.batchSize must be a whole number from 1, got -3.`,
  );
});
