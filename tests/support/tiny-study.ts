/** @file A study on the microworld small enough to train every condition within seconds. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type ArchitectureConfig, type StudyConfig } from "../../src/config/config.js";
import { openStudy, type Study } from "../../src/runs/study/study.js";
import { deriveStudy } from "../../src/config/scales.js";

const smoke = deriveStudy("smoke");
const tiny: ArchitectureConfig = {
  ...smoke.architectures.llama100M,
  vocabSize: 400,
  maxLengthTokens: 128,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 64,
};

/** Some twenty steps of pre-training and two of each tuning phase. */
export const TINY_CONFIG: StudyConfig = {
  ...smoke,
  architectures: { llama140M: tiny, llama100M: tiny },
  pretraining: { ...smoke.pretraining, batchSize: 8, learningRate: 0.02 },
  rowLengthTokens: { llama140M: 32, llama100M: 32 },
  budget: {
    pretrainingWords: 1_200,
    heldOutWords: 200,
    heldOutRows: 4,
    switchboardRows: 16,
    wikiRows: 16,
    zeroShotItemsPerUid: 2,
  },
};

/** The study, with cache and results in a folder of the test's own. */
export function openTinyStudy(folder: string, config: StudyConfig = TINY_CONFIG, seed = 1): Study {
  return openStudy({
    scale: "smoke",
    seed,
    config,
    source: "microworld",
    resultsRoot: join(folder, "results"),
    cacheFolder: join(folder, "stages"),
  });
}

/** Names of the folders in a study's cache, of one kind where it is given. */
export function stagesOf({ cacheFolder }: Study, kind = ""): string[] {
  return readdirSync(cacheFolder)
    .filter((name) => name.startsWith(kind))
    .sort();
}
