import { describe, expect, test } from "vitest";
import type { MaskedObjective } from "../../src/config/config.js";
import { packedBatches, packRows } from "../../src/data/packed-text.js";
import { initializeWeights } from "../../src/model/weights.js";
import { seeded } from "../../src/random.js";
import { maskRateAt, maskSteps } from "../../src/training/masked-steps.js";
import { repeatEpochs } from "../../src/training/step-batches.js";
import { TrainingRun, type StepRecord, type TrainingStart } from "../../src/training/train.js";
import { TINY_CONFIG } from "../support/tiny-study.js";

const MASK = 400;
const objective: MaskedObjective = { maskedShare: 0.75, maskRate: 0.2, schedule: "linear" };
const random = seeded(1);
const ids = Int32Array.from({ length: 16 * 40 + 1 }, () => 4 + Math.floor(random() * 300));
const rows = packRows(
  { length: ids.length, read: (from, size) => ids.slice(from, from + size) },
  { lengthTokens: 16, words: 500 },
);
const plain = repeatEpochs((epoch) => packedBatches({ rows, batchSize: 6, epoch, seed: 3 }), { epochs: 2 });
const ordinary = Array.from({ length: 396 }, (_, index) => index + 4);
const stepsWith = (seed: number, how: MaskedObjective = objective) =>
  maskSteps(plain, { objective: how, seed, maskId: MASK, ordinary });
const masked = stepsWith(3);
const steps = Array.from({ length: masked.steps }, (_, step) => step);

/** Which rows of a batch see what follows. */
const maskedRows = (step: number, of = masked): boolean[] => {
  const { layout, batchSize, lengthTokens } = of.at(step);
  return Array.from({ length: batchSize }, (_, row) => layout?.visibleFrom?.[row * lengthTokens + 1] === 0);
};

describe("steps with masked rows", () => {
  test("the share is exact over the rows of a stage, and in each step up to one row", () => {
    const counts = steps.map((step) => maskedRows(step).filter(Boolean).length);
    const sizes = steps.map((step) => masked.at(step).batchSize);
    expect(counts.reduce((a, b) => a + b)).toBe(60); // of 80
    counts.forEach((count, step) => expect(Math.abs(count - 0.75 * (sizes[step] ?? NaN))).toBeLessThan(1));
  });

  test("a step's batch is the same in whatever order steps are asked for, and another with another seed or epoch", () => {
    const forwards = steps.map((step) => masked.at(step).inputIds);
    const backwards = [...steps].reverse().map((step) => masked.at(step).inputIds);
    expect(backwards.reverse()).toEqual(forwards);
    expect(stepsWith(4).at(0).inputIds).not.toEqual(forwards[0]);
    const readsOf = (row: string): string[] =>
      steps.flatMap((step) => {
        const batch = stepsWith(3, { ...objective, maskedShare: 0.99, schedule: "constant" }).at(step);
        const at = batch.rowIds?.indexOf(row) ?? -1;
        return at < 0 ? [] : [batch.inputIds.subarray(at * 16, (at + 1) * 16).join()];
      });
    const [first, second] = readsOf("text row 5");
    expect(first).not.toBe(second);
  });

  test("the rate falls from twice as much to what is given, or stays", () => {
    expect([0, 50, 100].map((step) => maskRateAt(objective, step, 100))).toEqual([0.4, 0.2 * 1.5, 0.2]);
    expect(maskRateAt({ ...objective, schedule: "constant" }, 7, 100)).toBe(0.2);
  });

  test("rows, words and targets are those of the stage without masks", () => {
    for (const step of steps) {
      const [before, after] = [plain.at(step), masked.at(step)];
      expect([after.rowIds, after.words, after.targetIds]).toEqual([
        before.rowIds,
        before.words,
        before.targetIds,
      ]);
    }
  });
});

describe("training on them", () => {
  const architecture = { ...TINY_CONFIG.architectures.llama100M, vocabSize: 401 };
  const train = async (start: TrainingStart, microBatchSize: number | null, most: number) => {
    const run = new TrainingRun(start, {
      name: "test",
      architecture,
      config: { ...TINY_CONFIG.pretraining, microBatchSize },
      batches: { ...masked, steps: masked.steps },
      wordsBefore: 0,
    });
    const records: StepRecord[] = [];
    for await (const record of run.steps()) if (records.push(record) === most) break;
    const state = { weights: run.readWeights(), moments: run.readMoments(), step: run.step };
    run.dispose();
    return { losses: records.map(({ lossNats, gradientNorm }) => [lossNats, gradientNorm]), state };
  };
  const weights = initializeWeights(architecture, seeded(1));

  test("in parts of a batch gives what the whole gives, to 1e-5", async () => {
    const whole = await train({ weights }, null, 4);
    const parts = await train({ weights }, 2, 4);
    parts.losses
      .flat()
      .forEach((value, at) => expect(Math.abs(value - (whole.losses.flat()[at] ?? NaN))).toBeLessThan(1e-5));
  });

  test("resumes bit for bit", async () => {
    const whole = await train({ weights }, null, 6);
    const { state } = await train({ weights }, null, 3);
    const rest = await train(state, null, 3);
    expect(rest.losses).toEqual(whole.losses.slice(3));
  });
});
