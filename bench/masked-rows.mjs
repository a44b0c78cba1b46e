/**
 * @file A step with masked rows next to a causal one on the same rows, at laptop scale, by turns in one process:
 *
 *   npm run bench -- masked-rows [--pairs=30]
 *
 * The target is at most 1.1 times a causal step. Time of the processors is given too: it depends less on what else runs.
 */
import { readCommand, readWhole } from "../scripts/command.mjs";
import { source } from "../scripts/library.mjs";

const USAGE = "masked-rows [--pairs=30]";
const { values } = readCommand(USAGE, { options: { pairs: { type: "string", default: "30" } } });
const pairs = readWhole(values.pairs, USAGE, { name: "--pairs" });

const [{ deriveStudy }, { withMaskRow }, { packRows, packedBatches }, { repeatEpochs }] = await Promise.all([
  source("config/scales.js"),
  source("config/objective.js"),
  source("data/packed-text.js"),
  source("training/step-batches.js"),
]);
const [{ maskSteps }, { initializeWeights }, { TrainingRun }, { seeded }, { median }] = await Promise.all([
  source("training/masked-steps.js"),
  source("model/weights.js"),
  source("training/train.js"),
  source("random.js"),
  source("statistics/summary.js"),
]);

const study = deriveStudy("laptop");
const architecture = study.architectures.llama140M;
const lengthTokens = study.rowLengthTokens.llama140M;
const { batchSize } = study.pretraining;
const SPECIAL = 4;
const OBJECTIVE = { maskedShare: 15 / 16, maskRate: 0.15, schedule: "linear" };

const random = seeded(1);
const draw = () => SPECIAL + Math.floor(random() * (architecture.vocabSize - SPECIAL));
const ids = Int32Array.from({ length: lengthTokens * batchSize * (pairs + 3) + 1 }, draw);
/** @param {number} from @param {number} size */
const read = (from, size) => ids.slice(from, from + size);
const rows = packRows({ length: ids.length, read }, { lengthTokens, words: ids.length });
const causal = repeatEpochs(
  /** @param {number} epoch */ (epoch) => packedBatches({ rows, batchSize, epoch, seed: 1 }),
  { epochs: 1 },
);
const ordinary = Array.from({ length: architecture.vocabSize - SPECIAL }, (_, at) => at + SPECIAL);
const masked = maskSteps(causal, { objective: OBJECTIVE, seed: 1, maskId: architecture.vocabSize, ordinary });

/** @param {typeof causal} batches @param {typeof architecture} shape */
const open = (batches, shape) =>
  new TrainingRun(
    { weights: initializeWeights(shape, seeded(2)) },
    { name: "bench", architecture: shape, config: study.pretraining, batches, wordsBefore: 0 },
  ).steps();
const runs = [open(causal, architecture), open(masked, withMaskRow(architecture))];

/** @param {ReturnType<typeof open>} run */
async function take(run) {
  const [begun, used] = [performance.now(), process.cpuUsage()];
  await run.next();
  const { user, system } = process.cpuUsage(used);
  return { wall: performance.now() - begun, processors: (user + system) / 1000 };
}

for (let warmup = 0; warmup < 3; warmup++) for (const run of runs) await take(run);
const taken = [];
for (let pair = 0; pair < pairs; pair++) {
  const [one, other] = pair % 2 === 0 ? runs : [...runs].reverse();
  const [first, second] = [await take(one), await take(other)];
  taken.push(pair % 2 === 0 ? { causal: first, masked: second } : { causal: second, masked: first });
}
for (const of of /** @type {const} */ (["wall", "processors"])) {
  const without = median(taken.map((pair) => pair.causal[of]));
  const withMasks = median(taken.map((pair) => pair.masked[of]));
  const ratios = taken.map((pair) => pair.masked[of] / pair.causal[of]);
  console.log(
    `${of}: causal ${without.toFixed(0)} ms, with masked rows ${withMasks.toFixed(0)} ms, ` +
      `median ratio of ${pairs} pairs ${median(ratios).toFixed(3)}`,
  );
}
process.exit(0);
