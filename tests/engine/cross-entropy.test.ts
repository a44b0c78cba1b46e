import { expect, test } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { logSums, vocabularyLoss } from "../../src/engine/cross-entropy.js";
import { normals, valuesOf } from "../support/tensors.js";

const [hidden, output] = [normals([5, 3], 1), normals([7, 3], 2)];
const labels = tf.tensor1d([2, 1, 6, 0, 2], "int32");
const weights = tf.tensor1d([0.5, 0, 1, 2, 0.25]);

/** −ln softmax(hidden · outputᵀ)[label], written out. */
const plainLosses = (h: tf.Tensor, w: tf.Tensor): tf.Tensor => {
  const logProbs = tf.logSoftmax(tf.matMul(h, w, false, true));
  return tf.neg(tf.sum(tf.mul(logProbs, tf.oneHot(labels, 7, 1, 0, "float32")), -1));
};

test("sums of rows equal those of the whole logits, whatever the block", () => {
  const plain = valuesOf(tf.logSumExp(tf.matMul(hidden, output, false, true), -1));
  for (const blockRows of [1, 2, 5, 9])
    valuesOf(logSums(hidden as tf.Tensor2D, output as tf.Tensor2D, blockRows)).forEach((value, row) =>
      expect(value).toBeCloseTo(plain[row] ?? NaN, 5),
    );
});

test("the vocabulary loss and its derivatives equal those of the whole logits, whatever the block", () => {
  const whole = (h: tf.Tensor, w: tf.Tensor): tf.Scalar => tf.sum(tf.mul(plainLosses(h, w), weights));
  const expected = tf.valueAndGrads(whole)([hidden, output]);
  for (const blockRows of [1, 2, 5, 9]) {
    const blocked = (h: tf.Tensor, w: tf.Tensor) =>
      vocabularyLoss(h as tf.Tensor2D, w as tf.Tensor2D, labels, weights, { blockRows });
    // 3 times the loss: what comes from above must reach both derivatives.
    const found = tf.valueAndGrads((h, w) => tf.mul(blocked(h, w), 3))([hidden, output]);
    expect(found.value.dataSync()[0]).toBeCloseTo(3 * (expected.value.dataSync()[0] ?? NaN), 4);
    expected.grads.forEach((gradient, index) => {
      const values = valuesOf(found.grads[index]);
      valuesOf(gradient).forEach((value, at) => expect(values[at]).toBeCloseTo(3 * value, 4));
    });
  }
});

test("a logit a hundred nats above the others leaves the loss finite", () => {
  const far = tf.tensor2d([[100]]);
  const one = tf.tensor1d([1]);
  const loss = vocabularyLoss(far, tf.tensor2d([[1], [-1]]), tf.tensor1d([1], "int32"), one);
  expect(valuesOf(loss)[0]).toBeCloseTo(200, 3);
});

test("tfjs' own cpu backend gives the same sums", async () => {
  const expected = valuesOf(logSums(hidden as tf.Tensor2D, output as tf.Tensor2D));
  await tf.setBackend("cpu");
  try {
    const moved = [normals([5, 3], 1) as tf.Tensor2D, normals([7, 3], 2) as tf.Tensor2D] as const;
    valuesOf(logSums(...moved)).forEach((value, row) => expect(value).toBeCloseTo(expected[row] ?? NaN, 5));
  } finally {
    await tf.setBackend("tensorflow");
  }
});
