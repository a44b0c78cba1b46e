import { afterAll, beforeAll, expect, test } from "vitest";
import type { Scale, TuningStage } from "../../../src/config/config.js";
import { curriculumOf, tune } from "../../../src/config/curricula.js";
import { LENGTH_MULTIPLE } from "../../../src/data/example-batches.js";
import { trainingOperations } from "../../../src/model/operation-count.js";
import { rehearse } from "../../../src/runs/cost/rehearsal.js";
import {
  costOfStage,
  PAPER_TEXT_WORDS,
  scaleCost,
  type StageCost,
} from "../../../src/runs/cost/training-budget.js";
import { openMaterial, type Material } from "../../../src/runs/study/material.js";
import { trainCondition } from "../../../src/runs/training/training.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../../support/tiny-study.js";

const model = "llama100M";
const study = openTinyStudy(sharedFolder(), {
  ...TINY_CONFIG,
  pretraining: { ...TINY_CONFIG.pretraining, maxEpochs: 2 },
});
let material: Material;
beforeAll(async () => {
  material = await openMaterial(study, model);
});
afterAll(() => material.tokens.stream.close());

const costsOf = async (condition: string): Promise<StageCost[]> => {
  const stages = [null, ...curriculumOf(study.config, condition)];
  return Promise.all(stages.map((stage, phase) => costOfStage(material, stage, phase - 1)));
};

test.each(["switchThenWiki", "switchMatched", "moreText"])(
  "costs of %s counted before training are the steps and words of the training itself",
  async (condition) => {
    const trained = new Map<string, { steps: number; words: number }>();
    let before = 0;
    for await (const { phase, wordsSeen } of trainCondition(study, { model, condition })) {
      const { steps, words } = trained.get(phase) ?? { steps: 0, words: 0 };
      trained.set(phase, { steps: steps + 1, words: words + wordsSeen - before });
      before = wordsSeen;
    }
    const costs = await costsOf(condition);
    expect(costs.map(({ stage }) => stage)).toEqual([...trained.keys()]);
    for (const { stage, steps, words } of costs) {
      expect(steps).toBe(trained.get(stage)?.steps);
      expect(words).toBeCloseTo(trained.get(stage)?.words ?? 0, 6);
    }
  },
);

test("full rows cost what their number and length say", async () => {
  const [pretraining] = await costsOf("base");
  const lengthTokens = TINY_CONFIG.rowLengthTokens[model];
  const perRow = trainingOperations(TINY_CONFIG.architectures[model], { batchSize: 1, lengthTokens });
  const rows = (pretraining?.tokens ?? 0) / lengthTokens;
  expect(Number.isInteger(rows)).toBe(true);
  expect(pretraining?.operations).toBeCloseTo(rows * perRow, 0);
});

test("every step of Muon costs its iterations besides, whatever the batch", async () => {
  const optimizer = { ...TINY_CONFIG.pretraining.optimizer, kind: "muon" } as const;
  const config = { ...study.config, pretraining: { ...study.config.pretraining, optimizer } };
  const [[usual], own] = [
    await costsOf("base"),
    await costOfStage({ ...material, study: { ...study, config } }, null, -1),
  ];
  // A layer of 16 wide with 64 in the feed-forward layer. Four squares: 5 iterations of three products of 2 · 16³. Three of 4 to
  // 1: two products of 2 · 16² · 64, and 17 of 2 · 16³.
  const perStep = 4 * 15 * 2 * 16 ** 3 + 3 * (2 * 2 * 16 ** 2 * 64 + 17 * 2 * 16 ** 3);
  expect(own.operations - (usual?.operations ?? NaN)).toBeCloseTo(own.steps * perStep, 0);
});

test("a stage that ends within an epoch costs its whole epochs and the rest of them", async () => {
  const ofSteps = (steps: number): Promise<StageCost> =>
    costOfStage(material, tune(["switch"], { length: { steps } }), 0);
  const [two, three] = [await ofSteps(2), await ofSteps(3)]; // two steps are an epoch
  expect([two.steps, three.steps]).toEqual([2, 3]);
  const added = three.tokens - two.tokens;
  expect(added).toBeGreaterThan(0);
  expect(added % (8 * LENGTH_MULTIPLE)).toBe(0); // one batch of 8 rows, not half of what two have
  expect(three.words).toBeGreaterThan(two.words);
});

test("ten times the text takes ten times everything, in whole steps", () => {
  const cost = { stage: "x", words: 1, tokens: 2, steps: 3, operations: 4 };
  expect(scaleCost(cost, 10.1)).toEqual({
    ...{ stage: "x", words: 10.1, tokens: 20.2, operations: 40.4 },
    steps: 30,
  });
});

const text = (length: TuningStage["length"]): TuningStage => tune("text", { length });
test.each<[string, TuningStage | null, boolean]>([
  ["pre-training", null, true],
  ["more text for an epoch", text({ epochs: 1 }), true],
  ["more text for the configured epochs", text("configured"), true],
  ["more text for five steps", text({ steps: 5 }), false],
  ["more text for as many words as merged", text({ wordsOf: "merged" }), false],
  ["tuning on conversation", tune(["switch"]), false],
])("at paper scale, %s grows with the paper's text: %s", async (_, stage, grows) => {
  const at = (scale: Scale): Promise<StageCost> =>
    costOfStage({ ...material, study: { ...study, config: { ...study.config, scale } } }, stage, 0);
  const [here, paper] = [await at("smoke"), await at("paper")];
  const factor = grows ? PAPER_TEXT_WORDS / material.text.words : 1;
  expect(paper.words / here.words).toBeCloseTo(factor, 3);
  expect(paper.operations / here.operations).toBeCloseTo(factor, 3);
  expect(paper.steps).toBe(Math.round(here.steps * factor));
});

test("the steps taken are those the training begins with, and leave no stage behind", async () => {
  const fresh = openTinyStudy(study.cacheFolder + "-fresh", study.config);
  const losses: number[] = [];
  for await (const { lossNats } of rehearse(fresh, { model, steps: 2 })) losses.push(lossNats);
  expect(stagesOf(fresh, "pretraining")).toEqual([]);
  const first: number[] = [];
  for await (const { lossNats } of trainCondition(study, { model, condition: "base" }))
    if (first.push(lossNats) === 2) break;
  expect(losses).toEqual(first);
});
