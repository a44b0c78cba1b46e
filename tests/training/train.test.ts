import { describe, expect, test } from "vitest";
import type { ArchitectureConfig, TrainingConfig } from "../../src/config/config.js";
import { PRETRAINING } from "../../src/config/paper-settings.js";
import { lazyBatches, type Batch } from "../../src/data/batches.js";
import { tf } from "../../src/engine/backend.js";
import { transferredBytes } from "../../src/engine/session.js";
import { initializeWeights } from "../../src/model/weights.js";
import { seeded } from "../../src/random.js";
import { repeatEpochs } from "../../src/training/step-batches.js";
import { measureLoss, TrainingRun, type StepRecord } from "../../src/training/train.js";
import { valuesOf } from "../support/tensors.js";

const architecture: ArchitectureConfig = {
  vocabSize: 7,
  maxLengthTokens: 8,
  hiddenSize: 8,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 16,
  rotaryBase: 10_000,
  normEpsilon: 1e-5,
  initializerStd: 0.1,
  tiedEmbeddings: false,
};

const config: TrainingConfig = {
  ...PRETRAINING,
  learningRate: 0.03,
  batchSize: 2,
  maxEpochs: 30,
  warmupRatio: 0.1,
};

/** Counting up modulo 7: the next token is certain. */
const counting: Batch = {
  inputIds: Int32Array.from([0, 1, 2, 3, 4, 5, 6, 0]),
  targetIds: Int32Array.from([1, 2, 3, 4, 5, 6, 0, 1]),
  targetMask: new Float32Array(8).fill(1),
  batchSize: 2,
  lengthTokens: 4,
  words: 4,
  rowIds: ["row-a", "row-b"],
};

/** The same batch at every step. */
const always = (batch: Batch) => repeatEpochs(() => lazyBatches([batch], (same) => same), { epochs: 30 });
const plan = { name: "counting", architecture, config, batches: always(counting), wordsBefore: 100 };

async function collect(run: TrainingRun, signal?: AbortSignal): Promise<StepRecord[]> {
  const records: StepRecord[] = [];
  for await (const record of run.steps(signal)) records.push(record);
  return records;
}

describe("a training run", () => {
  test("learns a sequence whose next token is certain, from ln 7 to almost nothing", async () => {
    const run = new TrainingRun({ weights: initializeWeights(architecture, seeded(1)) }, plan);
    const records = await collect(run);
    expect(records).toHaveLength(30);
    expect(Math.abs((records[0]?.lossNats ?? NaN) - Math.log(7))).toBeLessThan(0.2);
    expect(records.at(-1)?.lossNats).toBeLessThan(0.15);
    const weights = run.readWeights();
    const { lossNats } = measureLoss(weights, [counting], { architecture, precision: "float32" });
    expect(lossNats).toBeLessThan(0.15);
    tf.dispose({ ...weights });
    run.dispose();
  });

  test("reports the schedule's rate, the epoch and the trained tokens of every step", async () => {
    const run = new TrainingRun({ weights: initializeWeights(architecture, seeded(1)) }, plan);
    const records = await collect(run);
    run.dispose();
    expect(records.map(({ learningRate }) => learningRate).slice(0, 4)).toEqual([0, 0.01, 0.02, 0.03]);
    expect(records.at(-1)).toMatchObject({
      step: 30,
      steps: 30,
      epoch: 30,
      trainedTokens: 8,
      secondsLeft: 0,
    });
  });

  test("gives the same losses for the same weights and batches", async () => {
    const losses = async () => {
      const run = new TrainingRun({ weights: initializeWeights(architecture, seeded(4)) }, plan);
      const records = await collect(run);
      run.dispose();
      return records.map(({ lossNats }) => lossNats);
    };
    expect(await losses()).toEqual(await losses());
  });

  test("leaves the weights it was given as they were and no tensor behind", async () => {
    const start = initializeWeights(architecture, seeded(1));
    const before = {
      tensors: tf.memory().numTensors,
      norm: tf.norm(start["lm_head.weight"] ?? 0).dataSync()[0],
    };
    const run = new TrainingRun({ weights: start }, plan);
    await collect(run);
    run.dispose();
    // One more: the norm above is never disposed.
    expect(tf.memory().numTensors).toBe(before.tensors + 1);
    expect(tf.norm(start["lm_head.weight"] ?? 0).dataSync()[0]).toBe(before.norm);
  });

  test("holds as many tensors after the twentieth step as after the second", async () => {
    const run = new TrainingRun({ weights: initializeWeights(architecture, seeded(1)) }, plan);
    const counts: number[] = [];
    for await (const _record of run.steps()) counts.push(tf.memory().numTensors);
    run.dispose();
    expect(counts[19]).toBe(counts[1]);
  });
});

