import { describe, expect, test } from "vitest";
import { causalAttention, sharedMasks } from "../../src/engine/attention.js";
import { tf } from "../../src/engine/backend.js";
import { compile } from "../../src/engine/compile.js";
import { expectSameDerivatives, largestGap, normals } from "../support/tensors.js";

const [batchSize, heads, headDim] = [2, 3, 4];

const inputs = (lengthTokens: number): tf.Tensor4D[] =>
  [1, 2, 3].map((seed) => normals([batchSize, heads, lengthTokens, headDim], seed) as tf.Tensor4D);

/** softmax(Q Kᵀ / √K + mask) V, written out. */
function plainAttention(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor): tf.Tensor {
  const lengthTokens = query.shape[2] ?? 0;
  const allowed = tf.linalg.bandPart(tf.ones([lengthTokens, lengthTokens]), -1, 0);
  const scores = tf.div(tf.matMul(query, key, false, true), Math.sqrt(headDim));
  return tf.matMul(tf.softmax(tf.add(scores, tf.mul(tf.sub(allowed, 1), 1e9))), value);
}

const blocked =
  (blockTokens: number) =>
  (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): tf.Tensor =>
    causalAttention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, { blockTokens });

describe("attention in blocks", () => {
  for (const [lengthTokens, blockTokens] of [
    [1, 4],
    [4, 4],
    [7, 4],
    [12, 4],
    [9, 1],
  ] as const)
    test(`equals the whole matrix for ${lengthTokens} tokens in blocks of ${blockTokens}, derivatives included`, () => {
      const [q, k, v] = inputs(lengthTokens);
      expectSameDerivatives(
        (...args) => blocked(blockTokens)(...(args as [tf.Tensor, tf.Tensor, tf.Tensor])),
        (...args) => plainAttention(...(args as [tf.Tensor, tf.Tensor, tf.Tensor])),
        [q, k, v] as tf.Tensor[],
      );
    });

  test("compiled equals eager", () => {
    const [q, k, v] = inputs(10) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const gradients = (args: { q: tf.Tensor; k: tf.Tensor; v: tf.Tensor }) =>
      tf.grads((a, b, c) => blocked(4)(a, b, c))([args.q, args.k, args.v]);
    const step = compile(gradients);
    const eager = gradients({ q, k, v });
    step({ q, k, v }).forEach((gradient, index) =>
      expect(largestGap(gradient, eager[index])).toBeLessThan(1e-5),
    );
    step.dispose();
  });

  test("texts side by side attend as if each stood alone, derivatives included", () => {
    const [first, second] = [4, 3];
    const [q, k, v] = inputs(first + second) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const visibleUntil = tf.tensor2d(
      Array.from({ length: batchSize }, () => [4, 4, 4, 4, 7, 7, 7]),
      [batchSize, first + second],
      "int32",
    );
    const part = (x: tf.Tensor, from: number, size: number) =>
      tf.slice(x, [0, 0, from, 0], [batchSize, heads, size, headDim]);
    for (const blockTokens of [3, 8])
      for (const masks of [undefined, sharedMasks({ visibleUntil, blockTokens })])
        expectSameDerivatives(
          (...args) => {
            const [q, k, v] = args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
            return causalAttention(q, k, v, { blockTokens, visibleUntil, masks });
          },
          (...args) => {
            const alone = (from: number, size: number) =>
              plainAttention(...(args.map((x) => part(x, from, size)) as [tf.Tensor, tf.Tensor, tf.Tensor]));
            return tf.concat([alone(0, first), alone(first, second)], 2);
          },
          [q, k, v],
        );
  });

  test("a text that is visible from its first token on is seen in both directions, the text next to it forwards", () => {
    const [q, k, v] = inputs(7) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const rows = (places: number[]) => tf.tensor2d([...places, ...places], [batchSize, 7], "int32");
    const visibleUntil = rows([4, 4, 4, 4, 7, 7, 7]);
    const visibleFrom = rows([0, 0, 0, 0, 4, 5, 6]);
    const part = (x: tf.Tensor, from: number, size: number) =>
      tf.slice(x, [0, 0, from, 0], [batchSize, heads, size, headDim]);
    for (const blockTokens of [3, 8])
      for (const masks of [undefined, sharedMasks({ visibleUntil, visibleFrom, blockTokens })])
        expectSameDerivatives(
          (...args) => {
            const [q, k, v] = args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
            return causalAttention(q, k, v, { blockTokens, visibleUntil, visibleFrom, masks });
          },
          (...args) => {
            const [[a, b, c], rest] = [0, 1].map((second) =>
              args.map((x) => (second ? part(x, 4, 3) : part(x, 0, 4))),
            ) as [[tf.Tensor, tf.Tensor, tf.Tensor], [tf.Tensor, tf.Tensor, tf.Tensor]];
            const scores = tf.div(tf.matMul(a, b, false, true), Math.sqrt(headDim));
            return tf.concat([tf.matMul(tf.softmax(scores), c), plainAttention(...rest)], 2);
          },
          [q, k, v],
        );
  });

  test("masks are shared by layers up to 8 MiB, 1,920 tokens of one row", () => {
    const row = (lengthTokens: number) => tf.fill<tf.Rank.R2>([1, lengthTokens], lengthTokens, "int32");
    const shapes = tf.tidy(() => sharedMasks({ visibleUntil: row(1_920) })?.map(({ shape }) => shape));
    expect(shapes).toHaveLength(8);
    expect(shapes?.at(-1)).toEqual([1, 1, 128, 1_920]);
    expect(tf.tidy(() => sharedMasks({ visibleUntil: row(2_048) }))).toBeUndefined();
  });
});
