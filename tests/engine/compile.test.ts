import { afterEach, describe, expect, test } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { compile, type CompiledStep } from "../../src/engine/compile.js";
import { hasGpus } from "../../src/engine/gpus.js";
import type { TensorTree } from "../../src/engine/tensor-tree.js";
import { largestGap, normals, valuesOf } from "../support/tensors.js";

const made: { dispose: () => void }[] = [];
function compiled<A extends TensorTree, R extends TensorTree>(
  step: (args: A) => R,
  options: { precision?: "float32" | "bfloat16" } = {},
): CompiledStep<A, R> {
  const result = compile(step, options);
  made.push(result);
  return result;
}
afterEach(() => {
  for (const step of made.splice(0)) step.dispose();
});

const square = ({ x }: { x: tf.Tensor }) => ({ y: tf.square(x) });

describe("a compiled step", () => {
  test("returns what the step returns, in its names, and leaves nothing else behind", () => {
    const step = compiled(square);
    const x = tf.tensor1d([1, -3]);
    step({ x }).y.dispose();
    const before = tf.memory().numTensors;
    const { y } = step({ x });
    expect(valuesOf(y)).toEqual([1, 9]);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(valuesOf(x)).toEqual([1, -3]);
  });

  test("is recorded once for each set of shapes", () => {
    let recordings = 0;
    const step = compiled(({ x }: { x: tf.Tensor }) => {
      recordings += 1;
      return tf.sum(tf.mul(x, 2));
    });
    for (const size of [2, 3, 2, 3, 2]) expect(valuesOf(step({ x: tf.ones([size]) }))).toEqual([2 * size]);
    expect(recordings).toBe(2);
    expect(step.numTraces()).toBe(2);
  });

  test("computes with the values of each call, not with those it was recorded with", () => {
    const step = compiled(square);
    step({ x: tf.tensor1d([1]) });
    expect(valuesOf(step({ x: tf.tensor1d([5]) }).y)).toEqual([25]);
  });

  test("equals eager for value and gradients of the operations a model is made of", () => {
    const objective = (x: tf.Tensor, w: tf.Tensor): tf.Scalar => {
      const [a, b] = tf.split(tf.matMul(x, w), 2, -1) as [tf.Tensor, tf.Tensor];
      const mixed = tf.concat([tf.mul(tf.sigmoid(a), tf.tanh(b)), tf.relu(b), tf.exp(tf.neg(tf.abs(a)))], -1);
      const normed = tf.div(mixed, tf.sqrt(tf.add(tf.mean(tf.square(mixed), -1, true), 1e-3)));
      const chosen = tf.gather(tf.transpose(normed), tf.tensor1d([0, 2, 2], "int32"));
      const kept = tf.maximum(chosen, tf.pow(chosen, tf.scalar(2, "int32")));
      return tf.sum(
        tf.square(
          tf.logSoftmax(
            tf.pad(kept as tf.Tensor2D, [
              [0, 1],
              [1, 0],
            ]),
          ),
        ),
      );
    };
    const step = ({ x, w }: { x: tf.Tensor; w: tf.Tensor }) => {
      const { value, grads } = tf.valueAndGrads((a, b) => objective(a, b))([x, w]);
      return { value, grads };
    };
    const args = { x: normals([4, 3], 1), w: normals([3, 6], 2) };
    const [eager, graph] = [step(args), compiled(step)(args)];
    expect(largestGap(graph.value, eager.value)).toBeLessThan(1e-4);
    eager.grads.forEach((gradient, i) => expect(largestGap(graph.grads[i], gradient)).toBeLessThan(1e-5));
  });

  test("called inside another step becomes part of it", () => {
    const inner = compiled(square);
    const outer = compiled(({ x }: { x: tf.Tensor }) => tf.add(inner({ x }).y, 1));
    expect(valuesOf(outer({ x: tf.tensor1d([3]) }))).toEqual([10]);
    expect(inner.numTraces()).toBe(0);
  });

  test("runs as it stands on tfjs' own cpu backend", async () => {
    await tf.setBackend("cpu");
    try {
      const step = compiled(square);
      expect(valuesOf(step({ x: tf.tensor1d([4]) }).y)).toEqual([16]);
      expect(step.numTraces()).toBe(0);
    } finally {
      await tf.setBackend("tensorflow");
    }
  });

  test("in bfloat16 rounds products to 8 bits and sums in float32", () => {
    const product = ({ a, b }: { a: tf.Tensor; b: tf.Tensor }) => tf.matMul(a, b);
    const args = { a: normals([32, 512], 1), b: normals([512, 16], 2) };
    const exact = valuesOf(product(args));
    const half = valuesOf(compiled(product, { precision: "bfloat16" })(args));
    const scale = Math.sqrt(512); // deviation of an element
    const worst = Math.max(...half.map((value, i) => Math.abs(value - (exact[i] ?? NaN)))) / scale;
    // Inputs off by 2⁻⁹ each, independently, and one rounding of the result: a few times 2⁻⁸ at worst.
    expect(worst).toBeGreaterThan(1e-4);
    expect(worst).toBeLessThan(4 * 2 ** -8);
  });

  test("does 500 runs without a tensor more and without growing memory", () => {
    const step = compiled(({ x, w }: { x: tf.Tensor; w: tf.Tensor }) =>
      tf.grads((a) => tf.sum(tf.relu(tf.matMul(a as tf.Tensor2D, w as tf.Tensor2D))))([x]),
    );
    const args = { x: normals([64, 256], 1), w: normals([256, 256], 2) };
    const run = () => tf.dispose(step(args));
    for (let i = 0; i < 100; i++) run();
    const before = { tensors: tf.memory().numTensors, bytes: process.memoryUsage().rss };
    for (let i = 0; i < 500; i++) run();
    expect(tf.memory().numTensors).toBe(before.tensors);
    // One leaked result a run would be 32 MB; the JavaScript heap moves by a few.
    expect(process.memoryUsage().rss - before.bytes).toBeLessThan(16e6);
  });

  test("says where its time goes, operation by operation", () => {
    const step = compiled(({ x }: { x: tf.Tensor }) => tf.sum(tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D)));
    const rows = step.profile({ x: tf.ones([64, 64]) });
    expect(rows.map(({ op }) => op)).toContain("MatMul");
    expect(rows.find(({ op }) => op === "MatMul")).toMatchObject({ count: 1, shape: [64, 64] });
    for (const { milliseconds } of rows) expect(milliseconds).toBeGreaterThan(0);
  });
});

