/** @file The parts of a layer with a derivative of their own, against tfjs' derivative of the same formula. */
import { expect, test } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { gatedSilu } from "../../src/engine/gated-silu.js";
import { rmsNorm } from "../../src/engine/rms-norm.js";
import { rotate, rotaryTables, rotaryTablesAt } from "../../src/engine/rotary.js";
import { expectSameDerivatives, largestGap, normals } from "../support/tensors.js";

test("the norm of (3, 4) with gain (1, 2) is (3, 8) over the root of 12.5", () => {
  const found = rmsNorm(tf.tensor2d([[3, 4]]), tf.tensor1d([1, 2]), 0);
  expect(largestGap(found, tf.tensor2d([[3 / Math.sqrt(12.5), 8 / Math.sqrt(12.5)]]))).toBeLessThan(1e-6);
});

test("the norm's derivatives are those of x / √(mean(x²) + ε) · gain", () => {
  const plain = (x: tf.Tensor, gain: tf.Tensor) =>
    tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), 0.1))), gain);
  expectSameDerivatives(
    (x, gain) => rmsNorm(x as tf.Tensor2D, gain as tf.Tensor1D, 0.1),
    (x, gain) => plain(x, gain),
    [normals([5, 4], 1), normals([4], 2)],
  );
});

test("the gate's derivatives are those of gate · σ(gate) · up", () => {
  expectSameDerivatives(
    (gate, up) => gatedSilu(gate as tf.Tensor2D, up as tf.Tensor2D),
    (gate, up) => tf.mul(tf.mul(gate, tf.sigmoid(gate)), up),
    [normals([5, 4], 1), normals([5, 4], 2)],
  );
});

test("a turn keeps lengths, leaves position 0 alone, and its derivatives are those of the rotation written out", () => {
  const tables = rotaryTables(3, 4, 100);
  const x = normals([2, 1, 3, 4], 1) as tf.Tensor4D;
  const turned = rotate(x, tables);
  expect(largestGap(tf.norm(turned, 2, -1), tf.norm(x, 2, -1))).toBeLessThan(1e-6);
  const first = (y: tf.Tensor4D) => tf.slice(y, [0, 0, 0, 0], [2, 1, 1, 4]);
  expect(largestGap(first(turned), first(x))).toBe(0);
  const plain = (y: tf.Tensor) => {
    const [a, b] = tf.split(y, 2, -1) as [tf.Tensor, tf.Tensor];
    const both = (table: tf.Tensor) => tf.concat([table, table], -1);
    return tf.add(tf.mul(y, both(tables.cos)), tf.mul(tf.concat([tf.neg(b), a], -1), both(tables.sin)));
  };
  expectSameDerivatives(
    (y) => rotate(y as tf.Tensor4D, tables),
    (y) => plain(y),
    [x],
  );
});

test("tables at given positions are those positions' rows", () => {
  const tables = rotaryTables(5, 4, 100);
  const positions = tf.tensor2d([0, 1, 0, 2, 1, 4], [2, 3], "int32");
  const x = normals([2, 1, 3, 4], 1) as tf.Tensor4D;
  const own = rotate(x, rotaryTablesAt(tables, positions));
  const last = (y: tf.Tensor) => tf.slice(y, [1, 0, 2, 0], [1, 1, 1, 4]);
  const long = tf.concat([tf.zeros([1, 1, 4, 4]), last(x)], 2) as tf.Tensor4D; // the last token, at position 4
  expect(largestGap(last(own), tf.slice(rotate(long, tables), [0, 0, 4, 0], [1, 1, 1, 4]))).toBeLessThan(
    1e-6,
  );
});
