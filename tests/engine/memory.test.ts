import { afterEach, describe, expect, test } from "vitest";
import { PAPER_ARCHITECTURES } from "../../src/config/paper-settings.js";
import { tf } from "../../src/engine/backend.js";
import { compile } from "../../src/engine/compile.js";
import { estimateBytes, setMemoryLimit } from "../../src/engine/memory.js";
import { trace } from "../../src/engine/trace.js";
import { weightShapes } from "../../src/model/weights.js";
import { lossAndGradients } from "../../src/training/training-step.js";

afterEach(() => setMemoryLimit(null));

/** Bytes a step of `llama140M` without its embeddings needs for one row; nothing is computed. */
function estimateFor(lengthTokens: number): number {
  const architecture = {
    ...PAPER_ARCHITECTURES.llama140M,
    vocabSize: 512,
    numLayers: 1,
    maxLengthTokens: 8_192,
  };
  const shapes = weightShapes(architecture);
  const names = Object.keys(shapes);
  const step = ([inputs, targets, mask, ...weights]: readonly tf.Tensor[]) => {
    const named = Object.fromEntries(names.map((name, index) => [name, weights[index] as tf.Tensor]));
    const batch = {
      inputs: inputs as tf.Tensor2D,
      targets: targets as tf.Tensor2D,
      mask: mask as tf.Tensor2D,
    };
    const { loss, gradients } = lossAndGradients({ weights: named, ...batch }, architecture);
    return [loss, ...Object.values(gradients)];
  };
  const shape = [1, lengthTokens];
  return estimateBytes(
    trace(step, [
      { shape, dtype: "int32" },
      { shape, dtype: "int32" },
      { shape, dtype: "float32" },
      ...names.map((name) => ({ shape: shapes[name] ?? [], dtype: "float32" as const })),
    ]),
  );
}

describe("the estimate", () => {
  test("of x² summed is x, its square and the sum; a reshape costs nothing", () => {
    const recorded = trace(
      ([x]) => [tf.sum(tf.square(tf.reshape(x as tf.Tensor, [-1])))],
      [{ shape: [10, 100], dtype: "float32" }],
    );
    expect(estimateBytes(recorded)).toBe(4000 + 4000 + 4);
  });

  test("less than 2.1 times as much for twice the tokens, from 512 to 8,192", () => {
    const bytes = [512, 1_024, 2_048, 4_096, 8_192].map((lengthTokens) => estimateFor(lengthTokens));
    const growth = bytes.slice(1).map((size, index) => size / (bytes[index] ?? NaN));
    expect(Math.max(...growth)).toBeLessThan(2.1);
    expect(growth.at(-1)).toBeGreaterThan(1.8); // twice, but for the weights
  });
});

test("a step that would not fit is refused before it runs, with both sizes and the way out", () => {
  setMemoryLimit(2 ** 20);
  const step = compile(({ x }: { x: tf.Tensor }) => tf.sum(tf.square(x)));
  const x = tf.ones([512, 512]);
  expect(() => step({ x })).toThrow(
    /must fit into 0.00 GiB, got one that needs about 0.00 GiB.*setMemoryLimit/,
  );
  setMemoryLimit(2 ** 30);
  expect(step.estimateBytes({ x })).toBe(2 * 2 ** 20 + 4);
  expect(step({ x }).dataSync()[0]).toBe(512 * 512);
  step.dispose();
});