describe("what a step must not do", () => {
  const x = tf.tensor1d([1, 2]);
  const failing = (step: (args: { x: tf.Tensor }) => TensorTree) => () => compiled(step)({ x });

  test("a value read while recording is named with the operation it came from", () => {
    expect(failing(({ x }) => tf.mul(x, tf.square(x).dataSync()[0] ?? 0))).toThrow(
      /must not read values while it is recorded, got a read of a tensor of shape \[2\] made by Square/,
    );
  });

  test("a read hidden in a promise nobody awaits is refused too", () => {
    expect(
      failing(({ x }) => {
        tf.square(x)
          .data()
          .catch(() => undefined);
        return tf.neg(x);
      }),
    ).toThrow(/must not read values/);
  });

  test("a tensor from outside is named by its shape, a variable by its name, and stays usable", () => {
    const outside = tf.tensor1d([3, 4]);
    expect(failing(({ x }) => tf.add(x, outside))).toThrow(/got a tensor of shape \[2\] from outside/);
    expect(valuesOf(outside)).toEqual([3, 4]);
    const variable = tf.variable(tf.scalar(1), true, "gain");
    expect(failing(({ x }) => tf.mul(x, variable))).toThrow(/got the variable "gain" of shape \[\]/);
    expect(failing(() => outside)).toThrow(/from outside/);
  });

  test("an operation without a shape rule is named", () => {
    expect(failing(({ x }) => tf.topk(x, 1).values)).toThrow(/must have a shape rule, got TopK/);
  });

  test("an asynchronous step, or one that returns no tensor, is refused", () => {
    const asynchronous = (async () => x) as unknown as (args: { x: tf.Tensor }) => TensorTree;
    expect(failing(asynchronous)).toThrow(/must take and return tensors, got a promise/);
    const nothing = (() => ({ loss: undefined })) as unknown as (args: { x: tf.Tensor }) => TensorTree;
    expect(failing(nothing)).toThrow(/got undefined .loss/);
  });

  test("after a failure the engine computes as before", () => {
    expect(failing(({ x }) => tf.mul(x, x.dataSync()[0] ?? 0))).toThrow();
    expect(valuesOf(tf.add(x, 1))).toEqual([2, 3]);
    expect(valuesOf(compiled(square)({ x }).y)).toEqual([1, 4]);
  });
});

// On a GPU TensorFlow gives zeros instead.
test.skipIf(hasGpus())("an index out of range is refused by TensorFlow, eager and compiled", () => {
  const look = ({ table, ids }: { table: tf.Tensor; ids: tf.Tensor }) => tf.gather(table, ids);
  const args = { table: tf.ones([3, 2]), ids: tf.tensor1d([0, 7], "int32") };
  expect(() => look(args)).toThrow(/7 is not in \[0, 3\)/);
  expect(() => compiled(look)(args)).toThrow(/7 is not in \[0, 3\)/);
});
