/** @file Every shape rule against TensorFlow itself: what is inferred is what comes out. */
import { expect, test } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { inferOutputs } from "../../src/engine/operation-shapes.js";
import { dataTypeOf } from "../../src/engine/tensorflow-backend.js";
import { trace } from "../../src/engine/trace.js";
import { normals } from "../support/tensors.js";

const x = tf.abs(normals([2, 3, 4], 1)) as tf.Tensor3D;
const one = (y: tf.Tensor) => [y];

const steps: Record<string, (x: tf.Tensor3D) => tf.Tensor[]> = {
  "elementwise functions": (x) => [
    tf.neg(x),
    tf.exp(x),
    tf.log(x),
    tf.sqrt(x),
    tf.rsqrt(x),
    tf.square(x),
    tf.erf(x),
  ],
  activations: (x) => [
    tf.sigmoid(x),
    tf.tanh(x),
    tf.relu(x),
    tf.softplus(x),
    tf.elu(x),
    tf.softmax(x),
    tf.logSoftmax(x),
  ],
  "binary operations broadcast": (x) => [
    tf.add(x, tf.ones([4])),
    tf.sub(x, tf.ones([3, 1])),
    tf.mul(tf.ones([1]), x),
    tf.div(x, tf.ones([2, 1, 1])),
    tf.maximum(x, 0.5),
    tf.pow(x, 2),
    tf.squaredDifference(x, tf.ones([4])),
  ],
  "comparisons give booleans": (x) => [
    tf.greater(x, 0.5),
    tf.equal(x, x),
    tf.logicalNot(tf.less(x, 1)),
    tf.isNaN(x),
  ],
  "reductions keep axes or not": (x) => [
    tf.sum(x),
    tf.mean(x, 1),
    tf.max(x, [0, 2], true),
    tf.min(x, -1),
    tf.prod(x, 0),
  ],
  "positions of extremes": (x) => [tf.argMax(x, 1), tf.argMin(x, -1)],
  products: (x) => [
    tf.matMul(x, x, false, true),
    tf.matMul(x, x, true, false),
    tf.matMul(tf.reshape(x, [6, 4]), tf.ones([4, 5])),
  ],
  "shapes change": (x) => [
    tf.reshape(x, [4, -1]),
    tf.transpose(x, [2, 0, 1]),
    tf.expandDims(x, -1),
    tf.expandDims(x, 1),
  ],
  "parts are cut and joined": (x) => [
    ...tf.split(x, [1, 3], 2),
    ...tf.split(x, 3, 1),
    ...tf.unstack(x, 1),
    tf.concat([x, x], -1),
    tf.stack([x, x], 2),
    tf.slice(x, [0, 1, 1], [2, 2, -1]),
    tf.pad(x, [
      [0, 1],
      [2, 0],
      [0, 0],
    ]),
    tf.tile(x, [2, 1, 3]),
  ],
  "elements are picked": (x) => [
    tf.gather(x, tf.tensor1d([0, 2], "int32"), 1),
    tf.gather(x, tf.tensor2d([[0, 1]], [1, 2], "int32")),
    tf.gatherND(x, tf.tensor2d([[0, 1]], [1, 2], "int32")),
    tf.tensorScatterUpdate(x, tf.tensor2d([[0, 1]], [1, 2], "int32"), tf.ones([1, 4])),
    tf.unsortedSegmentSum(x, tf.tensor1d([0, 3], "int32"), 5),
    tf.oneHot(tf.tensor1d([0, 2], "int32"), 7),
  ],
  choices: (x) => [tf.where(tf.greater(x, 0.5), x, tf.neg(x)), tf.clipByValue(x, 0, 1)],
  constants: () => [
    tf.fill([2, 2], 3),
    tf.range(0, 9, 2, "int32"),
    tf.linalg.bandPart(tf.ones([4, 4]), -1, 0),
  ],
  casts: (x) => [tf.cast(x, "int32"), tf.cast(x, "bool"), tf.cast(tf.cast(x, "int32"), "float32")],
  sums: (x) => one(tf.addN([x, x, x])),
  "running sums": (x) => one(tf.cumsum(x, 1)),
};

for (const [name, step] of Object.entries(steps))
  test(`${name}: inferred shapes and element types are TensorFlow's`, () => {
    const found = step(x);
    const inferred = trace(([y]) => step(y as tf.Tensor3D), [{ shape: x.shape, dtype: "float32" }]);
    expect(inferred.results.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(
      found.map((tensor) => ({ shape: tensor.shape, dtype: dataTypeOf(tensor) })),
    );
  });

test("shapes that do not broadcast are refused with both", () => {
  const values = [
    { shape: [2, 3], dtype: 1 },
    { shape: [4], dtype: 1 },
  ];
  expect(() => inferOutputs("Add", values, [])).toThrow(/must broadcast, got \[2,3\] and \[4\]/);
});
