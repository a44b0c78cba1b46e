import { expect, test } from "vitest";
import { z } from "zod";
import { LLAMA_OPTIMIZER } from "../../src/config.js";
import type { Batch } from "../../src/data/batches.js";
import { tf } from "../../src/engine/backend.js";
import { loadModel } from "../../src/model/checkpoint.js";
import { clipByGlobalNorm, initializeOptimizer, updateAdamW } from "../../src/training/optimizer.js";
import { lossAndGradients } from "../../src/training/train.js";
import { parityFolder, parityJson, parityPath } from "../support/parity.js";
import { normOf } from "../support/tensors.js";

const settings = { ...LLAMA_OPTIMIZER, epsilon: 0, weightDecay: 0.1, learningRate: 0.5 };

test("the first update moves every weight by the rate against the gradient's sign, after decay of matrices alone", () => {
  const weights = { matrix: tf.tensor2d([[2, -4]]), gain: tf.tensor1d([3]) };
  const gradients = { matrix: tf.tensor2d([[0.1, -7]]), gain: tf.tensor1d([0.2]) };
  const next = updateAdamW(weights, gradients, initializeOptimizer(weights), settings);
  // decay: 1 − 0.5 · 0.1 = 0.95 for the matrix; m̂ / √v̂ = sign(g) at the first update
  const [first, second] = next.weights["matrix"]?.dataSync() ?? [];
  expect(first).toBeCloseTo(2 * 0.95 - 0.5, 5);
  expect(second).toBeCloseTo(-4 * 0.95 + 0.5, 5);
  expect(next.weights["gain"]?.dataSync()[0]).toBeCloseTo(3 - 0.5, 5);
});

test("the second update uses bias-corrected moments", () => {
  const weights = { gain: tf.tensor1d([1]) };
  const first = updateAdamW(weights, { gain: tf.tensor1d([1]) }, initializeOptimizer(weights), settings);
  const second = updateAdamW(first.weights, { gain: tf.tensor1d([3]) }, first.state, settings);
  const m = (0.9 * 0.1 * 1 + 0.1 * 3) / (1 - 0.9 ** 2);
  const v = (0.95 * 0.05 * 1 + 0.05 * 9) / (1 - 0.95 ** 2);
  expect(second.weights["gain"]?.dataSync()[0]).toBeCloseTo(1 - 0.5 - 0.5 * (m / Math.sqrt(v)), 5);
});

test("gradients are scaled to the clip norm together, and only when they exceed it", () => {
  const gradients = { a: tf.tensor1d([3]), b: tf.tensor1d([4]) };
  const { clipped, globalNorm } = clipByGlobalNorm(gradients, 1);
  expect(globalNorm.dataSync()[0]).toBeCloseTo(5, 6);
  expect(clipped["a"]?.dataSync()[0]).toBeCloseTo(0.6, 5);
  expect(clipByGlobalNorm(gradients, 10).clipped["b"]?.dataSync()[0]).toBeCloseTo(4, 6);
});

const traceSchema = z.object({
  steps: z.array(
    z.object({
      lr: z.number(),
      loss: z.number(),
      grad_norm_before_clip: z.number(),
      input_ids: z.array(z.array(z.number())),
      labels: z.array(z.array(z.number())),
    }),
  ),
  final_parameter_norms: z.record(z.string(), z.number()),
});

function toBatch(ids: readonly number[][], labels: readonly number[][]): Batch {
  const shifted = labels.map((row) => row.slice(1));
  return {
    inputIds: Int32Array.from(ids.flatMap((row) => row.slice(0, -1))),
    targetIds: Int32Array.from(shifted.flat(), (label) => Math.max(label, 0)),
    targetMask: Float32Array.from(shifted.flat(), (label) => (label === -100 ? 0 : 1)),
    batchSize: ids.length,
    lengthTokens: (ids[0]?.length ?? 1) - 1,
  };
}

for (const name of ["plain", "prefix_space"]) {
  test.skipIf(parityFolder === null)(
    `ten steps equal PyTorch's AdamW with clipping for the model ${name}`,
    () => {
      const trace = traceSchema.parse(parityJson(name, "expected/pure/adamw_trace.json"));
      const model = loadModel(parityPath(name, "model"));
      let { weights } = model;
      let state = initializeOptimizer(weights);
      for (const step of trace.steps) {
        const { value, gradients } = lossAndGradients(
          weights,
          toBatch(step.input_ids, step.labels),
          model.architecture,
        );
        const { clipped, globalNorm } = clipByGlobalNorm(gradients, LLAMA_OPTIMIZER.clipNorm);
        // 1e-4 and 1e-3: tolerances the fixtures' README states for float32 in two libraries.
        expect(Math.abs((value.dataSync()[0] ?? NaN) - step.loss)).toBeLessThan(1e-4);
        expect(Math.abs((globalNorm.dataSync()[0] ?? NaN) / step.grad_norm_before_clip - 1)).toBeLessThan(
          1e-3,
        );
        const next = updateAdamW(weights, clipped, state, { ...LLAMA_OPTIMIZER, learningRate: step.lr });
        [weights, state] = [next.weights, next.state];
      }
      for (const [key, expected] of Object.entries(trace.final_parameter_norms)) {
        const norm = normOf(weights[key]);
        expect(Math.abs(norm / expected - 1), key).toBeLessThan(1e-4);
      }
    },
  );
}
