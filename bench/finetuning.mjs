/**
 * @file An RTE epoch of the kit beside one of the official Python fine-tuning, same model, same machine, some steps of each:
 *
 *   npm run bench -- finetuning OFFICIAL_CHECKOUT RTE_TRAIN_FILE [--steps 12] [--model FOLDER]
 *
 * Without a folder, the model is the one of `class-it bench --against-pipeline`: 18M random parameters.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCommand } from "../scripts/command.mjs";
import { source } from "../scripts/library.mjs";

const USAGE = "finetuning OFFICIAL_CHECKOUT RTE_TRAIN_FILE [--steps=12] [--model=FOLDER]";
const { values, positionals } = readCommand(USAGE, {
  most: 2,
  options: { steps: { type: "string", default: "12" }, model: { type: "string" } },
});
const [checkout, trainFile] = positionals;
const steps = values.steps;
if (!checkout || !trainFile || !(Number(steps) > 0)) {
  console.error(`finetuning: two paths must be given, and --steps be positive. Usage: ${USAGE}`);
  process.exit(1);
}
const bench = fileURLToPath(new URL("./", import.meta.url));

const { tf } = await source("engine/backend.js");
const { openTokenizer } = await source("data/tokenizer/tokenizer.js");
const { encodePairs } = await source("evaluation/superglue-inputs.js");
const { initializeHead } = await source("evaluation/superglue-classifier.js");
const { startClassifier } = await source("evaluation/superglue-training.js");
const { readTextFile } = await source("data/text-file.js");
const { readSuperglue } = await source("evaluation/superglue-tasks.js");
const { loadModel } = await source("model/checkpoint.js");
const { seeded, shuffled } = await source("random.js");
const { writeBenchModel } = await source("command-line/bench/pipeline-speed.js");
const { preparePytorch } = await source("command-line/pytorch-environment.js");

const BATCH = 32;
const { python } = await preparePytorch(console.error, { command: "bench/finetuning", option: "PyTorch" });
const scratch = mkdtempSync(join(tmpdir(), "class-it-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const model = values.model ?? (await writeBenchModel(scratch));
const official = JSON.parse(
  execFileSync(
    python,
    [
      join(bench, "pytorch", "finetune.py"),
      checkout,
      model,
      trainFile,
      steps,
      String(availableParallelism()),
    ],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    },
  ),
);
console.log(`official, float32: ${official.secondsPerStep.toFixed(2)} s a step, mean of ${official.steps}`);

const pairs = readSuperglue("rte", { text: readTextFile(trainFile), name: trainFile });
const { architecture, weights } = loadModel(model);
const tokenizer = await openTokenizer(model);
const maxLengthTokens = Math.min(512, architecture.maxLengthTokens);
const { pairs: encoded } = await encodePairs(tokenizer, pairs, { maxLengthTokens });
let tokens = 0;
for (const { ids } of encoded) tokens += ids.length / encoded.length;
console.log(`${tokens.toFixed(0)} tokens a pair, which the official side pads to 512`);
const head = initializeHead(architecture.hiddenSize, 2, seeded(42));
for (const precision of ["float32", "bfloat16"]) {
  const options = {
    architecture,
    numClasses: 2,
    padId: tokenizer.padId ?? tokenizer.endId ?? 0,
    pooling: "lastToken",
    precision,
  };
  const classifier = startClassifier({ weights: { ...weights, ...head } }, options);
  const run = (/** @type {number} */ seed) => {
    const order = shuffled(encoded, seeded(seed));
    const began = performance.now();
    for (let step = 0; step < Number(steps); step++)
      classifier.update(order.slice(step * BATCH, (step + 1) * BATCH), { rate: 3e-5, random: seeded(step) });
    return (performance.now() - began) / 1000 / Number(steps);
  };
  const [first, second] = [run(1), run(1)]; // the first one compiles
  classifier.dispose();
  console.log(
    `kit, ${precision}: ${second.toFixed(2)} s a step, mean of ${steps} (${first.toFixed(2)} s with compilation); ` +
      `${(official.secondsPerStep / second).toFixed(1)} times as fast; an epoch of ${official.stepsPerEpoch} steps ` +
      `${(second * official.stepsPerEpoch).toFixed(0)} s against ${(official.secondsPerStep * official.stepsPerEpoch).toFixed(0)} s`,
  );
}
tf.dispose([weights, head]);
