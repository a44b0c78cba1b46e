import { afterEach, describe, expect, test } from "vitest";
import { tf } from "../../src/engine/backend.js";
import { assign, assignAdd, assignSub, clipFactor, onlyIf } from "../../src/engine/effects.js";
import { ResidentGraph } from "../../src/engine/resident-graph.js";
import { transferredBytes } from "../../src/engine/session.js";
import { valuesOf } from "../support/tensors.js";

const made: ResidentGraph[] = [];
function graphOf(values: Record<string, number[]>): ResidentGraph {
  const shapes = Object.fromEntries(Object.entries(values).map(([name, { length }]) => [name, [length]]));
  const graph = new ResidentGraph(shapes, { precision: "float32" });
  graph.write(Object.fromEntries(Object.entries(values).map(([name, x]) => [name, tf.tensor1d(x)])));
  made.push(graph);
  return graph;
}
afterEach(() => {
  for (const graph of made.splice(0)) graph.dispose();
});
const valueIn = (graph: ResidentGraph, name: string): number[] => valuesOf(graph.read([name])[name]);

describe("variables of a loaded graph", () => {
  test("keep what steps write, whatever shapes the steps come in", () => {
    const graph = graphOf({ sum: [0], count: [0] });
    const add = graph.step(({ sum, count }, { x }: { x: tf.Tensor }) => {
      const total = tf.reshape(tf.sum(x), [1]);
      if (sum && count) {
        assignAdd(sum, total);
        assignAdd(count, tf.ones([1]));
      }
      return total;
    });
    for (const size of [3, 5, 3, 7, 5]) expect(valuesOf(add({ x: tf.ones([size]) }))).toEqual([size]);
    expect(valueIn(graph, "sum")).toEqual([23]);
    expect(valueIn(graph, "count")).toEqual([5]);
  });

  test("are written in the order the step says: w ← 2 w before w ← w − 3 before w ← w + w₀", () => {
    const graph = graphOf({ w: [5] });
    const step = graph.step(({ w }, { three }: { three: tf.Tensor }) => {
      if (!w) throw new Error("w");
      assign(w, tf.mul(w.value, 2));
      assignSub(w, three);
      assignAdd(w, w.value);
      return three;
    });
    step({ three: tf.tensor1d([3]) });
    expect(valueIn(graph, "w")).toEqual([2 * 5 - 3 + 5]);
  });

  test("stay as they are where a condition does not hold, and results come all the same", () => {
    const graph = graphOf({ w: [1], after: [0] });
    const step = graph.step(({ w, after }, { x }: { x: tf.Tensor }) => {
      onlyIf(tf.greater(tf.sum(x), 0), () => {
        if (w) assignAdd(w, tf.mul(x, 10));
      });
      if (after) assignAdd(after, tf.ones([1]));
      return tf.mul(x, 2);
    });
    expect(valuesOf(step({ x: tf.tensor1d([-4]) }))).toEqual([-8]);
    expect(valueIn(graph, "w")).toEqual([1]);
    expect(valuesOf(step({ x: tf.tensor1d([4]) }))).toEqual([8]);
    expect(valueIn(graph, "w")).toEqual([41]);
    expect(valueIn(graph, "after")).toEqual([2]);
  });

  test("do not cross when a step runs: only its arguments and results do", () => {
    const graph = graphOf({ w: Array<number>(1000).fill(1) });
    const step = graph.step(({ w }, { x }: { x: tf.Tensor }) => tf.mul(tf.sum((w ?? fail()).value), x));
    for (const size of [1, 2, 3]) step.record({ x: tf.ones([size]) });
    step({ x: tf.ones([1]) }); // loads the graph, which takes the variable in
    for (const size of [1, 2, 3]) {
      const before = transferredBytes();
      step({ x: tf.ones([size]) });
      const { toGraphs, fromGraphs } = transferredBytes();
      expect([toGraphs - before.toGraphs, fromGraphs - before.fromGraphs]).toEqual([4 * size, 4 * size]);
    }
  });

  test("can be set and cleared before and after the graph is loaded", () => {
    const graph = graphOf({ a: [1], b: [2] });
    graph.zero(["a"]);
    expect([valueIn(graph, "a"), valueIn(graph, "b")]).toEqual([[0], [2]]);
    const step = graph.step(({ a, b }, { x }: { x: tf.Tensor }) =>
      tf.add(tf.add((a ?? fail()).value, (b ?? fail()).value), x),
    );
    expect(valuesOf(step({ x: tf.ones([1]) }))).toEqual([3]);
    graph.write({ a: tf.tensor1d([10]) });
    graph.zero(["b"]);
    expect(valuesOf(step({ x: tf.ones([1]) }))).toEqual([11]);
  });

  test("a graph leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    const graph = new ResidentGraph({ w: [2] }, { precision: "float32" });
    const [w, x] = [tf.ones([2]), tf.ones([2])];
    graph.write({ w });
    const step = graph.step((variables, { x }: { x: tf.Tensor }) =>
      tf.add((variables["w"] ?? fail()).value, x),
    );
    step({ x }).dispose();
    step.record({ x: tf.ones([1]) });
    graph.dispose();
    tf.dispose([w, x]);
    expect(tf.memory().numTensors).toBe(before + 1); // the argument that was only recorded
  });
});

describe("what can go wrong", () => {
  test("a variable that was never written, of another shape, or outside of a step is named", () => {
    const graph = new ResidentGraph({ w: [2] }, { precision: "float32" });
    made.push(graph);
    expect(() => graph.read(["w"])).toThrow(/w must have been written/);
    expect(() => graph.write({ w: tf.ones([3]) })).toThrow(/w of \[3\] for \[2\]/);
    graph.write({ w: tf.ones([2]) });
    expect(() => graph.step((_, { x }: { x: tf.Tensor }) => (onlyIf(x, () => x), x))).not.toThrow();
    expect(() => onlyIf(tf.scalar(true), () => undefined)).toThrow(/must be written by a step/);
  });
});

test("the factor that clips a norm is that of JavaScript's numbers, rounded once", () => {
  const graph = graphOf({ unused: [0] });
  const factors = [1, 0.3].map((limit) =>
    graph.step((_, { norm }: { norm: tf.Tensor }) => clipFactor(norm as tf.Scalar, limit)),
  );
  for (const norm of [0, 1e-7, 0.3, 0.7, 1.000_000_1, 3.3, 1e8])
    factors.forEach((factor, index) => {
      const expected = Math.min(1, ([1, 0.3][index] ?? NaN) / (Math.fround(norm) + 1e-6));
      expect(valuesOf(factor({ norm: tf.scalar(norm) }))).toEqual([Math.fround(expected)]);
    });
});

function fail(): never {
  throw new Error("the variable must be there");
}
