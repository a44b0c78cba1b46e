/** @file Exported folders: the files transformers loaded for the golden numbers, its ids, logits and greedy text. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ArchitectureConfig } from "../../src/config/config.js";
import { openTokenizer } from "../../src/data/tokenizer/tokenizer.js";
import { trainTokenizer } from "../../src/data/tokenizer/tokenizer-json.js";
import { tf } from "../../src/engine/backend.js";
import { loadModel } from "../../src/model/checkpoint.js";
import { decode } from "../../src/model/decoder.js";
import { initializeWeights } from "../../src/model/weights.js";
import { generateText, type TextModel } from "../../src/model/generate.js";
import { narrowToBfloat16, widenBfloat16 } from "../../src/model/half-precision.js";
import { writeHuggingFaceFolder } from "../../src/model/hugging-face-folder.js";
import { seeded } from "../../src/random.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const architectureSchema = z.object({
  vocabSize: z.number(),
  maxLengthTokens: z.number(),
  hiddenSize: z.number(),
  numHeads: z.number(),
  numLayers: z.number(),
  feedForwardSize: z.number(),
  rotaryBase: z.number(),
  normEpsilon: z.number(),
  initializerStd: z.number(),
  tiedEmbeddings: z.boolean(),
});
const headsSchema = z.object({ numKeyValueHeads: z.number(), headDim: z.number() });
const normSchema = z.object({ queryKeyNorm: z.literal("perHead") });
const goldenSchema = z.object({
  cases: z.array(
    z.object({
      variant: z.enum(["bytePlain", "byteWithPrefixSpace"]),
      seed: z.number(),
      architecture: z.union([
        z.intersection(architectureSchema, headsSchema),
        z.intersection(architectureSchema, normSchema),
        architectureSchema,
      ]),
      trainingTexts: z.array(z.string()),
      files: z.record(z.string(), z.string()),
      texts: z.array(
        z.object({ text: z.string(), ids: z.array(z.number()), lastLogits: z.array(z.number()) }),
      ),
      greedyIds: z.array(z.number()),
    }),
  ),
});
const { cases } = goldenSchema.parse(
  JSON.parse(readFileSync(new URL("../golden/export.json", import.meta.url), "utf8")),
);

async function modelOf({
  architecture,
  seed,
  trainingTexts,
  variant,
}: (typeof cases)[number]): Promise<TextModel> {
  const { vocabSize } = architecture;
  const tokenizer = await openTokenizer(trainTokenizer({ texts: trainingTexts, vocabSize, variant }));
  return { architecture, weights: initializeWeights(architecture, seeded(seed)), tokenizer };
}

const reopen = async (folder: string): Promise<TextModel> => ({
  ...loadModel(folder),
  tokenizer: await openTokenizer(folder),
});

for (const golden of cases)
  describe(`the folder of a model with a ${golden.variant} tokenizer, seed ${golden.seed}`, () => {
    test("has the very files that transformers loaded without a warning", async () => {
      const folder = join(temporaryFolder(), "new", "model");
      const sizes = writeHuggingFaceFolder(folder, await modelOf(golden));
      const found = readdirSync(folder).sort();
      expect(found).toEqual([...Object.keys(golden.files), "model.safetensors"].sort());
      for (const name of found) expect(readFileSync(join(folder, name)).length).toBe(sizes[name]);
      const hashes = Object.keys(golden.files).map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
      ]);
      expect(Object.fromEntries(hashes)).toEqual(golden.files);
    });

    test("gives back the same weights and ids, and the logits and greedy text of transformers", async () => {
      const folder = join(temporaryFolder(), "model");
      const model = await modelOf(golden);
      writeHuggingFaceFolder(folder, model);
      const again = await reopen(folder);
      expect(again.architecture).toEqual(model.architecture);
      expect(Object.keys(again.weights)).toEqual(Object.keys(model.weights));
      for (const [name, tensor] of Object.entries(model.weights))
        expect(again.weights[name]?.dataSync()).toEqual(tensor.dataSync());
      const { startId, endId, padId, addsStartToken } = model.tokenizer;
      expect(again.tokenizer).toMatchObject({ startId, endId, padId, addsStartToken });
      for (const { text, ids, lastLogits } of golden.texts) {
        const [own] = await model.tokenizer.encodeIds([text], { addSpecialTokens: true });
        const [found = []] = await again.tokenizer.encodeIds([text], { addSpecialTokens: true });
        expect(found).toEqual(own);
        expect(found).toEqual(ids);
        const logits = tf.tidy(() => {
          const all = decode(
            tf.tensor2d([...ids], [1, ids.length], "int32"),
            again.weights,
            again.architecture,
          );
          return tf.slice(all, [0, ids.length - 1, 0], [1, 1, -1]).dataSync();
        });
        const gap = Math.max(...lastLogits.map((value, id) => Math.abs(value - (logits[id] ?? NaN))));
        expect(gap, text).toBeLessThan(1e-4);
      }
      const options = { maxNewTokens: golden.greedyIds.length, stopAtEnd: false };
      const written = await generateText(again, golden.texts[0]?.text ?? "", options);
      expect(written.ids).toEqual(golden.greedyIds);
    });
  });

const [first] = cases;
const someModel = (changes: Partial<ArchitectureConfig> = {}): Promise<TextModel> => {
  if (!first) throw new Error("the golden file has cases");
  return modelOf({ ...first, architecture: { ...first.architecture, ...changes } });
};

test("bfloat16 rounds every weight to the nearest one and says so in config.json", async () => {
  const folder = join(temporaryFolder(), "model");
  const model = await someModel();
  const sizes = writeHuggingFaceFolder(folder, model, { precision: "bfloat16", readme: "ours\n" });
  expect(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))).toMatchObject({
    torch_dtype: "bfloat16",
  });
  expect(readFileSync(join(folder, "README.md"), "utf8")).toBe("ours\n");
  const full = writeHuggingFaceFolder(join(temporaryFolder(), "full"), model);
  expect(sizes["model.safetensors"]).toBeLessThan(0.6 * (full["model.safetensors"] ?? 0));
  const { weights } = loadModel(folder);
  for (const [name, tensor] of Object.entries(model.weights))
    expect(weights[name]?.dataSync()).toEqual(
      widenBfloat16(narrowToBfloat16(Float32Array.from(tensor.dataSync()))),
    );
});

describe("a place that is taken", () => {
  test("by an empty folder is used", async () => {
    const folder = temporaryFolder();
    writeHuggingFaceFolder(folder, await someModel());
    expect(existsSync(join(folder, "config.json"))).toBe(true);
  });

  test("by anything else is refused, and nothing in it or beside it changes", async () => {
    const model = await someModel();
    const parent = temporaryFolder();
    const [folder, file] = [join(parent, "folder"), join(parent, "file")];
    mkdirSync(folder);
    writeFileSync(join(folder, "thesis.txt"), "mine");
    writeFileSync(file, "mine");
    expect(() => writeHuggingFaceFolder(folder, model)).toThrow(
      /must be empty or not exist, got a folder with thesis.txt/,
    );
    expect(() => writeHuggingFaceFolder(file, model)).toThrow(/must be empty or not exist, got a file/);
    expect(readdirSync(parent).sort()).toEqual(["file", "folder"]);
    expect(readFileSync(join(folder, "thesis.txt"), "utf8")).toBe("mine");
  });
});
