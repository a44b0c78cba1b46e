/** @file DPO and SimPO against TRL's numbers, and what they do by hand. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { tf } from "../../src/engine/backend.js";
import { tokenSurprisals, vocabularyLoss } from "../../src/engine/cross-entropy.js";
import { compile } from "../../src/engine/compile.js";
import { readLlamaConfig } from "../../src/model/llama-config.js";
import { preferenceLoss, type PreferenceLoss } from "../../src/model/preference-loss.js";
import { batchOf } from "../../src/data/batches.js";
import { logProbsOf, preferenceLossOf } from "../../src/training/preference-objective.js";
import { batchTensors, withGradients, type BatchTensors } from "../../src/training/training-step.js";
import type { Weights } from "../../src/model/weights.js";
import { drawnWeights } from "../support/drawn-weights.js";
import { valuesOf } from "../support/tensors.js";

const { config, cases } = z
  .object({
    config: z.record(z.string(), z.unknown()),
    cases: z.array(
      z.object({
        loss: z.enum(["dpo", "simpo"]),
        beta: z.number(),
        margin: z.number().default(0),
        seed: z.number(),
        rows: z.array(z.object({ ids: z.array(z.number()), replyStart: z.number() })),
        reference: z.array(z.tuple([z.number(), z.number()])).nullable(),
        lossNats: z.number(),
        gradients: z.record(z.string(), z.array(z.number())),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../golden/preferences.json", import.meta.url), "utf8")));
const architecture = readLlamaConfig(JSON.stringify(config));

type Case = (typeof cases)[number];
const settingsOf = ({ loss, beta, margin }: Case): PreferenceLoss =>
  loss === "dpo" ? { loss, beta } : { loss, beta, margin };
function tensorsOf({ rows, reference }: Case): BatchTensors {
  const texts = rows.map(({ ids, replyStart }) => [{ ids, trained: ids.map((_, at) => at >= replyStart) }]);
  const tensors = batchTensors(batchOf(texts, { lengthTokens: 12, padId: 0, isolated: false, words: 1 }));
  return { ...tensors, ...(reference && { reference: tf.tensor1d(reference.flat()) }) };
}

describe.each(cases)("$loss with beta $beta", (golden) => {
  const step = ({ weights, ...tensors }: BatchTensors & { readonly weights: Weights }) =>
    withGradients(weights, (named) =>
      preferenceLossOf({ weights: named, ...tensors }, architecture, settingsOf(golden)),
    );

  test.each(["eager", "compiled"])("loss and every gradient equal TRL's to 1e-5, %s", (way) => {
    const input = { weights: drawnWeights(architecture, golden.seed), ...tensorsOf(golden) };
    const { loss, gradients } = way === "eager" ? step(input) : compile(step)(input);
    expect(Math.abs((loss.dataSync()[0] ?? NaN) - golden.lossNats)).toBeLessThan(1e-5);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden.gradients).sort());
    for (const [key, expected] of Object.entries(golden.gradients)) {
      const values = valuesOf(gradients[key]);
      expect(values).toHaveLength(expected.length);
      const scale = Math.max(1, ...expected.map(Math.abs));
      const gaps = values.map((value, at) => Math.abs(value - (expected[at] ?? NaN)) / scale);
      expect(Math.max(...gaps), key).toBeLessThan(1e-5);
    }
  });
});

test("the reference's log-probabilities are TRL's: sums over the reply and its end token", () => {
  const [golden] = cases;
  if (!golden?.reference) throw new Error("the first case is of DPO");
  const weights = drawnWeights(architecture, golden.seed + 1); // the generator's seed of the reference
  const found = valuesOf(logProbsOf({ weights, ...tensorsOf(golden) }, architecture));
  for (const [row, expected] of golden.reference.flat().entries())
    expect(Math.abs((found[row] ?? NaN) - expected)).toBeLessThan(2e-5);
});

test("by hand: two pairs whose chosen replies gain ln 2 and nothing on the reference", () => {
  const logProbs = tf.tensor1d([-1 + Math.log(2), -3, -5, -6]);
  const rows = { lengths: tf.tensor1d([1, 1, 1, 1]), reference: tf.tensor1d([-1, -3, -5, -6]) };
  const loss = preferenceLoss(logProbs, rows, { loss: "dpo", beta: 1 });
  // σ(ln 2) = 2/3 and σ(0) = 1/2
  expect(loss.dataSync()[0]).toBeCloseTo((Math.log(3 / 2) + Math.log(2)) / 2, 6);
});

test("by hand: SimPO takes means over tokens, and a margin", () => {
  const rows = { lengths: tf.tensor1d([4, 2]) };
  const loss = preferenceLoss(tf.tensor1d([-4, -4]), rows, { loss: "simpo", beta: 2, margin: 2 });
  expect(loss.dataSync()[0]).toBeCloseTo(Math.log(2), 6); // 2 · (−1 + 2) − 2 = 0
});

test("dpo without a reference is refused", () => {
  const lengths = tf.tensor1d([1, 1]);
  expect(() => preferenceLoss(tf.tensor1d([-1, -2]), { lengths }, { loss: "dpo", beta: 1 })).toThrow(
    "must have the reference's log-probabilities, got none",
  );
});

test("surprisals one by one are those that the mean loss adds up, in blocks as at once, and so are their gradients", () => {
  const hidden = tf.randomNormal<tf.Rank.R2>([5, 3], 0, 1, "float32", 1);
  const output = tf.randomNormal<tf.Rank.R2>([7, 3], 0, 1, "float32", 2);
  const labels = tf.tensor1d([0, 6, 2, 2, 5], "int32");
  const weights = tf.tensor1d([0.5, 0, 1, 2, 0.25]);
  const gradientsOf = (loss: (hidden: tf.Tensor2D, output: tf.Tensor2D) => tf.Scalar) =>
    tf
      .grads((h, w) => loss(h as tf.Tensor2D, w as tf.Tensor2D))([hidden, output])
      .map((g) => valuesOf(g));
  const expected = gradientsOf((h, w) => vocabularyLoss(h, w, labels, weights));
  for (const blockRows of [1, 2, 5]) {
    const found = gradientsOf((h, w) => tf.sum(tf.mul(tokenSurprisals(h, w, labels, blockRows), weights)));
    for (const [at, gradient] of expected.entries())
      for (const [place, value] of gradient.entries()) expect(found[at]?.[place]).toBeCloseTo(value, 5);
  }
});
