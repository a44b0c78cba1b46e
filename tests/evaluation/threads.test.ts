/** @file Scores and the number of threads, which TensorFlow takes from the environment when a process starts. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { z } from "zod";

const SOURCE = new URL("../../src/dist/", import.meta.url);

/** A decoder wide enough that its products are shared out among threads; ten generated pairs of each paradigm. */
const SCRIPT = `
const source = (path) => import(new URL(path, "${SOURCE.href}").href);
const { microworldDocuments } = await source("data/microworld/documents.js");
const { microworldMinimalPairs } = await source("data/microworld/minimal-pairs.js");
const { trainTokenizer } = await source("data/tokenizer/tokenizer-json.js");
const { openTokenizer } = await source("data/tokenizer/tokenizer.js");
const { createLogLikelihood } = await source("evaluation/log-likelihood.js");
const { initializeWeights } = await source("model/weights.js");
const { seeded } = await source("random.js");
const { deriveStudy } = await source("config/scales.js");
const texts = microworldDocuments({ words: 2000, random: seeded(1) }).map(({ text }) => text);
const tokenizer = await openTokenizer(trainTokenizer({ texts, vocabSize: 700, variant: "bytePlain" }));
const architecture = { ...deriveStudy("smoke").architectures.llama140M, vocabSize: 700, initializerStd: 0.2 };
const score = createLogLikelihood({ weights: initializeWeights(architecture, seeded(3)), architecture, tokenizer });
const pairs = microworldMinimalPairs({ pairsPerUid: 10, random: seeded(2) });
const requests = pairs.flatMap((pair) =>
  [pair.sentence_good, pair.sentence_bad].map((continuation) => ({ context: "", continuation, tokenization: "joined" })),
);
console.log(JSON.stringify((await score(requests)).map(({ logProb }) => logProb)));
`;

function scoresWith(threads: number): number[] {
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", SCRIPT], {
    cwd: fileURLToPath(SOURCE),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: {
      ...process.env,
      TF_NUM_INTRAOP_THREADS: String(threads),
      TF_NUM_INTEROP_THREADS: String(threads),
    },
  });
  return z.array(z.number()).parse(JSON.parse(output));
}

test("1 and 4 threads score minimal pairs alike to 1e-4 nats and choose alike", { timeout: 120_000 }, () => {
  const [one, four] = [scoresWith(1), scoresWith(4)];
  expect(one.length).toBeGreaterThan(50);
  // Sums over some ten tokens; no difference at all was found, other machines may add up in another order.
  expect(Math.max(...one.map((score, at) => Math.abs(score - (four[at] ?? Number.NaN))))).toBeLessThan(1e-4);
  const choices = (scores: readonly number[]) =>
    scores.flatMap((score, at) => (at % 2 === 0 ? [score >= (scores[at + 1] ?? Number.NaN)] : []));
  expect(choices(four)).toEqual(choices(one));
});