/** The first two columns of the rows, a batch of another shape. */
const shorter: Batch = {
  ...counting,
  inputIds: Int32Array.from([0, 1, 4, 5]),
  targetIds: Int32Array.from([1, 2, 5, 6]),
  targetMask: new Float32Array(4).fill(1),
  lengthTokens: 2,
};

test.each([
  ["whole", null, (tokens: number) => [3 * 4 * tokens + 3 * 4, 2 * 4]],
  // Each part comes with its share and gives its loss back.
  ["in two parts", 1, (tokens: number) => [3 * 4 * tokens + 2 * 4 + 3 * 4, 2 * 4 + 2 * 4]],
] as const)(
  "a step of any shape, %s, transfers its batch and a few numbers",
  async (_, microBatchSize, bytesOf) => {
    const batches = repeatEpochs(() => lazyBatches([counting, shorter], (batch) => batch), { epochs: 3 });
    const run = new TrainingRun(
      { weights: initializeWeights(architecture, seeded(1)) },
      { ...plan, config: { ...config, microBatchSize }, batches },
    );
    const crossed: number[][] = [];
    let before = transferredBytes();
    for await (const _record of run.steps()) {
      const now = transferredBytes();
      crossed.push([now.toGraphs - before.toGraphs, now.fromGraphs - before.fromGraphs]);
      before = now;
    }
    run.dispose();
    // A step of a new shape loads the graph, and the weights with it.
    expect(crossed.slice(2)).toEqual([8, 4, 8, 4].map((tokens) => bytesOf(tokens)));
  },
);

describe("what can go wrong", () => {
  test("a loss that is not a number names the step, the rows and the remedy", async () => {
    const weights = initializeWeights(architecture, seeded(1));
    const broken = { ...weights, "model.norm.weight": tf.fill([8], Number.NaN) };
    const run = new TrainingRun({ weights: broken, lastCheckpoint: () => "step-0" }, plan);
    await expect(collect(run)).rejects.toThrow(
      /counting must stay finite, got NaN .* at step 1 \(rows row-a, row-b/,
    );
    await expect(collect(run)).rejects.toThrow(
      /Lower the learning rate, now 0.03, .* The last good checkpoint is step-0/,
    );
    run.dispose();
  });

  test("a masked batch has no loss and is refused rather than trained on", async () => {
    const masked = { ...counting, targetMask: new Float32Array(8) };
    const run = new TrainingRun(
      { weights: initializeWeights(architecture, seeded(1)) },
      { ...plan, batches: always(masked) },
    );
    await expect(collect(run)).rejects.toThrow(/must hold a trained token, got none/);
    run.dispose();
  });

  test("an aborted signal ends the run before the next step", async () => {
    const controller = new AbortController();
    const run = new TrainingRun({ weights: initializeWeights(architecture, seeded(1)) }, plan);
    const seen: number[] = [];
    const loop = async () => {
      for await (const { step } of run.steps(controller.signal)) {
        seen.push(step);
        if (step === 3) controller.abort(new Error("interrupted"));
      }
    };
    await expect(loop()).rejects.toThrow("interrupted");
    expect(seen).toEqual([1, 2, 3]);
    run.dispose();
  });

  test("no batch at all is refused", () => {
    expect(() => repeatEpochs(() => lazyBatches([], () => counting), { epochs: 3 })).toThrow(
      /must have at least one batch, got none/,
    );
  });
});

describe("a run that goes on", () => {
  test("from weights, moments, step and words of another trains as that one would have", async () => {
    const start = initializeWeights(architecture, seeded(1));
    const whole = new TrainingRun({ weights: start }, plan);
    const expected = await collect(whole);
    const first = new TrainingRun({ weights: start }, plan);
    const losses: number[] = [];
    for await (const { lossNats, step } of first.steps()) {
      losses.push(lossNats);
      if (step === 12) break;
    }
    const second = new TrainingRun(
      { weights: first.readWeights(), moments: first.readMoments(), step: first.step, wordsSeen: 148 },
      plan,
    );
    const rest = await collect(second);
    // Not to some digits: the same numbers.
    expect([...losses, ...rest.map(({ lossNats }) => lossNats)]).toEqual(
      expected.map(({ lossNats }) => lossNats),
    );
    expect(rest.map(({ step, wordsSeen }) => [step, wordsSeen])).toEqual(
      expected.slice(12).map(({ step, wordsSeen }) => [step, wordsSeen]),
    );
    const [a, b] = [whole, second].map((run) => valuesOf(run.readWeights()["lm_head.weight"]));
    expect(a).toEqual(b);
    for (const run of [whole, first, second]) run.dispose();
  });
});
