import { expect, test } from "vitest";
import type { ArchitectureConfig, TrainingConfig } from "../../src/config/config.js";
import { PRETRAINING } from "../../src/config/paper-settings.js";
import { batchOf, lazyBatches, splitBatch, type Batch } from "../../src/data/batches.js";
import { packedBatches, packRows, withEnds } from "../../src/data/packed-text.js";
import { tokensInMemory } from "../../src/data/token-file.js";
import { tf } from "../../src/engine/backend.js";
import { initializeWeights } from "../../src/model/weights.js";
import { integerBelow, seeded } from "../../src/random.js";
import { repeatEpochs } from "../../src/training/step-batches.js";
import { measureLoss, TrainingRun } from "../../src/training/train.js";
import { valuesOf } from "../support/tensors.js";

const architecture: ArchitectureConfig = {
  vocabSize: 50,
  maxLengthTokens: 128,
  hiddenSize: 32,
  numHeads: 2,
  numLayers: 3,
  feedForwardSize: 64,
  rotaryBase: 10_000,
  normEpsilon: 1e-5,
  initializerStd: 0.3, // so that a token depends on those before it
  tiedEmbeddings: false,
};
const END = 2;
const random = seeded(5);
const documents = Array.from({ length: 12 }, () =>
  Array.from({ length: 3 + integerBelow(9, random) }, () => 3 + integerBelow(47, random)),
);
const texts = documents.map((ids) => withEnds(ids, { startId: null, endId: END }));
const stream = tokensInMemory(Int32Array.from(texts.flat()));
const weights = initializeWeights(architecture, seeded(1));
const lossOf = (batches: Iterable<Batch>): number =>
  measureLoss(weights, batches, { architecture, precision: "float32" }).lossNats;

/** Every token of the stream in one row; the documents of the row isolated, or not. */
const packed = (isolatedBy: number | null) =>
  packedBatches({
    rows: packRows(stream, { lengthTokens: stream.length - 1, words: 80 }),
    batchSize: 1,
    epoch: 0,
    seed: 1,
    isolatedBy,
  });

test("isolated documents of a packed row lose as much as each in a row of its own, to 1e-5", () => {
  const alone = texts.map((ids) =>
    batchOf([[{ ids, trained: null }]], {
      lengthTokens: ids.length - 1,
      padId: 0,
      isolated: false,
      words: 1,
    }),
  );
  expect(Math.abs(lossOf(packed(END)) - lossOf(alone))).toBeLessThan(1e-5);
  // Not for lack of influence: without isolation the loss is another.
  expect(Math.abs(lossOf(packed(null)) - lossOf(alone))).toBeGreaterThan(1e-2);
});

const repeated = (batch: Batch, epochs: number) =>
  repeatEpochs(() => lazyBatches([batch], (same) => same), { epochs });

/** Weights after three steps on 8 rows of different numbers of trained tokens. */
async function trained(microBatchSize: number | null): Promise<{ losses: number[]; weights: number[] }> {
  const config: TrainingConfig = { ...PRETRAINING, maxEpochs: 3, warmupRatio: 0, microBatchSize };
  const rows = texts.slice(0, 8).map((ids) => [{ ids, trained: ids.map((_, at) => at % 3 !== 1) }]);
  const batch = batchOf(rows, { lengthTokens: 16, padId: 0, isolated: true, words: 1 });
  const plan = { name: "accumulation", architecture, config, batches: repeated(batch, 3), wordsBefore: 0 };
  const run = new TrainingRun({ weights }, plan);
  const losses: number[] = [];
  for await (const { lossNats } of run.steps()) losses.push(lossNats);
  const after = run.readWeights();
  const values = Object.values(after).flatMap(valuesOf);
  tf.dispose({ ...after });
  run.dispose();
  return { losses, weights: values };
}

test("eight parts of one row train like one part of eight, to 1e-5", async () => {
  const [whole, ones, threes] = [await trained(null), await trained(1), await trained(3)];
  for (const parts of [ones, threes]) {
    parts.losses.forEach((loss, step) =>
      expect(Math.abs(loss - (whole.losses[step] ?? NaN))).toBeLessThan(1e-5),
    );
    parts.weights.forEach((value, at) => {
      if (Math.abs(value - (whole.weights[at] ?? NaN)) > 1e-5)
        throw new Error(`weight ${at} differs: ${value}`);
    });
  }
  expect(whole.losses[2]).not.toBeCloseTo(whole.losses[0] ?? NaN, 3); // three steps did something
});

test("accumulating leaves no tensor behind, and a part without trained tokens is left out", async () => {
  const before = tf.memory().numTensors;
  await trained(2);
  expect(tf.memory().numTensors).toBe(before);
  const rows = [
    [{ ids: [3, 4, 5], trained: [false, true, true] }],
    [{ ids: [6, 7], trained: [false, false] }],
  ];
  const batch = batchOf(rows, { lengthTokens: 4, padId: 0, isolated: false, words: 1 });
  const [first] = splitBatch(batch, 1);
  const run = new TrainingRun(
    { weights },
    {
      name: "silent part",
      architecture,
      config: { ...PRETRAINING, warmupRatio: 0, microBatchSize: 1 },
      batches: repeated(batch, 1),
      wordsBefore: 0,
    },
  );
  for await (const { lossNats } of run.steps()) expect(lossNats).toBeCloseTo(lossOf(first ? [first] : []), 5);
  run.dispose();
});
