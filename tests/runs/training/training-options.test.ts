/** @file Options of architecture and training that are off by default: each names a stage of its own and changes what is trained. */
import { beforeAll, expect, test } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { hashStage } from "../../../src/runs/stages/stage.js";
import { openMaterial } from "../../../src/runs/study/material.js";
import { merge, type StudyChange } from "../../../src/runs/study/study-change.js";
import { takeFirstSteps } from "../../../src/runs/training/first-steps.js";
import { pretrainingPhase } from "../../../src/runs/training/phases.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const folder = sharedFolder();

/** Name of the stage, and its training step by step. */
async function trained(change: StudyChange) {
  const config = merge(TINY_CONFIG, change) as StudyConfig;
  const material = await openMaterial(openTinyStudy(folder, config), "llama100M");
  try {
    const { kind, inputs, prepare } = pretrainingPhase(material, { keepMoments: false });
    const { start, plan } = await prepare();
    const steps = [];
    for await (const { lossNats, gradientNorm, learningRate } of takeFirstSteps(start(), plan, Infinity))
      steps.push({ lossNats, gradientNorm, learningRate });
    return { hash: hashStage(kind, inputs), steps };
  } finally {
    material.tokens.stream.close();
  }
}

let usual: Awaited<ReturnType<typeof trained>>;
const names = new Set<string>();
beforeAll(async () => {
  usual = await trained({});
  names.add(usual.hash);
});

test.each<[what: string, change: StudyChange, actsOnFirstLoss: boolean]>([
  ["a query-key norm", { architectures: { llama100M: { queryKeyNorm: "perHead" } } }, true],
  ["a z-loss", { pretraining: { zLoss: 0.01 } }, true],
  ["another rate for embeddings", { pretraining: { optimizer: { embeddingRateRatio: 4 } } }, false],
  ["Muon", { pretraining: { optimizer: { kind: "muon" } } }, false],
  ["Muon with another momentum", { pretraining: { optimizer: { kind: "muon", momentum: 0.5 } } }, false],
  ["Muon without Nesterov's", { pretraining: { optimizer: { kind: "muon", nesterov: false } } }, false],
  ["Muon's own rates", { pretraining: { optimizer: { kind: "muon", rateScaling: "original" } } }, false],
  ["warmupStableDecay", { pretraining: { schedule: "warmupStableDecay" } }, false],
])("%s names another stage, and acts", async (_what, change, actsOnFirstLoss) => {
  const other = await trained(change);
  for (const hash of names) expect(other.hash).not.toBe(hash);
  names.add(other.hash);
  expect(other.steps).toHaveLength(usual.steps.length);
  expect(other.steps[0]?.lossNats === usual.steps[0]?.lossNats).toBe(!actsOnFirstLoss);
  expect(other.steps.at(-1)?.lossNats).not.toBe(usual.steps.at(-1)?.lossNats);
});
