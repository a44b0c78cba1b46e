import { afterEach, describe, expect, test } from "vitest";
import type { ArchitectureConfig } from "../../src/config/config.js";
import { PAPER_ARCHITECTURES } from "../../src/config/paper-settings.js";
import { tf } from "../../src/engine/backend.js";
import { decode } from "../../src/model/decoder.js";
import { checkArchitecture, countParameters, initializeWeights } from "../../src/model/weights.js";
import { loadModel } from "../../src/model/checkpoint.js";
import { readSafetensors } from "../../src/model/safetensors.js";
import { seeded } from "../../src/random.js";
import { parityFolder, parityPath } from "../support/parity.js";
import { readFileSync } from "node:fs";
import { referenceLogits } from "../support/reference-decoder.js";

const toy: ArchitectureConfig = {
  vocabSize: 13,
  maxLengthTokens: 8,
  hiddenSize: 12,
  numHeads: 3, // headDim 4, so that √headDim and √numHeads differ
  numLayers: 2,
  feedForwardSize: 20,
  rotaryBase: 100,
  normEpsilon: 1e-3,
  initializerStd: 0.5,
  tiedEmbeddings: false,
};

afterEach(() => tf.disposeVariables());

describe("the parameter counts of the poster, Table 1", () => {
  test("llama140M has 140,231,872 parameters", () => {
    expect(countParameters(PAPER_ARCHITECTURES.llama140M)).toBe(140_231_872);
  });
  test("llama100M has 100,684,288 parameters", () => {
    expect(countParameters(PAPER_ARCHITECTURES.llama100M)).toBe(100_684_288);
  });
  test("the weights that are made have as many numbers as are counted", () => {
    const weights = initializeWeights(toy, seeded(1));
    const made = Object.values(weights).reduce((total, tensor) => total + tensor.size, 0);
    tf.dispose({ ...weights });
    expect(made).toBe(countParameters(toy));
  });
});

describe("logits", () => {
  for (const tiedEmbeddings of [false, true]) {
    test(`equal the equations in float64 loops, embeddings ${tiedEmbeddings ? "tied" : "untied"}`, () => {
      const architecture = { ...toy, tiedEmbeddings };
      const weights = initializeWeights(architecture, seeded(7));
      // Gains other than one, so that a forgotten gain shows.
      const random = seeded(8);
      const gains = Object.fromEntries(
        Object.entries(weights).map(([name, tensor]) => [
          name,
          tensor.rank === 1 ? tf.tensor1d(Array.from({ length: tensor.size }, () => 0.5 + random())) : tensor,
        ]),
      );
      const ids = [3, 1, 12, 0, 7, 7, 2];
      const expected = referenceLogits(
        ids,
        (name) => (gains[name] as tf.Tensor2D).arraySync(),
        (name) => (gains[name] as tf.Tensor1D).arraySync(),
        architecture,
      );
      const logits = decode(tf.tensor2d([ids], [1, ids.length], "int32"), gains, architecture);
      const found = logits.arraySync()[0] ?? [];
      const gaps = expected.flatMap((row, t) =>
        row.map((value, v) => Math.abs(value - (found[t]?.[v] ?? Number.NaN))),
      );
      expect(Math.max(...gaps)).toBeLessThan(1e-4); // float32 against float64; logits reach about 10
    });
  }

  test("at a position never depend on later tokens", () => {
    const weights = initializeWeights(toy, seeded(3));
    const logitsOf = (ids: number[]) =>
      tf.tidy(() => decode(tf.tensor2d([ids], [1, ids.length], "int32"), weights, toy).arraySync()[0] ?? []);
    const [one, other] = [logitsOf([1, 2, 3, 4, 5]), logitsOf([1, 2, 3, 9, 0])];
    expect(other.slice(0, 3)).toEqual(one.slice(0, 3));
    expect(other[3]).not.toEqual(one[3]);
  });

  test("leave no tensor behind but the result", () => {
    const weights = initializeWeights(toy, seeded(3));
    const ids = tf.tensor2d([[1, 2, 3]], [1, 3], "int32");
    const before = tf.memory().numTensors;
    decode(ids, weights, toy).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  for (const name of ["plain", "prefix_space"]) {
    // 1e-4: the README of the fixtures; float32 in two libraries.
    test.skipIf(parityFolder === null)(`equal PyTorch's to 1e-4 for the model ${name}`, () => {
      const { architecture, weights } = loadModel(parityPath(name, "model"));
      const { arrays } = readSafetensors(readFileSync(parityPath(name, "expected/pure/logits.safetensors")));
      for (let text = 0; text < 5; text++) {
        const ids = arrays[`text${text}.input_ids`];
        const expected = arrays[`text${text}.logits`];
        if (!ids || !expected) throw new Error("the fixture has five texts");
        const found = tf.tidy(() =>
          decode(
            tf.tensor2d(Array.from(ids.values), [1, ids.values.length], "int32"),
            weights,
            architecture,
          ).dataSync(),
        );
        const gap = Math.max(
          ...Array.from(expected.values, (value, at) => Math.abs(value - (found[at] ?? NaN))),
        );
        expect(gap).toBeLessThan(1e-4);
      }
    });
  }
});

describe("bad input", () => {
  test("a sequence longer than the model's maximum names both lengths", () => {
    const weights = initializeWeights(toy, seeded(1));
    expect(() => decode(tf.zeros([1, 9], "int32"), weights, toy)).toThrow(
      /must not exceed the model's 8 tokens, got 9/,
    );
  });
  test("a hidden size that heads do not divide is refused", () => {
    expect(() => checkArchitecture({ ...toy, numHeads: 5 })).toThrow(
      /hiddenSize must be numHeads times an even headDim/,
    );
  });
});
