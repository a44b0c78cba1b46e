/**
 * @file `npm run robustness -- soak`: 5,000 training steps of a small decoder on generated text, pre-training and then both instruction sets,
 * through the loop that every run takes: checkpoints every few seconds, held-out losses after each epoch, and after each window the
 * newest checkpoint scored on minimal pairs. Fails when memory or the time of a step grows, or a tensor stays behind. 7.5
 * minutes on 2 busy cores; `-- 20000` takes more; of fewer the first windows, in which everything grows, are too large a part.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCommand, readWhole } from "../scripts/command.mjs";
import { source } from "../scripts/library.mjs";

/** @typedef {{ step: number, phase: string, rssMiB: number, anonymousMiB: number, externalMiB: number, heapMiB: number, tensors: number, tensorMiB: number, cpuMs: number, wallMs: number, evaluationSeconds: number }} Sample */

const { tf } = await source("engine/backend.js");
const { microworldMinimalPairs } = await source("data/microworld/minimal-pairs.js");
const { openTokenizer } = await source("data/tokenizer/tokenizer.js");
const { createLogLikelihood } = await source("evaluation/log-likelihood.js");
const { scoreItems, numberItems } = await source("evaluation/choice-items.js");
const { pairItem } = await source("evaluation/minimal-pairs.js");
const { readWeights } = await source("model/checkpoint.js");
const { seeded } = await source("random.js");
const { openStudy } = await source("runs/study/study.js");
const { trainCondition } = await source("runs/training/training.js");
const { deriveStudy } = await source("config/scales.js");
const { fitOls } = await source("statistics/regression.js");
const { studentQuantile } = await source("statistics/student-quantile.js");

const [stepsAsked = "5000"] = readCommand("soak [STEPS]", { most: 1 }).positionals;
const STEPS = readWhole(stepsAsked, "soak [STEPS]", { name: "STEPS" });
const WINDOWS = 25;
const MODEL = "llama100M";
/** What may grow in 1,000 steps, at the upper end of the slope's 95 % interval; a run at paper scale has some 100,000. */
const LIMITS = {
  rssMiB: 15, // 1.5 GiB over such a run; two runs of 5,000 steps had slopes of 6 and of −10
  heapMiB: 1, // a stage keeps the record of every step until its end, some 0.4 KiB each
};
/** Share of the mean that the processor time of a step may surely (lower end) grow in 1,000 steps: other work on the machine moves it too. */
const SLOWDOWN = 0.02;

const smoke = deriveStudy("smoke");
const half = Math.ceil(STEPS / 2);
const config = {
  ...smoke,
  // Epochs of about 60 steps each: enough of them for all steps, whatever is left over is not trained.
  pretraining: { ...smoke.pretraining, batchSize: 4, maxEpochs: Math.ceil(half / 60) },
  instructionTuning: { ...smoke.instructionTuning, maxEpochs: Math.ceil(half / 60) },
  rowLengthTokens: { llama140M: 64, llama100M: 64 },
  budget: { ...smoke.budget, pretrainingWords: 12_000, heldOutWords: 2_000, heldOutRows: 8 },
  checkpointWords: [],
};

