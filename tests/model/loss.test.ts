import { expect, test } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { crossEntropy, logProbsAt } from "../../src/model/loss.js";
import { loadModel } from "../../src/model/checkpoint.js";
import { batchTensors, compiledSteps, lossAndGradients } from "../../src/training/training-step.js";
import { toBatch } from "../support/labelled-batch.js";
import { parityFolder, parityJson, parityPath } from "../support/parity.js";
import { normOf } from "../support/tensors.js";
import { z } from "zod";

/** With this as output matrix, hidden states are logits. */
const identity = tf.tensor2d([
  [1, 0],
  [0, 1],
]);

test("log-probabilities of two tokens with logits 0 and ln 3 are ln ¼ and ln ¾", () => {
  const logits = tf.tensor2d([
    [5, 5],
    [0, Math.log(3)],
  ]);
  const [positions, rows, tokens] = [[1], [0, 0], [0, 1]].map((values) => tf.tensor1d(values, "int32"));
  const asked = { positions, rows, tokens } as Parameters<typeof logProbsAt>[2];
  const [first, second] = logProbsAt(logits, identity, asked).dataSync();
  expect(first).toBeCloseTo(Math.log(1 / 4), 6);
  expect(second).toBeCloseTo(Math.log(3 / 4), 6);
});

test("the loss is the mean over the trained tokens of all rows together", () => {
  const logits = tf.tensor2d([
    [0, Math.log(3)],
    [0, 0],
    [0, Math.log(3)],
    [0, 0],
  ]);
  const targets = tf.tensor2d([0, 1, 1, 1], [2, 2], "int32");
  const mask = tf.tensor2d([
    [1, 1],
    [1, 0],
  ]);
  const expected = (Math.log(4) + Math.log(2) + Math.log(4 / 3)) / 3;
  expect(crossEntropy(logits, identity, targets, mask).dataSync()[0]).toBeCloseTo(expected, 6);
});

test("the gradient is softmax minus one-hot over the number of trained tokens, and none flows from masked ones", () => {
  const targets = tf.tensor2d([[0, 1]], [1, 2], "int32");
  const mask = tf.tensor2d([[1, 0]]);
  const logits = tf.tensor2d([
    [0, Math.log(3)],
    [1, 2],
  ]);
  const gradient = tf
    .grad((x) => crossEntropy(x as tf.Tensor2D, identity, targets, mask))(logits)
    .dataSync();
  [1 / 4 - 1, 3 / 4, 0, 0].forEach((value, index) => expect(gradient[index]).toBeCloseTo(value, 6));
});

const fixtureSchema = z.object({
  input_ids: z.array(z.array(z.number())),
  labels: z.array(z.array(z.number())),
  scored_tokens: z.number(),
  loss: z.number(),
  global_grad_norm: z.number(),
  grad_norms: z.record(z.string(), z.number()),
});

for (const name of ["plain", "prefix_space"]) {
  for (const way of ["eager", "compiled"]) {
    test.skipIf(parityFolder === null)(
      `loss and every gradient norm equal PyTorch's for the model ${name}, ${way}`,
      () => {
        const fixture = fixtureSchema.parse(parityJson(name, "expected/pure/loss_grads.json"));
        const { architecture, weights } = loadModel(parityPath(name, "model"));
        const batch = toBatch(fixture.input_ids, fixture.labels);
        const input = { weights, ...batchTensors(batch) };
        const { loss, gradients } =
          way === "eager"
            ? lossAndGradients(input, architecture)
            : compiledSteps(architecture, "float32").train(input);
        expect(tf.sum(input.mask).dataSync()[0]).toBe(fixture.scored_tokens);
        expect(Math.abs((loss.dataSync()[0] ?? NaN) - fixture.loss)).toBeLessThan(1e-5);
        for (const [key, expected] of Object.entries(fixture.grad_norms))
          expect(Math.abs(normOf(gradients[key]) / expected - 1), key).toBeLessThan(1e-4);
        const norms = Object.keys(weights).map((key) => normOf(gradients[key]));
        expect(Math.abs(Math.hypot(...norms) / fixture.global_grad_norm - 1)).toBeLessThan(1e-4);
      },
    );
  }
}
