/** @file A query-key norm and a z-loss against PyTorch's numbers, and what they do by hand. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PAPER_ARCHITECTURES } from "../../src/config/paper-settings.js";
import { tf } from "../../src/engine/backend.js";
import { decode } from "../../src/model/decoder.js";
import { readLlamaConfig, writeLlamaConfig } from "../../src/model/llama-config.js";
import { crossEntropy } from "../../src/model/loss.js";
import { trainingOperations } from "../../src/model/operation-count.js";
import { countParameters } from "../../src/model/weights.js";
import { batchTensors, compiledSteps, lossAndGradients } from "../../src/training/training-step.js";
import { drawnWeights } from "../support/drawn-weights.js";
import { toBatch } from "../support/labelled-batch.js";
import { valuesOf } from "../support/tensors.js";

const goldenSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      seed: z.number(),
      zLoss: z.number(),
      config: z.record(z.string(), z.unknown()),
      ids: z.array(z.array(z.number())),
      labels: z.array(z.array(z.number())),
      loss: z.number(),
      gradients: z.record(z.string(), z.array(z.number())),
    }),
  ),
});
const { cases } = goldenSchema.parse(
  JSON.parse(readFileSync(new URL("../golden/decoder-options.json", import.meta.url), "utf8")),
);

for (const { name, seed, zLoss, config, ids, labels, loss, gradients } of cases)
  describe(name, () => {
    const architecture = readLlamaConfig(JSON.stringify(config));

    test("config.json is understood and written back", () => {
      const written = writeLlamaConfig(architecture, { startId: null, endId: 0, padId: null });
      expect(readLlamaConfig(written)).toEqual(architecture);
      expect(JSON.parse(written)).toMatchObject({ model_type: config["model_type"] });
    });

    for (const way of ["eager", "compiled"])
      test(`loss and every number of every gradient equal PyTorch's to 1e-5, ${way}`, () => {
        const input = { weights: drawnWeights(architecture, seed), ...batchTensors(toBatch(ids, labels)) };
        const found =
          way === "eager"
            ? lossAndGradients(input, architecture, zLoss)
            : compiledSteps(architecture, "float32", zLoss).train(input);
        expect(Math.abs((found.loss.dataSync()[0] ?? NaN) - loss)).toBeLessThan(1e-5);
        expect(Object.keys(found.gradients).sort()).toEqual(Object.keys(gradients).sort());
        for (const [key, expected] of Object.entries(gradients)) {
          const values = valuesOf(found.gradients[key]);
          expect(values).toHaveLength(expected.length);
          const gaps = values.map((value, at) => Math.abs(value - (expected[at] ?? NaN)));
          expect(Math.max(...gaps), key).toBeLessThan(1e-5); // the largest are about 1
        }
      });
  });

test("the loss that is measured is cross-entropy alone, whatever is trained", () => {
  const [, one] = cases;
  if (!one) throw new Error("the golden file has a case with a z-loss");
  const architecture = readLlamaConfig(JSON.stringify(one.config));
  const input = {
    weights: drawnWeights(architecture, one.seed),
    ...batchTensors(toBatch(one.ids, one.labels)),
  };
  const measured = (zLoss: number) =>
    compiledSteps(architecture, "float32", zLoss).evaluate(input).dataSync()[0];
  expect(measured(one.zLoss)).toBe(measured(0));
  expect(measured(0)).toBeLessThan(one.loss);
});

test("by hand: logits of 0 and ln 3 have ln Z = ln 4, whose square the z-loss weighs", () => {
  const hidden = tf.tensor2d([[1]]);
  const output = tf.tensor2d([[0], [Math.log(3)]]);
  const loss = crossEntropy(hidden, output, tf.tensor2d([[1]], [1, 1], "int32"), tf.ones([1, 1]), 0.5);
  expect(loss.dataSync()[0]).toBeCloseTo(Math.log(4 / 3) + 0.5 * Math.log(4) ** 2, 5);
});

test("queries and keys ten times as large change nothing where they are normed", () => {
  const [normed] = cases;
  if (!normed) throw new Error("the golden file has a case with a query-key norm");
  const architecture = { ...readLlamaConfig(JSON.stringify(normed.config)), normEpsilon: 1e-12 };
  const weights = drawnWeights(architecture, normed.seed);
  const larger = Object.fromEntries(
    Object.entries(weights).map(([key, weight]) => [
      key,
      /[qk]_proj/.test(key) ? tf.mul(weight, 10) : weight,
    ]),
  );
  const ids = tf.tensor2d([normed.ids[0] ?? []], undefined, "int32");
  const [own, others] = [weights, larger].map((set) => valuesOf(decode(ids, set, architecture)));
  const gaps = own?.map((value, at) => Math.abs(value - (others?.[at] ?? NaN))) ?? [NaN];
  expect(Math.max(...gaps)).toBeLessThan(1e-4);
});

test("two gains a layer as wide as a head are counted, in parameters and in operations", () => {
  const plain = PAPER_ARCHITECTURES.llama140M; // 12 layers, heads of 64
  const normed = { ...plain, queryKeyNorm: "perHead" } as const;
  expect(countParameters(normed) - countParameters(plain)).toBe(12 * 2 * 64);
  const shape = { batchSize: 1, lengthTokens: 8 };
  expect(trainingOperations(normed, shape)).toBe(trainingOperations(plain, shape) + 3 * 2 * 8 * 12 * 2 * 64);
});
