import { expect, test } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { composedLossAndDerivative, sparseCrossEntropy } from "../../src/engine/cross-entropy.js";
import { valuesOf } from "../support/tensors.js";

const logits = tf.tensor2d([
  [1, -2, 0.5],
  [30, 0, -30],
]);
const labels = tf.tensor1d([2, 1], "int32");

test("TensorFlow's kernel and the plain ops give the same losses", () => {
  const plain = valuesOf(composedLossAndDerivative(logits, labels).losses);
  valuesOf(sparseCrossEntropy(logits, labels)).forEach((value, row) =>
    expect(value).toBeCloseTo(plain[row] ?? NaN, 5),
  );
});

test("the gradient is the derivative of each row times what comes from above", () => {
  const weights = tf.tensor1d([2, -1]);
  const gradient = tf.grad((x) => tf.sum(tf.mul(sparseCrossEntropy(x as tf.Tensor2D, labels), weights)))(
    logits,
  );
  const expected = tf.mul(composedLossAndDerivative(logits, labels).derivative, tf.expandDims(weights, -1));
  const plain = valuesOf(expected);
  valuesOf(gradient).forEach((value, index) => expect(value).toBeCloseTo(plain[index] ?? NaN, 5));
});

test("the plain ops run on tfjs' own cpu backend, and the loss falls back to them there", async () => {
  const expected = valuesOf(sparseCrossEntropy(logits, labels));
  await tf.setBackend("cpu");
  try {
    const moved = [
      tf.tensor2d([
        [1, -2, 0.5],
        [30, 0, -30],
      ]),
      tf.tensor1d([2, 1], "int32"),
    ] as const;
    valuesOf(sparseCrossEntropy(...moved)).forEach((value, row) =>
      expect(value).toBeCloseTo(expected[row] ?? NaN, 5),
    );
  } finally {
    await tf.setBackend("tensorflow");
  }
});
