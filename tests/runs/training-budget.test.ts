import { expect, test } from "vitest";
import { trainingOperations } from "../../src/model/operation-count.js";
import { budgetRows, describeRehearsal } from "../../src/report/budget-rows.js";
import { rehearse, type Rehearsal } from "../../src/runs/rehearsal.js";
import { H100, hoursAt, scaleCost } from "../../src/runs/training-budget.js";
import { trainCondition } from "../../src/runs/training.js";
import { sharedFolder } from "../support/temporary-folder.js";
import { openTinyStudy, stagesOf, TINY_CONFIG } from "../support/tiny-study.js";

const model = "llama100M";
const study = openTinyStudy(sharedFolder(), {
  ...TINY_CONFIG,
  pretraining: { ...TINY_CONFIG.pretraining, maxEpochs: 2 },
});

async function rehearsed(condition: string): Promise<Rehearsal> {
  const steps = rehearse(study, { model, condition, steps: 2 });
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
  }
}

test("costs counted before training are the steps, words and tokens of the training itself", async () => {
  const { costs } = await rehearsed("switchThenWiki");
  const trained = new Map<string, { steps: number; words: number; tokens: number }>();
  let before = 0;
  for await (const { phase, wordsSeen } of trainCondition(study, { model, condition: "switchThenWiki" })) {
    const sums = trained.get(phase) ?? { steps: 0, words: 0, tokens: 0 };
    trained.set(phase, { ...sums, steps: sums.steps + 1, words: sums.words + wordsSeen - before });
    before = wordsSeen;
  }
  expect(costs.map(({ stage }) => stage)).toEqual(["pre-training", "switch", "wiki"]);
  for (const { stage, steps, words } of costs) {
    expect(steps).toBe(trained.get(stage)?.steps);
    expect(words).toBeCloseTo(trained.get(stage)?.words ?? 0, 6);
  }
});

test("full rows cost what their number and length say", async () => {
  const { costs } = await rehearsed("base");
  const [pretraining] = costs;
  const tokensPerRow = TINY_CONFIG.rowLengthTokens[model];
  const perRow = trainingOperations(TINY_CONFIG.architectures[model], {
    batchSize: 1,
    lengthTokens: tokensPerRow,
  });
  const rows = (pretraining?.tokens ?? 0) / tokensPerRow;
  expect(Number.isInteger(rows)).toBe(true);
  expect(pretraining?.operations).toBeCloseTo(rows * perRow, 0);
});

test("the steps taken are those the training begins with, and leave no stage behind", async () => {
  const fresh = openTinyStudy(study.cacheFolder + "-fresh", study.config);
  const steps = rehearse(fresh, { model, condition: "base", steps: 2 });
  const losses: number[] = [];
  for await (const { lossNats } of steps) losses.push(lossNats);
  expect(stagesOf(fresh, "pretraining")).toEqual([]);
  const first: number[] = [];
  for await (const { lossNats } of trainCondition(study, { model, condition: "base" }))
    if (first.push(lossNats) === 2) break;
  expect(losses).toEqual(first);
});

const rehearsal: Rehearsal = {
  scale: "paper",
  model: "llama140M",
  parameters: 140_231_872,
  rowLengthTokens: 6_144,
  batchSize: 8,
  microBatchSize: 1,
  steps: [],
  tokensPerSecond: 100,
  operationsPerSecond: 1e11,
  peakGiB: 8,
  textWords: 9_100_000,
  costs: [
    { stage: "pre-training", words: 1e6, tokens: 2e6, steps: 10, operations: 3.6e15 },
    { stage: "switch", words: 1e6, tokens: 2e6, steps: 10, operations: 3.6e14 },
  ],
};

test("at paper scale pre-training is scaled to the paper's words, tuning is not", () => {
  const [pretraining, tuning, all] = budgetRows(rehearsal);
  // 3.6e15 operations at 1e11 a second are 10 hours; ten times as much text takes 100.
  expect(pretraining).toMatchObject({ stage: "pre-training", steps: 100, "hours here": 100 });
  expect(tuning).toMatchObject({ stage: "switch", steps: 10, "hours here": 1 });
  expect(all).toMatchObject({ stage: "all", steps: 110, "hours here": 101 });
  expect(describeRehearsal(rehearsal)).toContain("from the 9.1M words at hand to the paper's 91M");
  expect(budgetRows({ ...rehearsal, scale: "laptop" })[0]).toMatchObject({ "hours here": 10 });
});

test("hours on the card follow from its peak and the share stated beside them", () => {
  const cost = { stage: "x", words: 0, tokens: 0, steps: 1, operations: 989e12 * 0.3 * 3600 };
  expect(hoursAt(cost, H100.peakOperationsPerSecond * H100.utilisation)).toBeCloseTo(1);
  expect(hoursAt(scaleCost(cost, 2), H100.peakOperationsPerSecond * H100.utilisation)).toBeCloseTo(2);
});
