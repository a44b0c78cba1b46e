/** @file Scores of continuations against the equations of the decoder, and the requests that are refused. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { ArchitectureConfig } from "../../src/config/config.js";
import { tf } from "../../src/engine/backend.js";
import {
  createLogLikelihood,
  type LogLikelihood,
  type ScoringRequest,
} from "../../src/evaluation/log-likelihood.js";
import { initializeWeights, type Weights } from "../../src/model/weights.js";
import { PAPER_ARCHITECTURES } from "../../src/config/paper-settings.js";
import { seeded } from "../../src/random.js";
import { openMicroworldTokenizer, VOCAB_SIZE } from "../data/microworld-tokenizer.js";
import { referenceLogits } from "../support/reference-decoder.js";
import { gapBetweenBatchSizes, joined, scoresOf, TEXTS, type Model } from "./scored-texts.js";

const nextToken = (context: string, continuation: string): ScoringRequest => ({
  context,
  continuation,
  tokenization: "nextToken",
});

const architecture: ArchitectureConfig = {
  ...PAPER_ARCHITECTURES.llama100M,
  vocabSize: VOCAB_SIZE,
  maxLengthTokens: 256,
  hiddenSize: 8,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 16,
  initializerStd: 0.5, // so that no two tokens are about as probable
};

/** ln p(target | ids before it), in float64 loops. */
function referenceLogProb(weights: Weights, ids: readonly number[], target: number): number {
  const logits = referenceLogits(
    ids,
    (name) => (weights[name] as tf.Tensor2D).arraySync(),
    (name) => (weights[name] as tf.Tensor1D).arraySync(),
    architecture,
  ).at(-1);
  const total = (logits ?? []).reduce((sum, logit) => sum + Math.exp(logit), 0);
  return (logits?.[target] ?? Number.NaN) - Math.log(total);
}

