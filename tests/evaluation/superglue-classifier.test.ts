/** @file The classifier on a tiny decoder: padding, length parts, and bodies that learn nothing. */
import { expect, test } from "vitest";
import type { ArchitectureConfig } from "../../src/config/config.js";
import { tf } from "../../src/engine/backend.js";
import {
  classifierRows,
  headLogits,
  initializeHead,
  pooledHidden,
  poolsPadding,
} from "../../src/evaluation/superglue-classifier.js";
import { padRows, type EncodedPair, type PaddingSide } from "../../src/evaluation/superglue-inputs.js";
import { packParts } from "../../src/evaluation/superglue-packing.js";
import { startClassifier } from "../../src/evaluation/superglue-training.js";
import { initializeWeights } from "../../src/model/weights.js";
import { integerBelow, seeded } from "../../src/random.js";
import { deriveStudy } from "../../src/config/scales.js";

const architecture: ArchitectureConfig = {
  ...deriveStudy("smoke").architectures.llama100M,
  ...{ vocabSize: 50, maxLengthTokens: 64, hiddenSize: 16, numHeads: 2, numLayers: 2, feedForwardSize: 32 },
};
const random = seeded(3);
const pairs: EncodedPair[] = Array.from({ length: 12 }, (_, index) => ({
  id: `own_${index}`,
  label: index % 2,
  ids: Array.from({ length: 3 + 2 * index }, () => 1 + integerBelow(49, random)),
}));
const weights = { ...initializeWeights(architecture, seeded(1)), ...initializeHead(16, 2, seeded(2)) };
const options = { architecture, numClasses: 2, padId: 0, pooling: "lastToken", dropout: 0 } as const;

function logitsUnder(side: PaddingSide): number[][] {
  const rows = padRows(
    pairs.map(({ ids }) => ids),
    { lengthTokens: 40, padId: 0, side },
  );
  return tf.tidy(() => {
    const input = classifierRows(rows, { pooling: "lastToken", side });
    return headLogits(pooledHidden(input, weights, architecture), weights).arraySync();
  });
}

test("the last token gives the same logits under left and right padding", () => {
  const [left, right] = [logitsUnder("left"), logitsUnder("right")];
  // 1e-5: rotary positions are shifted, which only rounds differently.
  left
    .flat()
    .forEach((value, index) => expect(Math.abs(value - (right.flat()[index] ?? NaN))).toBeLessThan(1e-5));
});

test("packed texts give the logits of padded ones, in the order of the items", () => {
  const classifier = startClassifier({ weights }, options);
  const packed = classifier.predict(pairs).flat();
  const alone = pairs.flatMap((pair) => classifier.predict([pair])).flat();
  classifier.dispose();
  const padded = logitsUnder("right").flat();
  packed.forEach((value, index) => {
    expect(Math.abs(value - (padded[index] ?? NaN))).toBeLessThan(1e-5);
    expect(Math.abs(value - (alone[index] ?? NaN))).toBeLessThan(1e-5);
  });
});

test("a batch packed into several parts has the loss and gradients of its items one by one", () => {
  const long = Array.from({ length: 40 }, (_, index): EncodedPair => {
    const ids = Array.from({ length: 110 + (index % 3) }, () => 1 + integerBelow(49, random));
    return { id: `long_${index}`, label: index % 2, ids };
  });
  expect(packParts(long, 0).length).toBeGreaterThan(1);
  const wide = { ...options, architecture: { ...architecture, maxLengthTokens: 128 } };
  const classifier = startClassifier({ weights }, wide);
  const at = (batch: readonly EncodedPair[]) => classifier.update(batch, { rate: 0, random });
  const losses = long.map((pair) => at([pair]).lossNats);
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / long.length;
  const [once, twice] = [at(long), at([...long, ...long.map((pair) => ({ ...pair }))])];
  classifier.dispose();
  expect(Math.abs(once.lossNats - mean)).toBeLessThan(1e-5);
  // Every item twice: the same mean gradient.
  expect(Math.abs(once.bodyNorm / twice.bodyNorm - 1)).toBeLessThan(1e-4);
});

