import { describe, expect, test } from "vitest";
import { hasGpus } from "../../src/engine/gpus.js";
import { describeEngine, testGradients, tf } from "../../src/engine/backend.js";

test("the engine is the TensorFlow backend over the C library 2.20", () => {
  expect(describeEngine()).toEqual({
    backend: "tensorflow",
    tensorflow: expect.stringMatching(/^2\.20\.\d+$/),
    tfjs: "4.22.0",
    device: hasGpus() ? expect.stringMatching(/./) : "CPU",
  });
});

describe("the gradient self-test", () => {
  test("finds gradients within float32 rounding of central differences, and leaves no tensor", () => {
    const before = tf.memory().numTensors;
    expect(testGradients()).toBeLessThan(1e-3);
    expect(tf.memory().numTensors).toBe(before);
  });

  test("notices an op whose gradient is wrong by a tenth", () => {
    const right = tf.getGradient("Softmax");
    if (!right) throw new Error("softmax must have a gradient");
    const wrong: typeof right = {
      ...right,
      gradFunc: (dy, saved, attrs) => {
        const { logits } = right.gradFunc(dy, saved, attrs);
        return { logits: () => tf.mul(logits?.() ?? 0, 1.1) };
      },
    };
    tf.unregisterGradient("Softmax");
    tf.registerGradient(wrong);
    try {
      expect(testGradients()).toBeGreaterThan(1e-2);
    } finally {
      tf.unregisterGradient("Softmax");
      tf.registerGradient(right);
    }
    expect(testGradients()).toBeLessThan(1e-3);
  });
});
