/** @file Batches with masked rows, against PyTorch's loss and gradients on weights drawn from a seed. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { batchOf } from "../../src/data/batches.js";
import { maskRows } from "../../src/data/masked-rows.js";
import { readLlamaConfig } from "../../src/model/llama-config.js";
import { batchTensors, compiledSteps, lossAndGradients } from "../../src/training/training-step.js";
import { drawnWeights } from "../support/drawn-weights.js";
import { valuesOf } from "../support/tensors.js";

const goldenSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      seed: z.number(),
      config: z.record(z.string(), z.unknown()),
      lengthTokens: z.number(),
      rows: z.array(z.array(z.array(z.number()))),
      hidden: z.array(z.array(z.object({ target: z.number(), reads: z.number() })).nullable()),
      loss: z.number(),
      gradients: z.record(z.string(), z.array(z.number())),
    }),
  ),
});
const { cases } = goldenSchema.parse(
  JSON.parse(readFileSync(new URL("../golden/masked-rows.json", import.meta.url), "utf8")),
);

for (const { name, seed, config, lengthTokens, rows, hidden, loss, gradients } of cases)
  describe(name, () => {
    const architecture = readLlamaConfig(JSON.stringify(config));
    const weights = drawnWeights(architecture, seed);
    const texts = rows.map((row) => row.map((ids) => ({ ids, trained: null })));
    const isolated = texts.some((row) => row.length > 1);
    const batch = maskRows(batchOf(texts, { lengthTokens, padId: 0, isolated, words: 0 }), hidden);

    for (const way of ["eager", "compiled"])
      test(`loss and every gradient equal PyTorch's to 1e-5, ${way}`, () => {
        const input = { weights, ...batchTensors(batch) };
        const found =
          way === "eager"
            ? lossAndGradients(input, architecture)
            : compiledSteps(architecture, "float32").train(input);
        expect(Math.abs((found.loss.dataSync()[0] ?? NaN) - loss)).toBeLessThan(1e-5);
        expect(Object.keys(gradients).sort()).toEqual(Object.keys(weights).sort());
        for (const [key, expected] of Object.entries(gradients)) {
          const gaps = valuesOf(found.gradients[key]).map((value, at) =>
            Math.abs(value - (expected[at] ?? NaN)),
          );
          expect(Math.max(...gaps), key).toBeLessThan(1e-5);
        }
      });
  });
