import { expect, test } from "vitest";
import type { ArchitectureConfig, Precision } from "../../src/config/config.js";
import { PRETRAINING } from "../../src/config/paper-settings.js";
import { lazyBatches, type Batch } from "../../src/data/batches.js";
import { tf } from "../../src/engine/backend.js";
import { initializeWeights } from "../../src/model/weights.js";
import { seeded } from "../../src/random.js";
import { batchTensors, compiledSteps } from "../../src/training/training-step.js";
import { repeatEpochs } from "../../src/training/step-batches.js";
import { TrainingRun } from "../../src/training/train.js";
import { valuesOf } from "../support/tensors.js";

const STEPS = 300;

const architecture: ArchitectureConfig = {
  vocabSize: 64,
  maxLengthTokens: 32,
  hiddenSize: 32,
  numHeads: 2,
  numLayers: 2,
  feedForwardSize: 64,
  rotaryBase: 10_000,
  normEpsilon: 1e-5,
  initializerStd: 0.05,
  tiedEmbeddings: false,
};

/** Walks of which each step is one of two, a token's threefold or its successor: ln 2 nats at best, from position 1. */
function walks(seed: number): Batch[] {
  const random = seeded(seed);
  const [batchSize, lengthTokens] = [8, 32];
  return Array.from({ length: STEPS }, () => {
    const rows = Array.from({ length: batchSize }, () => {
      const row = [Math.floor(64 * random())];
      while (row.length <= lengthTokens) {
        const last = row.at(-1) ?? 0;
        row.push((random() < 0.5 ? 3 * last : last + 1) % 64);
      }
      return row;
    });
    return {
      inputIds: Int32Array.from(rows.flatMap((row) => row.slice(0, -1))),
      targetIds: Int32Array.from(rows.flatMap((row) => row.slice(1))),
      targetMask: new Float32Array(batchSize * lengthTokens).fill(1),
      batchSize,
      lengthTokens,
      words: 0,
    };
  });
}

async function lossCurve(precision: Precision, seed: number): Promise<number[]> {
  const config = { ...PRETRAINING, learningRate: 5e-3, maxEpochs: 1, warmupRatio: 0.1, precision };
  const batches = walks(seed);
  const start = initializeWeights(architecture, seeded(seed));
  const epoch = lazyBatches(batches, (batch) => batch);
  const run = new TrainingRun(
    { weights: start },
    {
      name: precision,
      architecture,
      config,
      batches: repeatEpochs(() => epoch, { epochs: 1 }),
      wordsBefore: 0,
    },
  );
  const losses: number[] = [];
  for await (const { lossNats } of run.steps()) losses.push(lossNats);
  run.dispose();
  tf.dispose({ ...start });
  return losses;
}

const meanOf = (losses: readonly number[], from: number, to: number): number =>
  losses.slice(from, to).reduce((sum, loss) => sum + loss, 0) / (to - from);

test("300 steps in bfloat16 follow those in float32 closer than another seed does, from beginning to end", async () => {
  const [exact, half, other] = [
    await lossCurve("float32", 1),
    await lossCurve("bfloat16", 1),
    await lossCurve("float32", 2),
  ];
  expect(half).not.toEqual(exact); // it did compute in another format
  for (let from = 0; from < STEPS; from += 100) {
    const [e, h] = [meanOf(exact, from, from + 100), meanOf(half, from, from + 100)];
    expect(Math.abs(h - e)).toBeLessThan(0.02); // of 4.2 nats at the start and 0.8 at the end
  }
  const gap = (curve: number[]) =>
    Math.max(...curve.map((loss, step) => Math.abs(loss - (exact[step] ?? NaN))));
  expect(gap(half)).toBeLessThan(gap(other));
  expect(meanOf(exact, 250, 300)).toBeLessThan(1); // and it learned something
});

test("bfloat16 gradients point where float32's do", () => {
  const weights = initializeWeights(architecture, seeded(3));
  const [batch] = walks(3);
  const input = { weights, ...batchTensors(batch as Batch) };
  const [exact, half] = (["float32", "bfloat16"] as const).map((precision) =>
    compiledSteps(architecture, precision).train(input),
  );
  expect(Math.abs((half?.loss.dataSync()[0] ?? NaN) - (exact?.loss.dataSync()[0] ?? NaN))).toBeLessThan(5e-3);
  for (const name of Object.keys(weights)) {
    const [a, b] = [valuesOf(exact?.gradients[name]), valuesOf(half?.gradients[name])];
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? NaN), 0);
    // Factors rounded to 8 bits: relative errors of 2⁻⁹ that average out over a sum, cosines of 0.999 and more.
    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)), name).toBeGreaterThan(0.999);
  }
});
