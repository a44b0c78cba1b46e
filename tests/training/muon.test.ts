/** @file Muon: what its iterations do to singular values, and ten steps against PyTorch's. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { LLAMA_OPTIMIZER, PAPER_ARCHITECTURES } from "../../src/config/paper-settings.js";
import { tf } from "../../src/engine/backend.js";
import { compile } from "../../src/engine/compile.js";
import { readLlamaConfig } from "../../src/model/llama-config.js";
import type { Weights } from "../../src/model/weights.js";
import { momentBytes, orthogonalise, rateFactor } from "../../src/training/muon.js";
import { startTraining } from "../../src/training/decoder-training.js";
import type { Moments } from "../../src/training/resident-training.js";
import { batchTensors } from "../../src/training/training-step.js";
import { drawnWeights } from "../support/drawn-weights.js";
import { toBatch } from "../support/labelled-batch.js";
import { largestGap, normals, valuesOf } from "../support/tensors.js";

const goldenSchema = z.object({
  cases: z.array(
    z.object({
      seed: z.number(),
      optimizer: z.object({
        ...{ beta1: z.number(), beta2: z.number(), epsilon: z.number(), weightDecay: z.number() },
        ...{ clipNorm: z.number(), kind: z.literal("muon"), momentum: z.number().exactOptional() },
        ...{ nesterov: z.boolean().exactOptional(), rateScaling: z.literal("original").exactOptional() },
        ...{ embeddingRateRatio: z.number().exactOptional() },
      }),
      config: z.record(z.string(), z.unknown()),
      steps: z.array(
        z.object({
          ...{ rate: z.number(), loss: z.number(), norm: z.number() },
          ...{ ids: z.array(z.array(z.number())), labels: z.array(z.array(z.number())) },
        }),
      ),
      weights: z.record(z.string(), z.array(z.number())),
    }),
  ),
});
const { cases } = goldenSchema.parse(
  JSON.parse(readFileSync(new URL("../golden/muon.json", import.meta.url), "utf8")),
);

/** A run of Muon on a decoder, with what to take its steps on. */
function begin(golden: (typeof cases)[number], moments?: Moments, weights?: Weights) {
  const architecture = readLlamaConfig(JSON.stringify(golden.config));
  const { optimizer } = golden;
  const start = { weights: weights ?? drawnWeights(architecture, golden.seed), moments };
  const training = startTraining(start, { architecture, optimizer, precision: "float32" });
  const take = ({ ids, labels, rate }: (typeof golden.steps)[number]) =>
    training.update([{ batch: batchTensors(toBatch(ids, labels)), share: 1 }], rate);
  return { training, take };
}

describe.each(cases)("$optimizer", (golden) => {
  test("ten steps equal those of PyTorch's Muon and AdamW in float32, every weight to 1e-4", () => {
    const { training, take } = begin(golden);
    for (const step of golden.steps) {
      const { loss, gradientNorm } = take(step);
      expect(Math.abs(loss - step.loss)).toBeLessThan(1e-4);
      expect(Math.abs(gradientNorm / step.norm - 1)).toBeLessThan(1e-4);
    }
    const weights = training.readWeights();
    expect(Object.keys(weights).sort()).toEqual(Object.keys(golden.weights).sort());
    for (const [name, values] of Object.entries(golden.weights)) {
      const gaps = valuesOf(weights[name]).map((value, at) => Math.abs(value - (values[at] ?? NaN)));
      expect(Math.max(...gaps), name).toBeLessThan(1e-4);
    }
    training.dispose();
  });

  test("a matrix inside the layers has one moment; a run resumed with what there is goes on to the last digit", () => {
    const [whole, first] = [begin(golden), begin(golden)];
    for (const step of golden.steps) whole.take(step);
    for (const step of golden.steps.slice(0, 4)) first.take(step);
    const moments = first.training.readMoments();
    const names = Object.keys(golden.weights).sort();
    expect(Object.keys(moments.first).sort()).toEqual(names);
    expect(Object.keys(moments.second).sort()).toEqual(names.filter((name) => !/layers.*proj/.test(name)));
    const second = begin(golden, moments, first.training.readWeights());
    for (const step of golden.steps.slice(4)) second.take(step);
    const [a, b] = [whole, second].map(({ training }) => training.readWeights());
    for (const name of Object.keys(golden.weights)) expect(valuesOf(b?.[name])).toEqual(valuesOf(a?.[name]));
    for (const { training } of [whole, first, second]) training.dispose();
  });
});

describe("orthogonalise", () => {
  test("by hand: a diagonal matrix keeps its axes, and each value takes the way of the polynomial", () => {
    const values = [4, 2, 0.5, 0.01];
    const norm = Math.hypot(...values);
    const expected = values.map((value) => {
      let x = value / norm;
      for (let iteration = 0; iteration < 5; iteration++) x = 3.4445 * x - 4.775 * x ** 3 + 2.0315 * x ** 5;
      return x;
    });
    for (const zeros of [0, 4]) {
      const lying = tf.tensor2d(
        values.map((value, row) =>
          Array.from({ length: 4 + zeros }, (_, column) => (row === column ? value : 0)),
        ),
      );
      for (const matrix of [lying, tf.transpose<tf.Tensor2D>(lying)]) {
        const found = valuesOf(tf.slice(orthogonalise(matrix), [0, 0], [4, 4]));
        found.forEach((value, at) =>
          expect(value).toBeCloseTo(at % 5 === 0 ? (expected[at / 5] ?? NaN) : 0, 4),
        );
      }
    }
    expect(expected.slice(0, 3).every((value) => value > 0.6 && value < 1.25)).toBe(true);
  });

  test("does not depend on the size of the matrix, takes zeros, and is the same in a graph", () => {
    const matrix = normals([6, 10], 1) as tf.Tensor2D;
    const found = orthogonalise(matrix);
    expect(largestGap(orthogonalise(tf.mul<tf.Tensor2D>(matrix, 1000)), found)).toBeLessThan(1e-5);
    expect(
      largestGap(compile(({ x }: { x: tf.Tensor2D }) => orthogonalise(x))({ x: matrix }), found),
    ).toBeLessThan(1e-5);
    expect(valuesOf(orthogonalise(tf.zeros([2, 3])))).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

test("moments of a decoder take two numbers a parameter, and by Muon one for each in a matrix inside the layers", () => {
  // Two embeddings of 5 · 4, three gains of 4; in the layer four matrices of 4 · 4 and three of 8 · 4.
  const architecture = {
    ...PAPER_ARCHITECTURES.llama140M,
    ...{ vocabSize: 5, hiddenSize: 4, numHeads: 2, numLayers: 1, feedForwardSize: 8 },
  };
  expect(momentBytes(architecture, LLAMA_OPTIMIZER)).toBe(8 * (40 + 12 + 160));
  expect(momentBytes(architecture, { ...LLAMA_OPTIMIZER, kind: "muon" })).toBe(8 * (40 + 12) + 4 * 160);
});

test("by hand: factors of the rate for a matrix four times as tall as wide, and one as wide as that is tall", () => {
  expect([rateFactor([16, 4], "original"), rateFactor([4, 16], "original")]).toEqual([2, 1]);
  expect([rateFactor([16, 4], "matchRmsAdamW"), rateFactor([4, 16], "matchRmsAdamW")]).toEqual([0.8, 0.8]);
});