test("packing keeps every token once, in rows of one length, and wastes little", () => {
  const [part, ...others] = packParts(pairs, 0);
  expect(others).toEqual([]);
  expect(part?.pairs.map(({ id }) => id).sort()).toEqual(pairs.map(({ id }) => id).sort());
  part?.pairs.forEach(({ ids }, index) => {
    const { begin, end } = part.places[index] ?? { begin: 0, end: 0 };
    expect([...part.inputIds.slice(begin, end)]).toEqual(ids);
    expect([...part.positions.slice(begin, end)]).toEqual(ids.map((_, place) => place));
    expect(new Set(part.visibleUntil.slice(begin, end))).toEqual(
      new Set([((end - 1) % part.lengthTokens) + 1]),
    );
  });
  const tokens = pairs.reduce((sum, { ids }) => sum + ids.length, 0);
  expect(tokens / (part?.inputIds.length ?? Infinity)).toBeGreaterThan(0.8);
});

test("the officially final position of a shorter row is padding, the first and the last token are not", () => {
  expect(poolsPadding("officialFinal", [2, 3])).toBe(true);
  expect(poolsPadding("firstToken", [2, 3])).toBe(false);
  expect(poolsPadding("lastToken", [2, 3])).toBe(false);
  expect(poolsPadding("officialFinal", [3, 3])).toBe(false);
});

test("a frozen body stays as it is and gets no gradient, while the head learns", () => {
  const classifier = startClassifier({ weights }, { ...options, isFrozen: true });
  const first = classifier.update(pairs, { rate: 1e-2, random });
  for (let step = 0; step < 20; step++) classifier.update(pairs, { rate: 1e-2, random });
  const last = classifier.update(pairs, { rate: 1e-2, random });
  const trained = classifier.readWeights();
  classifier.dispose();
  const name = "model.layers.0.mlp.up_proj.weight";
  expect(trained[name]?.dataSync()).toEqual(weights[name as keyof typeof weights]?.dataSync());
  expect(first.bodyNorm).toBe(0);
  expect(first.headNorm).toBeGreaterThan(0);
  expect(last.lossNats).toBeLessThan(first.lossNats);
});

test("an update keeps no tensors", () => {
  const classifier = startClassifier({ weights }, { ...options, dropout: 0.1 });
  classifier.update(pairs, { rate: 1e-3, random });
  const before = tf.memory().numTensors;
  classifier.update(pairs, { rate: 1e-3, random });
  classifier.predict(pairs);
  expect(tf.memory().numTensors).toBe(before);
  classifier.dispose();
});

test("with attention in both directions a text's first token sees its last one, and no other text", () => {
  const read = (of: readonly EncodedPair[], attention: "causal" | "both"): number[][] => {
    const classifier = startClassifier({ weights }, { ...options, pooling: "firstToken", attention });
    const logits = classifier.predict(of);
    classifier.dispose();
    return logits;
  };
  const changed = pairs.map((pair) => ({ ...pair, ids: [...pair.ids.slice(0, -1), 1] }));
  expect(read(changed, "causal")).toEqual(read(pairs, "causal"));
  const [before, after] = [read(pairs, "both"), read(changed, "both")];
  for (const [index, logits] of before.entries()) {
    const gap = Math.abs((logits[0] ?? NaN) - (after[index]?.[0] ?? NaN));
    if (pairs[index]?.ids.at(-1) !== 1) expect(gap).toBeGreaterThan(1e-6);
  }
  const alone = pairs.flatMap((pair) => read([pair], "both")).flat();
  before.flat().forEach((value, at) => expect(Math.abs(value - (alone[at] ?? NaN))).toBeLessThan(1e-5));
});

test("an update in both directions learns, and a head that reads padding is refused", () => {
  const classifier = startClassifier({ weights }, { ...options, attention: "both" });
  const losses = Array.from(
    { length: 12 },
    () => classifier.update(pairs, { rate: 3e-3, random: seeded(1) }).lossNats,
  );
  classifier.dispose();
  expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? 0));
  expect(() =>
    startClassifier({ weights }, { ...options, pooling: "officialFinal", attention: "both" }),
  ).toThrow(/must go with a pooling that reads a token of the text, got "officialFinal"/);
});
