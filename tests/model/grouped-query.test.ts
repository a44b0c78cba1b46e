/** @file Queries that share heads of keys and values, against PyTorch's numbers on weights drawn from a seed. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { PAPER_ARCHITECTURES } from "../../src/config/paper-settings.js";
import { tf } from "../../src/engine/backend.js";
import { repeatHeads } from "../../src/engine/grouped-heads.js";
import { decode } from "../../src/model/decoder.js";
import { checkArchitecture } from "../../src/model/weights.js";
import { readLlamaConfig, writeLlamaConfig } from "../../src/model/llama-config.js";
import { batchTensors, compiledSteps, lossAndGradients } from "../../src/training/training-step.js";
import { drawnWeights } from "../support/drawn-weights.js";
import { toBatch } from "../support/labelled-batch.js";
import { expectSameDerivatives, normals, normOf } from "../support/tensors.js";

const goldenSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      seed: z.number(),
      config: z.record(z.string(), z.unknown()),
      ids: z.array(z.array(z.number())),
      labels: z.array(z.array(z.number())),
      logits: z.array(z.array(z.array(z.number()))),
      loss: z.number(),
      gradientNorms: z.record(z.string(), z.number()),
    }),
  ),
});
const { cases } = goldenSchema.parse(
  JSON.parse(readFileSync(new URL("../golden/grouped-query.json", import.meta.url), "utf8")),
);

for (const { name, seed, config, ids, labels, logits, loss, gradientNorms } of cases)
  describe(name, () => {
    const architecture = readLlamaConfig(JSON.stringify(config));
    const weights = drawnWeights(architecture, seed);

    test("config.json is understood and written back", () => {
      const { numHeads, numKeyValueHeads, headDim } = architecture;
      expect([numHeads, numKeyValueHeads, headDim ?? architecture.hiddenSize / numHeads]).toEqual([
        config["num_attention_heads"],
        config["num_key_value_heads"],
        config["head_dim"],
      ]);
      const written = writeLlamaConfig(architecture, { startId: null, endId: 0, padId: null });
      expect(readLlamaConfig(written)).toEqual(architecture);
    });

    test("logits equal PyTorch's to 1e-4", () => {
      const found = decode(tf.tensor2d(ids, undefined, "int32"), weights, architecture).dataSync();
      const gaps = logits.flat(2).map((value, at) => Math.abs(value - (found[at] ?? NaN)));
      expect(Math.max(...gaps)).toBeLessThan(1e-4); // logits reach about 10
    });

    for (const way of ["eager", "compiled"])
      test(`loss and every gradient norm equal PyTorch's to 1e-4, ${way}`, () => {
        const input = { weights, ...batchTensors(toBatch(ids, labels)) };
        const found =
          way === "eager"
            ? lossAndGradients(input, architecture)
            : compiledSteps(architecture, "float32").train(input);
        expect(Math.abs((found.loss.dataSync()[0] ?? NaN) - loss)).toBeLessThan(1e-4);
        expect(Object.keys(gradientNorms).sort()).toEqual(Object.keys(weights).sort());
        for (const [key, expected] of Object.entries(gradientNorms))
          expect(Math.abs(normOf(found.gradients[key]) / expected - 1), key).toBeLessThan(1e-4);
      });
  });

test("a repeated head's derivative is the sum over its copies", () => {
  const x = normals([2, 3, 4, 2], 1);
  expectSameDerivatives(
    (y) => repeatHeads(y as tf.Tensor4D, 3),
    (y) => tf.gather(y, tf.tensor1d([0, 0, 0, 1, 1, 1, 2, 2, 2], "int32"), 1),
    [x],
  );
  expect(repeatHeads(x as tf.Tensor4D, 1)).toBe(x);
});

test("heads that cannot be shared out evenly, and odd or missing ones, are refused by name", () => {
  const full = PAPER_ARCHITECTURES.llama100M;
  expect(() => checkArchitecture({ ...full, numKeyValueHeads: 3 })).toThrow(
    /numKeyValueHeads must divide numHeads, got 3 and 8/,
  );
  expect(() => checkArchitecture({ ...full, numKeyValueHeads: 0 })).toThrow(
    /numKeyValueHeads must be a positive/,
  );
  expect(() => checkArchitecture({ ...full, headDim: 63 })).toThrow(/headDim must be even, got 63/);
  expect(() => checkArchitecture({ ...full, headDim: 62 })).not.toThrow();
});
