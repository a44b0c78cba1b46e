/** @file The official pipeline's numbers on three kinds of tokenizers; `golden/make/tokenizer-kinds.py` recorded them. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import { tf } from "../../src/engine/backend.js";
import { benchmarkOf } from "../../src/evaluation/benchmarks.js";
import { scoreItems } from "../../src/evaluation/choice-items.js";
import { itemsUnder } from "../../src/evaluation/items-under-rules.js";
import { createLogLikelihood, type LogLikelihood } from "../../src/evaluation/log-likelihood.js";
import { encodePairs } from "../../src/evaluation/superglue-inputs.js";
import { finetuningRate } from "../../src/evaluation/superglue-schedule.js";
import { readSuperglue } from "../../src/evaluation/superglue-tasks.js";
import { startClassifier } from "../../src/evaluation/superglue-training.js";
import type { ReadingWord } from "../../src/evaluation/reading-table.js";
import { measureSurprisal } from "../../src/evaluation/word-surprisal.js";
import type { TextModel } from "../../src/model/generate.js";
import { readLlamaConfig } from "../../src/model/llama-config.js";
import { weightShapes, type Weights } from "../../src/model/weights.js";
import { seeded } from "../../src/random.js";
import { dataFolder, parityFolder, parityPath } from "../support/parity.js";
import { sharedFolder } from "../support/temporary-folder.js";

const numbers = z.array(z.array(z.number()));
const kindSchema = z.object({
  config: z.record(z.string(), z.unknown()),
  tokenizerConfig: z.record(z.string(), z.unknown()),
  words: z.array(z.tuple([z.string(), z.string(), z.number()])),
  zeroShot: z.record(z.string(), z.object({ files: z.array(z.string()), scores: numbers, counts: numbers })),
  finetuning: z.object({
    totalSteps: z.number(),
    loss: z.array(z.number()),
    rates: z.array(z.number()),
    indices: numbers,
    devIds: z.string(),
  }),
});
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8"));
const kinds = Object.entries(z.record(z.string(), kindSchema).parse(read("tokenizer-kinds")));
const { families } = z
  .object({ families: z.record(z.string(), z.unknown()) })
  .parse(read("tokenizer-folders"));
const glueFolder = join(dataFolder ?? "/nowhere", "babylm_eval_2025", "full_eval", "glue_filtered");

/** Each weight a sine of its place, as the script fills them. */
function sines(shapes: Readonly<Record<string, readonly number[]>>): Weights {
  const order = Object.keys(shapes).sort();
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, axis) => product * axis, 1);
      const from = 1 + 7 * order.indexOf(name);
      const base = name.endsWith("norm.weight") ? 1 : 0;
      const values = Float32Array.from({ length: size }, (_, at) => 0.25 * Math.sin(from + at) + base);
      return [name, tf.tensor(values, [...shape], "float32")];
    }),
  );
}

/** The classifier's head, by the names that the official code gives its parts, which order them. */
function headOf(hiddenSize: number): Weights {
  const official = sines({
    "classifier.nonlinearity.1.weight": [hiddenSize, hiddenSize],
    "classifier.nonlinearity.1.bias": [hiddenSize],
    "classifier.nonlinearity.5.weight": [2, hiddenSize],
    "classifier.nonlinearity.5.bias": [2],
  });
  return Object.fromEntries(
    Object.entries(official).map(([name, tensor]) => [
      name
        .replace("classifier.nonlinearity.1", "head.dense")
        .replace("classifier.nonlinearity.5", "head.out"),
      tensor,
    ]),
  );
}

