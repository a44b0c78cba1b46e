import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { StudyConfig } from "../../../src/config/config.js";
import { tune } from "../../../src/config/curricula.js";
import { tf } from "../../../src/engine/backend.js";
import { readWeights } from "../../../src/model/checkpoint.js";
import { openStudy } from "../../../src/runs/study/study.js";
import { bestStep, meanLoss, readCurve } from "../../../src/runs/training/outcome.js";
import { textLoss } from "../../../src/runs/training/results.js";
import { startOf } from "../../../src/runs/training/start-checkpoint.js";
import { trainedModel } from "../../../src/runs/training/training.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const folder = sharedFolder();

test("the best step has the lowest loss on text, weighted by tokens", () => {
  const loss = (step: number, source: string, lossNats: number, tokens: number) => {
    return { step, epoch: step, source, lossNats, tokens };
  };
  const heldOut = [
    ...[loss(1, "a", 3, 10), loss(1, "b", 1, 90)], // 1.2
    ...[loss(2, "a", 1, 10), loss(2, "b", 1.3, 90)], // 1.27
    ...[loss(3, "a", 3, 10), loss(3, "b", 1, 90)], // as good as the first
  ];
  expect(bestStep(heldOut)).toBe(1);
});

test("tuning starts from the best epoch's weights where it is asked to, and counts the words seen until then", async () => {
  // Ten epochs over 1,200 words: the loss on other text falls, then rises.
  const overfitted: StudyConfig = {
    ...TINY_CONFIG,
    pretraining: { ...TINY_CONFIG.pretraining, maxEpochs: 10, learningRate: 0.04 },
  };
  const last = openTinyStudy(folder, overfitted);
  const base = await trainedModel(last, { model, condition: "base" });
  const [pretraining] = base.phases;
  if (!pretraining) throw new Error("pre-training must have left a phase.");
  const best = bestStep(pretraining.outcome.heldOut);
  const ofBest = pretraining.outcome.heldOut.filter(({ step }) => step === best);
  expect(meanLoss(ofBest)[0]).toBeLessThan(textLoss(pretraining)[0]);
  // The last epoch's loss is the same, measured in the training or on the weights it left.
  const ofLast = pretraining.outcome.heldOut.filter(({ epoch }) => epoch === 10);
  expect(pretraining.losses.text).toEqual(
    ofLast.map(({ source, lossNats, tokens }) => ({ source, lossNats, tokens })),
  );

  const start = startOf(base.stage, {
    checkpoint: "bestHeldOut",
    architecture: overfitted.architectures[model],
  });
  expect(start.wordsSeen).toBe(readCurve(base.stage)[best - 1]?.wordsSeen);
  const [weights, kept] = [
    start.weights(),
    readWeights(
      readFileSync(join(base.stage.folder, "bestHeldOut.safetensors")),
      overfitted.architectures[model],
    ),
  ];
  expect(Object.values(weights).map((tensor) => tensor.dataSync())).toEqual(
    Object.values(kept).map((tensor) => tensor.dataSync()),
  );
  tf.dispose([{ ...weights }, { ...kept }]);

  const bestFirst = openTinyStudy(folder, { ...overfitted, startCheckpoint: "bestHeldOut" });
  const [fromLast, fromBest] = [
    await trainedModel(last, { model, condition: "switch" }),
    await trainedModel(bestFirst, { model, condition: "switch" }),
  ];
  expect(fromBest.phases[0]?.stage.hash).toBe(pretraining.stage.hash); // trained once
  expect(fromBest.stage.hash).not.toBe(fromLast.stage.hash);
  const stepWords = (stage: typeof fromBest.stage) => readCurve(stage)[0]?.wordsSeen ?? 0;
  expect(stepWords(fromBest.stage) - start.wordsSeen).toBe(
    stepWords(fromLast.stage) - (readCurve(base.stage).at(-1)?.wordsSeen ?? 0),
  );
});

test("a stage whose last epoch was the best keeps no second set of weights", async () => {
  const study = openTinyStudy(folder);
  const { stage } = await trainedModel(study, { model, condition: "base" });
  expect(existsSync(join(stage.folder, "bestHeldOut.safetensors"))).toBe(false);
});

test("moments that go on from the best epoch are refused: only the last one's are kept", () => {
  const config: StudyConfig = {
    ...TINY_CONFIG,
    startCheckpoint: "bestHeldOut",
    curricula: { mine: [tune(["switch"], { optimizer: "carry" })] },
  };
  expect(() => openStudy({ scale: "smoke", seed: 1, config, source: "microworld" })).toThrow(
    /startCheckpoint "bestHeldOut" must go with an optimizer that is reset, got "carry" for the first stage of mine/,
  );
});
