/** @file Fuzzed readers of models: Hugging Face folders, and the checkpoints of training runs. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LLAMA_OPTIMIZER } from "../../src/config/paper-settings.js";
import type { ArchitectureConfig } from "../../src/config/config.js";
import { tf } from "../../src/engine/backend.js";
import { loadModel, writeLlamaConfig, writeWeights } from "../../src/model/checkpoint.js";
import { initializeWeights, type Weights } from "../../src/model/weights.js";
import { readSafetensors } from "../../src/model/safetensors.js";
import { seeded } from "../../src/random.js";
import { readCheckpoint } from "../../src/runs/training/checkpoint-folder.js";
import { readEpoch } from "../../src/runs/finetuning/checkpoint.js";
import { readMoments, writeMoments } from "../../src/runs/training/moments-files.js";
import { parseCurve, readCurveFile } from "../../src/runs/training/records.js";
import { HEADER, ofFile } from "./parts.js";
import type { FuzzedReader, Part } from "./reader.js";

/** A model of a few numbers. */
export const TINY: ArchitectureConfig = {
  ...{ vocabSize: 6, maxLengthTokens: 8, hiddenSize: 4, numHeads: 2, numLayers: 1, feedForwardSize: 4 },
  ...{ rotaryBase: 10_000, normEpsilon: 1e-5, initializerStd: 0.02, tiedEmbeddings: true },
};

/** Weights of the tiny model, which are never disposed of. */
function tinyWeights(): { readonly weights: Weights; readonly bytes: Uint8Array } {
  const weights = initializeWeights(TINY, seeded(1));
  return { weights, bytes: writeWeights(weights) };
}

const config = (architecture: ArchitectureConfig): string =>
  writeLlamaConfig(architecture, { startId: 1, endId: 2, padId: 0 });

/** A Hugging Face folder: its configuration, its weights, its index of parts. */
export function modelFolders(folder: string): FuzzedReader {
  const { bytes } = tinyWeights();
  const whole = join(folder, "whole");
  const inParts = join(folder, "parts");
  for (const place of [whole, inParts]) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, "config.json"), config(TINY));
  }
  const index = {
    weight_map: Object.fromEntries(
      Object.keys(readSafetensors(bytes).arrays).map((name) => [name, "one.safetensors"]),
    ),
  };
  writeFileSync(join(inParts, "one.safetensors"), bytes);
  const load = (place: string): void => void tf.dispose({ ...loadModel(place).weights });
  writeFileSync(join(whole, "model.safetensors"), bytes);
  writeFileSync(join(inParts, "model.safetensors.index.json"), JSON.stringify(index));
  const { rope_theta: base, ...rest } = JSON.parse(config(TINY)) as Record<string, unknown>;
  const newer = JSON.stringify({ ...rest, rope_parameters: { rope_type: "default", rope_theta: base } });
  const restored = (
    place: string,
    name: string,
    seeds: (string | Uint8Array)[],
    form: Part["form"] = "json",
  ): Part => {
    const path = join(place, name);
    const before = readFileSync(path);
    return {
      form,
      seeds: seeds.map((seed) => Buffer.from(seed)),
      read: (given) => {
        writeFileSync(path, given);
        try {
          load(place);
        } finally {
          writeFileSync(path, before);
        }
      },
    };
  };
  return {
    name: "model-folder",
    parts: {
      config: restored(whole, "config.json", [config(TINY), newer]),
      weights: { ...restored(whole, "model.safetensors", [bytes]), envelope: HEADER },
      index: restored(inParts, "model.safetensors.index.json", [JSON.stringify(index)]),
    },
  };
}

const STEP = {
  ...{ step: 1, steps: 4, epoch: 1, lossNats: 6.5, learningRate: 1e-4, gradientNorm: 1, trainedTokens: 64 },
  ...{ textTokens: 0, wordsSeen: 40, orderHash: "abc", tokensPerSecond: 900.5, secondsLeft: 3 },
};
const EPOCH = {
  ...{ epoch: 1, lossNats: 0.7, bodyNorm: 1, heldOut: { accuracy: 0.5, f1: null, mcc: 0 } },
  devLogits: [[0.1, -0.2]],
};

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Checkpoints of pre-training, instruction tuning and fine-tuning, and the curve beside them. */
export function checkpoints(folder: string): FuzzedReader {
  const { weights, bytes } = tinyWeights();
  const at = join(folder, "step-1");
  const run = join(folder, "run.progress");
  const epoch = join(run, "epoch-1");
  const moments = join(folder, "moments");
  for (const place of [at, epoch, moments]) mkdirSync(place, { recursive: true });
  writeMoments(moments, { updates: 3, first: weights, second: weights });
  const NAMES = ["weights", "first-moments", "second-moments"].map((name) => `${name}.safetensors`);
  const state = {
    ...{ schemaVersion: 1, stage: "s", step: 1, wordsSeen: 40, seconds: 2, updates: 1 },
    heldOut: [{ step: 1, epoch: 1, source: "childes", lossNats: 6, tokens: 50 }],
    files: Object.fromEntries(NAMES.map((name) => [name, sha256(bytes)])),
  };
  for (const place of [at, epoch]) for (const name of NAMES) writeFileSync(join(place, name), bytes);
  const open = (): void => {
    const found = readCheckpoint(at, { stage: "s", architecture: TINY, optimizer: LLAMA_OPTIMIZER });
    if (typeof found !== "string")
      tf.dispose([{ ...found.weights }, { ...found.moments.first }, { ...found.moments.second }]);
  };
  const openEpoch = (): void => {
    const found = readEpoch(run);
    if (found) tf.dispose([{ ...found.weights }, { ...found.moments.first }, { ...found.moments.second }]);
  };
  const epochState = JSON.stringify({
    updates: 1,
    seconds: 2,
    epochs: [EPOCH, { ...EPOCH, epoch: 2, heldOut: null }],
  });
  const curve = [STEP, { ...STEP, step: 2 }].map((step) => `${JSON.stringify(step)}\n`).join("");
  const path = join(folder, "curve.jsonl");
  return {
    name: "checkpoints",
    parts: {
      state: ofFile(join(at, "state.json"), "json", [JSON.stringify(state)], open),
      weights: {
        ...{ form: "json", envelope: HEADER, seeds: [bytes] },
        // With its hash, as if it had been written so.
        read: (given) => {
          writeFileSync(join(at, "weights.safetensors"), given);
          const files = { ...state.files, "weights.safetensors": sha256(given) };
          writeFileSync(join(at, "state.json"), JSON.stringify({ ...state, files }));
          try {
            open();
          } finally {
            writeFileSync(join(at, "weights.safetensors"), bytes);
          }
        },
      },
      epoch: ofFile(join(epoch, "state.json"), "json", [epochState], openEpoch),
      moments: ofFile(join(moments, "moments.json"), "json", [JSON.stringify({ updates: 3 })], () => {
        const { first, second } = readMoments(moments, { architecture: TINY, optimizer: LLAMA_OPTIMIZER });
        tf.dispose([{ ...first }, { ...second }]);
      }),
      curve: ofFile(path, "lines", [curve], () => [parseCurve(path), readCurveFile(path)]),
    },
  };
}