describe.each(["bytePlain", "byteWithPrefixSpace"] as const)("with a %s tokenizer", (variant) => {
  let model: Model;
  let scorer: LogLikelihood;
  beforeAll(async () => {
    const tokenizer = await openMicroworldTokenizer(variant);
    model = { tokenizer, architecture, weights: initializeWeights(architecture, seeded(3)) };
    scorer = createLogLikelihood(model);
  });
  afterAll(() => tf.dispose({ ...model.weights }));

  const encode = async (text: string, addSpecialTokens: boolean) => {
    const [encoded] = await model.tokenizer.encode([text], { addSpecialTokens });
    if (!encoded) throw new Error("one text, one encoding");
    return encoded;
  };

  test("a joined score is the sum over the tokens that end after the context, by the equations", async () => {
    // The surrogate pair shifts every offset for who counts UTF-16 units.
    const [context, continuation] = ["Anna saw 🙂 the", " small dog."];
    const { ids, offsets } = await encode(context + continuation, true);
    const counted = ids.flatMap((id, at) =>
      at > 0 && (offsets[at]?.[1] ?? 0) > [...context].length ? [{ id, at }] : [],
    );
    const expected = counted
      .map(({ id, at }) => referenceLogProb(model.weights, ids.slice(0, at), id))
      .reduce((sum, value) => sum + value, 0);
    const [answer] = await scorer([joined(context, continuation)]);
    expect(counted.length).toBeGreaterThan(2);
    expect(answer?.numTokens).toBe(counted.length);
    expect(answer?.logProb).toBeCloseTo(expected, 3);
  });

  test("a token across the boundary counts, one that ends at it does not", async () => {
    const text = "The small dog slept.";
    const { offsets } = await encode(text, true);
    const numTokens = async (boundary: number) => {
      const [answer] = await scorer([joined(text.slice(0, boundary), text.slice(boundary))]);
      return answer?.numTokens;
    };
    const last = offsets.at(-2)?.[1] ?? Number.NaN; // the last token begins here
    expect(await numTokens(last)).toBe(1);
    expect(await numTokens(last - 1)).toBe(2);
  });

  test("a nextToken score is that of the continuation's own first token after the context's", async () => {
    const [context, continuation] = ["Anna saw the", "unwillingness"];
    const before = await encode(context, true);
    const after = await encode(continuation, false);
    expect(after.ids.length).toBeGreaterThan(1);
    const expected = referenceLogProb(model.weights, before.ids, after.ids[0] ?? Number.NaN);
    const [answer] = await scorer([nextToken(context, continuation)]);
    expect(answer?.numTokens).toBe(1);
    expect(answer?.logProb).toBeCloseTo(expected, 4);
  });

  test("a wordEnd score is the mass of the tokens that begin with a space or a new line, or end the text", async () => {
    const { ids } = await encode("Anna saw the", true);
    const { tokenizer, weights } = model;
    const vocabulary = z.record(z.string(), z.number()).parse(tokenizer.json.model["vocab"]);
    const starts = Object.entries(vocabulary)
      .filter(([piece, id]) => /^[ĠĉĊċČč]/u.test(piece) || id === tokenizer.endId)
      .map(([, id]) => id);
    const mass = starts.reduce((sum, id) => sum + Math.exp(referenceLogProb(weights, ids, id)), 0);
    const ends = await scorer([
      { context: "Anna saw", continuation: " the", tokenization: "wordEnd" },
      joined("Anna saw", " the"),
    ]);
    expect(starts.length).toBeGreaterThan(10);
    expect(ends[0]?.numTokens).toBe(1);
    expect(ends[0]?.logProb).toBeCloseTo(Math.log(mass), 4);
    expect(ends[1]).toEqual((await scorer([joined("Anna saw", " the")]))[0]);
  });

  test("batches of 1, 7 and 64 give the same scores", async () => {
    // 1e-5: products of other shapes are added in another order, in float32; the worst gap was 3e-6.
    expect(await gapBetweenBatchSizes(model)).toBeLessThan(1e-5);
  });

  test("answers come in the order of the requests, whatever their lengths", async () => {
    const scores = await scoresOf(scorer, TEXTS);
    const turned = await scoresOf(scorer, [...TEXTS].reverse());
    turned.reverse().forEach((score, index) => {
      expect(Math.abs(score - (scores[index] ?? Number.NaN))).toBeLessThan(1e-5); // rows lie elsewhere in the batch
    });
    expect(new Set(scores).size).toBe(TEXTS.length);
  });

  test("equal requests are scored once and answered alike", async () => {
    const progress: [number, number][] = [];
    const counting = createLogLikelihood(model, {
      batchSize: 2,
      onProgress: (done, total) => void progress.push([done, total]),
    });
    const [a, b, c] = [joined("", "Anna slept."), joined("Anna", " slept."), joined("", "The dog ran.")];
    const answers = await counting([a, b, a, c, a]);
    expect(answers[2]).toEqual(answers[0]);
    expect(answers[4]).toEqual(answers[0]);
    expect(answers[1]).not.toEqual(answers[0]);
    expect(progress).toEqual([
      [2, 3],
      [3, 3],
    ]);
    expect(await counting([])).toEqual([]);
  });

  test("texts that are the same tokens have the same score to the last bit, wherever a batch ends between them", async () => {
    // A tokenizer with prefix space does not tell them apart; without it " a" and "a" are asked as other texts are.
    const doubled = TEXTS.flatMap((text) => [text, variant === "byteWithPrefixSpace" ? ` ${text}` : text]);
    for (const batchSize of [1, 3, 5, 7]) {
      const scores = await scoresOf(createLogLikelihood(model, { batchSize }), doubled);
      const broken = TEXTS.filter((_, index) => scores[2 * index] !== scores[2 * index + 1]);
      expect(broken).toEqual([]);
    }
  });

  test("the first token of a sequence has no probability", async () => {
    const [answer] = await scorer([joined("", "a")]);
    const { ids } = await encode("a", true);
    expect(answer?.numTokens).toBe(ids.length - 1); // the start token, where there is one, is before it
    expect(answer?.unscoredFirst).toBe(ids.length === 1 ? ids[0] : undefined);
    expect(await scorer([joined("a", "")])).toEqual([{ logProb: 0, numTokens: 0 }]);
  });

  test("a continuation beyond the model's maximum is an error naming both lengths", async () => {
    const text = "a dog ".repeat(300);
    const { ids } = await encode(text, true);
    await expect(scorer([joined("", text)])).rejects.toThrow(
      `must not exceed the model's 256 tokens, got ${ids.length - 1}`,
    );
  });

  test("a token the model has no embedding for is refused by its number", async () => {
    const smaller = { ...architecture, vocabSize: 40 };
    const scoring = createLogLikelihood({ ...model, architecture: smaller });
    await expect(scoring([joined("", "a dog ran")])).rejects.toThrow(
      /tokens must be below the model's 40, got \d+\. Use the model's own tokenizer/,
    );
  });

  test("a context beyond it is scored, as the official pipeline scores it", async () => {
    const text = "a dog ".repeat(300);
    const [long, joinedLong] = await scorer([nextToken(text, "ran"), joined(text, "ran")]);
    expect(long?.numTokens).toBe(1);
    expect(long?.logProb).toBeLessThan(0);
    expect(Number.isFinite(joinedLong?.logProb)).toBe(true);
  });

  test("half a character is refused: JSON can write it, and no tokenizer has it", async () => {
    await expect(scorer([joined("", "a \ud83d dog")])).rejects.toThrow(/must hold whole characters/);
  });

  test("nothing is left behind, not even by a failure", async () => {
    const before = tf.memory().numTensors;
    await scoresOf(scorer, TEXTS.slice(0, 5));
    await expect(scorer([joined("", "a dog ".repeat(300))])).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(before);
  });

  test("a nextToken request without a token to predict is refused", async () => {
    await expect(scorer([nextToken("Anna", "")])).rejects.toThrow(
      /must have a token on both sides, got context "Anna" and continuation ""/,
    );
    if (variant === "bytePlain")
      await expect(scorer([nextToken("", "dog")])).rejects.toThrow(/token on both sides/);
    else expect((await scorer([nextToken("", "dog")]))[0]?.numTokens).toBe(1);
  });
});
