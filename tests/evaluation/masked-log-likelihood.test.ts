/** @file Pseudo-log-likelihoods of a decoder that reads in both directions, against a reference script. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import type { ScoredModel, ScoringRequest } from "../../src/evaluation/log-likelihood.js";
import { createMaskedLogLikelihood } from "../../src/evaluation/masked-log-likelihood.js";
import { readLlamaConfig } from "../../src/model/llama-config.js";
import { drawnWeights } from "../support/drawn-weights.js";
import { sharedFolder, temporaryFolder } from "../support/temporary-folder.js";

const scored = z.object({ context: z.string(), continuation: z.string(), logProb: z.number() });
const goldenSchema = z.object({
  cases: z.array(
    z.object({
      name: z.string(),
      seed: z.number(),
      config: z.record(z.string(), z.unknown()),
      tokenizer: z.record(z.string(), z.unknown()),
      startToken: z.string().nullable(),
      texts: z.array(scored.extend({ numTokens: z.number() })),
      next: z.array(scored),
    }),
  ),
});
const { cases } = goldenSchema.parse(
  JSON.parse(readFileSync(new URL("../golden/masked-scores.json", import.meta.url), "utf8")),
);

/** Sums of up to 27 log-probabilities of float32, about -160. */
const TOLERANCE = 1e-4;

describe.each(cases)("$name", ({ seed, config, tokenizer: json, startToken, texts, next }) => {
  const folder = sharedFolder();
  let model: ScoredModel;
  beforeAll(async () => {
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(json));
    const hasStart = startToken !== null;
    const special = {
      ...(hasStart && { bos_token: startToken }),
      mask_token: "<mask>",
      add_prefix_space: hasStart,
    };
    const settings = { ...special, eos_token: "</s>", tokenizer_class: "PreTrainedTokenizerFast" };
    writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(settings));
    const architecture = readLlamaConfig(JSON.stringify(config));
    model = {
      architecture,
      weights: drawnWeights(architecture, seed),
      tokenizer: await openTokenizer(folder),
    };
  });
  const ask = (requests: readonly ScoringRequest[]) => createMaskedLogLikelihood(model)(requests);

  test("every text has the reference's score and number of tokens", async () => {
    const answers = await ask(texts.map((text) => ({ ...text, tokenization: "joined" })));
    for (const [index, { continuation, logProb, numTokens }] of texts.entries()) {
      expect(answers[index]?.numTokens, continuation).toBe(numTokens);
      expect(Math.abs((answers[index]?.logProb ?? NaN) - logProb), continuation).toBeLessThan(TOLERANCE);
    }
  });

  test("what follows a text is asked for in front of three mask tokens", async () => {
    const answers = await ask(next.map((text) => ({ ...text, tokenization: "nextToken" })));
    for (const [index, { continuation, logProb }] of next.entries())
      expect(Math.abs((answers[index]?.logProb ?? NaN) - logProb), continuation).toBeLessThan(TOLERANCE);
  });

  test("a word's end has the mass of all tokens that begin a word", async () => {
    const ends = await ask([{ context: "The", continuation: " dog", tokenization: "wordEnd" }]);
    const starts = [...(await model.tokenizer.wordStartIds()), model.tokenizer.endId ?? 0];
    const each = await ask(
      starts.map((tokenId) => ({ context: "The dog", continuation: "", tokenization: "nextToken", tokenId })),
    );
    const mass = each.reduce((sum, { logProb }) => sum + Math.exp(logProb), 0);
    expect(ends[0]?.logProb).toBeCloseTo(Math.log(mass), 4);
  });

  test("a text scores the same in any company, and twice the same text exactly so", async () => {
    const requests = texts.map((text): ScoringRequest => ({ ...text, tokenization: "joined" }));
    const many = await ask([...requests, ...requests, ...Array.from({ length: 60 }, () => requests).flat()]);
    const long: ScoringRequest = {
      context: "",
      continuation: "The dog sees. ".repeat(40),
      tokenization: "joined",
    };
    const [alone, others] = [await ask([long]), await ask([...requests, long])];
    expect(many[0]).toEqual(many[texts.length]);
    expect(Math.abs((alone[0]?.logProb ?? NaN) / (others.at(-1)?.logProb ?? NaN) - 1)).toBeLessThan(1e-6);
    expect(alone[0]?.numTokens).toBeGreaterThan(128); // in more than one batch
  });
});

test("a tokenizer without a mask token is refused", async () => {
  const [first] = cases;
  if (!first) throw new Error("there must be a case.");
  const folder = temporaryFolder();
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(first.tokenizer));
  const architecture = readLlamaConfig(JSON.stringify(first.config));
  const model = { architecture, weights: {}, tokenizer: await openTokenizer(folder) };
  expect(() => createMaskedLogLikelihood(model)).toThrow(/must have a mask token, got none/);
});