describe.each(kinds)("a tokenizer of the kind %s", (kind, golden) => {
  const folder = sharedFolder();
  let model: TextModel;
  let scorer: LogLikelihood;
  beforeAll(async () => {
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(families[kind]));
    writeFileSync(join(folder, "tokenizer_config.json"), JSON.stringify(golden.tokenizerConfig));
    writeFileSync(join(folder, "config.json"), JSON.stringify(golden.config));
    const architecture = readLlamaConfig(JSON.stringify(golden.config));
    model = {
      architecture,
      weights: sines(weightShapes(architecture)),
      tokenizer: await openTokenizer(folder),
    };
    scorer = createLogLikelihood(model);
  });
  afterAll(() => tf.dispose({ ...model.weights }));

  test("is asked for words as get_p2 asks: the first piece by its id, later ones by their text", async () => {
    const words = golden.words.map(([item, word], id): ReadingWord => ({
      ...{ id, item, word, sentenceId: id, prevWord: null, prevItem: null, prevLengthCharacters: -1 },
      ...{ subtlexLog10: 0, lengthCharacters: word.length, contextLengthWords: 1 },
      ...{ firstFixMs: 0, firstPassMs: 0, goPastMs: 0, rightBoundMs: 0, selfPacedMs: 0 },
    }));
    const found = await measureSurprisal(words, {
      logLikelihood: scorer,
      splitWord: (word) => model.tokenizer.splitWord(word),
      scoringRule: "official",
    });
    golden.words.forEach(([, word, nats], index) =>
      expect(Math.abs((found[index]?.surprisalNats ?? NaN) - nats), word).toBeLessThan(1e-4),
    );
  });

  // Twelve steps of 32 texts each, in a small model: seconds, but not where other work is beside it.
  const LIMIT_MS = 300_000;
  const TASKS = [
    ["edge_cases", "blimp"],
    ["ewok_handmade", "ewok"],
    ["wug_past_standin", "wug_past"],
    ["comps_standin", "comps"],
  ] as const;
  test.skipIf(parityFolder === null).each(TASKS)(
    "scores every item of %s as officially",
    async (place, task) => {
      const expected = golden.zeroShot[place];
      const items = (expected?.files ?? []).flatMap((file) =>
        benchmarkOf(task).read({
          text: readFileSync(parityPath("inputs", place, file), "utf8"),
          name: file.replace(/\.jsonl$/, ""),
        }),
      );
      const scored = await scoreItems(itemsUnder(task, items, 2025), scorer);
      expect(scored.map(({ numTokens }) => [...numTokens])).toEqual(expected?.counts);
      scored.forEach(({ scores }, index) =>
        scores.forEach((score, candidate) =>
          // Four decimals are written down.
          expect(Math.abs(score - (expected?.scores[index]?.[candidate] ?? NaN))).toBeLessThan(5e-4),
        ),
      );
    },
  );

  test.skipIf(!existsSync(glueFolder))(
    "is fine-tuned on RTE as officially: ids, rates, losses",
    async () => {
      const { finetuning } = golden;
      const encoded = async (split: string) => {
        const name = `rte.${split}.jsonl`;
        const pairs = readSuperglue("rte", { text: readFileSync(join(glueFolder, name), "utf8"), name });
        return (await encodePairs(model.tokenizer, pairs, { maxLengthTokens: 512 })).pairs;
      };
      const dev = (await encoded("valid")).map(({ ids }) => ids);
      expect(createHash("sha256").update(JSON.stringify(dev)).digest("hex")).toBe(finetuning.devIds);
      const train = await encoded("train");
      const { architecture, tokenizer } = model;
      const { "lm_head.weight": _, ...body } = sines(weightShapes(architecture));
      const weights = { ...body, ...headOf(architecture.hiddenSize) };
      const classifier = startClassifier(
        { weights },
        {
          ...{ numClasses: 2, padId: tokenizer.padId ?? 0, pooling: "firstToken", paddingSide: "right" },
          ...{ dropout: 0, architecture },
        },
      );
      finetuning.indices.forEach((indices, step) => {
        const rate = finetuningRate(step, finetuning.totalSteps, 1e-2);
        expect(rate).toBeCloseTo(finetuning.rates[step] ?? NaN, 12);
        const batch = indices.flatMap((index) => train[index] ?? []);
        const { lossNats } = classifier.update(batch, { rate, random: seeded(0) });
        expect(Math.abs(lossNats - (finetuning.loss[step] ?? NaN)), String(step)).toBeLessThan(1e-4);
      });
      classifier.dispose();
      tf.dispose(weights);
    },
    LIMIT_MS,
  );
});
