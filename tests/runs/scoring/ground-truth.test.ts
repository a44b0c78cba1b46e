import { beforeAll, describe, expect, test } from "vitest";
import { openMicroworld } from "../../../src/data/microworld/oracle.js";
import { tf } from "../../../src/engine/backend.js";
import { seeded } from "../../../src/random.js";
import { compareWithGrammar, type GroundTruth } from "../../../src/runs/scoring/ground-truth.js";
import { sharedFolder } from "../../support/temporary-folder.js";
import { openTinyStudy, stagesOf } from "../../support/tiny-study.js";

const study = openTinyStudy(sharedFolder());
const ask = { model: "llama100M", sentences: 60, seed: 7 } as const;
let truth: GroundTruth;
beforeAll(async () => {
  truth = await compareWithGrammar(study, ask);
});

describe("fresh sentences of the microworld", () => {
  test("have under the grammar the surprisal of the words it made them of", () => {
    const oracle = openMicroworld();
    const random = seeded(7);
    const sentences = Array.from({ length: 60 }, () => oracle.sampleSentence(random));
    const logProbs = sentences.flatMap((words) =>
      words.map((word, at) => oracle.nextWordLogProb(words.slice(0, at), word)),
    );
    expect(truth).toMatchObject({ sentences: 60, words: logProbs.length });
    const nats = -logProbs.reduce((sum, value) => sum + value, 0) / logProbs.length;
    expect(truth.grammarNatsPerWord).toBeCloseTo(nats, 10);
    expect(truth.entropyNatsPerWord).toBe(oracle.entropyRateNatsPerWord);
    // Some 500 words: the sample is near the language, not equal to it.
    expect(Math.abs(truth.grammarNatsPerWord - truth.entropyNatsPerWord)).toBeLessThan(0.3);
  });

  test("surprise word frequencies more than the grammar, and a model of a few steps more still", () => {
    expect(truth.unigramNatsPerWord).toBeGreaterThan(truth.grammarNatsPerWord + 0.5);
    expect(truth.modelNatsPerWord).toBeGreaterThan(truth.grammarNatsPerWord);
    expect(truth.modelNatsPerWord).toBeLessThan(100); // nats of whole words, several tokens each
  });

  test("are the same for the same seed and others for another, and leave no tensor", async () => {
    const [stages, tensors] = [stagesOf(study), tf.memory().numTensors];
    expect(await compareWithGrammar(study, ask)).toEqual(truth);
    const other = await compareWithGrammar(study, { ...ask, seed: 8 });
    expect(other.grammarNatsPerWord).not.toBe(truth.grammarNatsPerWord);
    expect(stagesOf(study)).toEqual(stages);
    expect(tf.memory().numTensors).toBe(tensors);
  });
});

describe("refused", () => {
  test("is a study of real text", async () => {
    await expect(compareWithGrammar({ ...study, source: "real" }, ask)).rejects.toThrow(
      /must be one of the microworld, got real text/,
    );
  });
  test("is a model whose tokenizer adds no start token, under which first words have no probability", async () => {
    await expect(compareWithGrammar(study, { ...ask, model: "llama140M" })).rejects.toThrow(
      /llama140M must have a tokenizer with a start token, got bytePlain/,
    );
  });
});