const folder = mkdtempSync(join(tmpdir(), "class-it-soak-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
  process.once(signal, () => process.exit(1));
const study = openStudy({
  scale: "smoke",
  seed: 1,
  config,
  source: "microworld",
  resultsRoot: join(folder, "results"),
  cacheFolder: folder,
  checkpoints: { everyMs: 5_000, costs: 0 },
});

const items = numberItems(microworldMinimalPairs({ pairsPerUid: 10, random: seeded(2) }).map(pairItem));

/** Minimal pairs under the newest checkpoint of the stage under way. */
async function evaluate() {
  const progress = readdirSync(folder).find((name) => name.endsWith(".progress"));
  const steps =
    progress === undefined
      ? []
      : readdirSync(join(folder, progress)).filter((name) => /^step-\d+$/.test(name));
  const newest = steps.sort((a, b) => Number(b.slice(5)) - Number(a.slice(5)))[0];
  const tokenizerStage = readdirSync(folder).find((name) => /^tokenizer-[0-9a-f]+$/.test(name));
  if (progress === undefined || newest === undefined || tokenizerStage === undefined) return;
  const architecture = config.architectures[MODEL];
  const weights = readWeights(
    readFileSync(join(folder, progress, newest, "weights.safetensors")),
    architecture,
  );
  const tokenizer = await openTokenizer(join(folder, tokenizerStage));
  await scoreItems(items, createLogLikelihood({ weights, architecture, tokenizer }));
  tf.dispose({ ...weights });
  evaluations += 1;
}

/** @param {keyof Sample} of @param {readonly Sample[]} samples @returns {{ slope: number, low: number, high: number, mean: number }} change in 1,000 steps */
function slopeOf(of, samples) {
  const response = samples.map((sample) => Number(sample[of]));
  const mean = response.reduce((sum, value) => sum + value, 0) / response.length;
  if (new Set(response).size === 1) return { slope: 0, low: 0, high: 0, mean };
  const steps = samples.map(({ step }) => step / 1000);
  // Steps of another phase have other lengths: a level of its own, one slope for both.
  const isTuning = samples.map(({ phase }) => (phase === samples[0]?.phase ? 0 : 1));
  const predictors = new Set(isTuning).size === 1 ? [steps] : [steps, isTuning];
  const { coefficients, standardErrors } = fitOls({ predictors, response });
  const half = studentQuantile(0.975, response.length - predictors.length - 1) * standardErrors[1];
  return { slope: coefficients[1], low: coefficients[1] - half, high: coefficients[1] + half, mean };
}

let evaluations = 0;
/** @type {Sample[]} */
const samples = [];
let cpu = process.cpuUsage();
let wall = performance.now();
console.log(
  "| step | phase | MiB resident | of it anonymous | heap MiB | beside the heap MiB | tensors | tensor MiB | cpu ms a step | ms a step | evaluation s |\n|---|---|---|---|---|---|---|---|---|",
);
const windowSteps = Math.ceil(STEPS / WINDOWS);
let taken = 0;
for await (const { phase } of trainCondition(study, { model: MODEL, condition: "merged" })) {
  taken += 1;
  if (taken % windowSteps === 0) {
    const { user, system } = process.cpuUsage(cpu);
    const wallMs = (performance.now() - wall) / windowSteps;
    const evaluating = performance.now();
    await evaluate();
    const evaluationSeconds = (performance.now() - evaluating) / 1000;
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const [, anonymousKiB = Number.NaN] =
      /^RssAnon:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    const { numTensors, numBytes } = tf.memory();
    /** @type {Sample} */
    const sample = {
      step: taken,
      phase,
      rssMiB: rss / 2 ** 20,
      anonymousMiB: Number(anonymousKiB) / 2 ** 10,
      heapMiB: heapUsed / 2 ** 20,
      externalMiB: external / 2 ** 20,
      tensors: numTensors,
      tensorMiB: numBytes / 2 ** 20,
      cpuMs: (user + system) / 1000 / windowSteps,
      wallMs,
      evaluationSeconds,
    };
    samples.push(sample);
    const fixed = (/** @type {number} */ value, digits = 1) => value.toFixed(digits);
    console.log(
      `| ${sample.step} | ${phase} | ${fixed(sample.rssMiB)} | ${fixed(sample.anonymousMiB)} | ${fixed(sample.heapMiB, 2)} | ${fixed(sample.externalMiB, 2)} | ${numTensors} | ${fixed(sample.tensorMiB, 3)} | ${fixed(sample.cpuMs)} | ${fixed(wallMs)} | ${fixed(evaluationSeconds)} |`,
    );
    cpu = process.cpuUsage();
    wall = performance.now();
  }
  if (taken >= STEPS) break; // leaves with a checkpoint, as an interrupted run does
}

// The first fifth of each phase is warm-up: graphs are recorded, and the allocator finds its size.
const phases = [...new Set(samples.map(({ phase }) => phase))];
const settled = phases.flatMap((name) => {
  const own = samples.filter(({ phase }) => phase === name);
  return own.slice(Math.ceil(own.length / 5));
});
const [rss, heap, time] = /** @type {const} */ (["rssMiB", "heapMiB", "cpuMs"]).map((of) =>
  slopeOf(of, settled),
);
const say = (
  /** @type {string} */ what,
  /** @type {ReturnType<typeof slopeOf>} */ { slope, low, high },
  unit = "MiB",
) =>
  console.log(
    `${what}: ${slope.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)}) ${unit} in 1,000 steps`,
  );
console.log(
  `\n${taken} steps, ${evaluations} evaluations; slopes after ${samples.length - settled.length} windows of warm-up, with 95 % intervals`,
);
/** @type {string[]} */
const faults = [];
if (rss && heap && time) {
  say("resident memory", rss);
  say("JavaScript heap", heap);
  say("processor time of a step", time, "ms");
  if (rss.high > LIMITS.rssMiB)
    faults.push(
      `resident memory may grow by ${rss.high.toFixed(1)} MiB in 1,000 steps, allowed ${LIMITS.rssMiB}`,
    );
  if (heap.high > LIMITS.heapMiB)
    faults.push(`the heap may grow by ${heap.high.toFixed(2)} MiB in 1,000 steps, allowed ${LIMITS.heapMiB}`);
  if (time.low > SLOWDOWN * time.mean)
    faults.push(`a step takes ${((100 * time.low) / time.mean).toFixed(1)} % more every 1,000 steps`);
}
const counts = [
  ...new Set(settled.map(({ tensors, tensorMiB }) => `${tensors} of ${tensorMiB.toFixed(3)} MiB`)),
];
console.log(`tensors: ${counts.join(", ")}`);
if (counts.length !== 1) faults.push(`the tensors must stay the same, got ${counts.join(", ")}`);
if (taken < STEPS) faults.push(`there must be ${STEPS} steps, got ${taken}`);
if (evaluations < samples.length - 1)
  faults.push(`every window must have an evaluation, got ${evaluations} of ${samples.length}`);
for (const fault of faults) console.error(`soak: ${fault}.`);
if (faults.length > 0) process.exitCode = 1;
