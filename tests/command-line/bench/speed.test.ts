import { expect, test } from "vitest";
import type { ArchitectureConfig } from "../../../src/config/config.js";
import { PAPER_ARCHITECTURES } from "../../../src/config/paper-settings.js";
import { tf } from "../../../src/engine/backend.js";
import { forwardOperations } from "../../../src/model/operation-count.js";
import { measureScoring, measureTraining } from "../../../src/command-line/bench/speed.js";

const tiny: ArchitectureConfig = {
  vocabSize: 50,
  maxLengthTokens: 16,
  hiddenSize: 8,
  numHeads: 2,
  numLayers: 2,
  feedForwardSize: 16,
  rotaryBase: 10_000,
  normEpsilon: 1e-5,
  initializerStd: 0.02,
  tiedEmbeddings: false,
};

test("a token costs two operations a parameter, the input embedding left out, and attention half a square", () => {
  const { vocabSize, hiddenSize, numLayers } = PAPER_ARCHITECTURES.llama140M;
  const parameters = 140_231_872 - vocabSize * hiddenSize;
  expect(forwardOperations(PAPER_ARCHITECTURES.llama140M, { batchSize: 1, lengthTokens: 1 })).toBe(
    2 * parameters + 2 * numLayers * hiddenSize,
  );
  const [one, two] = [256, 512].map((lengthTokens) =>
    forwardOperations(PAPER_ARCHITECTURES.llama140M, { batchSize: 4, lengthTokens }),
  );
  // Twice the tokens: twice the products with weights, four times the pairs.
  expect((two ?? 0) - 2 * (one ?? 0)).toBe(2 * (2 * numLayers * hiddenSize * 4 * 256 * 256));
});

test("a training measurement counts its steps, estimates its memory and says where the time goes, and leaves nothing", () => {
  const before = tf.memory().numTensors;
  const run = {
    architecture: tiny,
    batchSize: 2,
    lengthTokens: 16,
    precision: "float32" as const,
    steps: 3,
  };
  const speed = measureTraining(run, { profile: true });
  expect(speed.tokensPerSecond).toBeGreaterThan(0);
  const operations = 3 * forwardOperations(tiny, run);
  expect(speed.gflopPerSecond / speed.tokensPerSecond).toBeCloseTo(operations / 32 / 1e9, 12);
  // At least weights, gradients and moments: 4 numbers a parameter.
  expect(speed.estimatedGiB * 2 ** 30).toBeGreaterThan(16 * 1000);
  expect(speed.estimatedGiB).toBeLessThan(speed.peakGiB);
  expect(speed.profile.some(({ op }) => op === "MatMul")).toBe(true);
  expect(tf.memory().numTensors).toBe(before);
});

test("a scoring measurement leaves nothing", () => {
  const before = tf.memory().numTensors;
  const speed = measureScoring({
    architecture: tiny,
    sentences: [
      [1, 2, 3],
      [1, 2, 4, 5],
    ],
    steps: 3,
  });
  expect(speed.tokensPerSecond).toBeGreaterThan(0);
  expect(tf.memory().numTensors).toBe(before);
});
