/** @file A study on generated text whose stages take seconds, and the commands that run it from text to report. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demand, start } from "./processes.mjs";

const decoder = {
  vocabSize: 400,
  maxLengthTokens: 128,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 1,
  feedForwardSize: 64,
};
/** Some hundred steps of pre-training, thirty of each tuning phase. */
const CONFIG = {
  architectures: { llama140M: decoder, llama100M: decoder },
  pretraining: { batchSize: 8, learningRate: 0.02 },
  instructionTuning: { maxEpochs: 15 },
  rowLengthTokens: { llama140M: 32, llama100M: 32 },
  budget: {
    pretrainingWords: 24_000,
    heldOutWords: 200,
    heldOutRows: 4,
    switchboardRows: 16,
    wikiRows: 16,
    zeroShotItemsPerUid: 2,
  },
};

const MODEL = "llama100M";
const RUN = ["--scale", "smoke", "--model", MODEL];

/** Pairs of our own, more than are written at once. */
const pairs = Array.from({ length: 1_300 }, (_, i) => {
  const [good, bad] = i % 2 === 0 ? ["sleeps", "sleep"] : ["rings", "ring"];
  const sentence = (/** @type {string | undefined} */ verb) => `The bell of mill ${i} ${verb} at noon.`;
  return JSON.stringify({ sentence_good: sentence(good), sentence_bad: sentence(bad) });
});

/**
 * Where a study lies, and the commands in their order.
 *
 * @param {string} root of the project
 * @param {string} folder
 * @param {{ results?: string, stages?: string, out?: string }} [places] elsewhere than in the folder
 */
export function placeStudy(root, folder, places = {}) {
  const {
    results = join(folder, "results"),
    stages = join(folder, "stages"),
    out = join(folder, "out"),
  } = places;
  const config = join(folder, "study.json");
  const items = join(folder, "items");
  mkdirSync(join(items, "blimp_filtered"), { recursive: true });
  writeFileSync(config, JSON.stringify(CONFIG));
  writeFileSync(join(items, "blimp_filtered", "own.jsonl"), `${pairs.join("\n")}\n`);
  const study = [...RUN, "--config", config, "--results", results, "--cache", stages];
  const command = join(root, "src/class-it.mjs");
  const script = join(root, "robustness/faults/more-commands.mjs");
  const studyResults = join(results, "smoke-microworld");
  const modelFolder = () =>
    join(stages, readdirSync(stages).find((name) => /^pretraining-\w+$/.test(name)) ?? "no model");
  /** @type {Record<string, () => string[]>} */
  const commands = {
    train: () => [command, "train", "--condition", "merged", "--seed", "1", ...study],
    "train in sequence": () => [command, "train", "--condition", "switchThenWiki", "--seed", "1", ...study],
    evaluate: () => [
      command,
      "evaluate",
      "--condition",
      "merged",
      "--seed",
      "1",
      "--tasks",
      "blimp",
      ...study,
    ],
    read: () => [command, "evaluate", "--condition", "merged", "--seed", "1", "--tasks", "reading", ...study],
    finetune: () => [
      ...[
        command,
        "finetune",
        "--condition",
        "merged",
        "--study-seed",
        "1",
        "--task",
        "wsc",
        "--seeds",
        "1,2",
      ],
      ...study,
    ],
    "evaluate a folder": () => [
      ...[command, "evaluate", "--model", modelFolder(), "--data", items],
      ...["--out", join(out, "scores"), "--tasks", "blimp"],
    ],
    "finetune a folder": () => [
      ...[command, "finetune", "--model", modelFolder(), "--out", join(out, "answers")],
      ...["--task", "wsc", "--seeds", "3", "--scale", "smoke", "--cache", stages],
    ],
    "run a notebook": () => [
      ...[
        join(root, "robustness/faults/notebook.mjs"),
        join(folder, "notebooks"),
        join(studyResults, "notebooks"),
      ],
      JSON.stringify({ config: CONFIG, results, stages }),
    ],
    describe: () => [script, "describe", results],
    export: () => [script, "export", stages, join(out, "model")],
    fetch: () => [script, "fetch", join(out, "raw")],
    report: () => [command, "report", "--from", studyResults, "--out", join(out, "site")],
  };
  return { folder, results, stages, out, commands };
}

/** @typedef {ReturnType<typeof placeStudy>} Place */

/** Whatever of the environment could lead to other text, places or commits is taken away. */
const PLAIN = {
  CLASS_IT_DATA: undefined,
  CLASS_IT_PROGRESS: undefined,
  GIT_DIR: "/nowhere",
  TF_CPP_MIN_LOG_LEVEL: "2",
};

/**
 * Starts a command of a study.
 *
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export const begin = (args, env = {}) => start(process.execPath, args, { env: { ...PLAIN, ...env } });

/**
 * Runs all commands, each to its end; none where that was done before.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<Place>}
 */
export async function runUndisturbed(root, folder) {
  const place = placeStudy(root, folder);
  if (existsSync(join(place.out, "site"))) return place; // of the last command
  for (const [name, args] of Object.entries(place.commands)) {
    const { code, text } = await begin(args()).ended;
    demand(code === 0, `${name} must end with 0, got ${text}`);
  }
  return place;
}
