/**
 * @file Fine-tuning as cached stages, one a model, task and seed, that go on after their last whole epoch. What a run is worth is
 * in `evaluation/superglue-summary.ts`; a study's results are published in `results.ts`.
 */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openTokenizer, type Tokenizer } from "../../data/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { initializeHead } from "../../evaluation/superglue-classifier.js";
import { encodePairs, type EncodedPair, type EncodedPairs } from "../../evaluation/superglue-inputs.js";
import { finetuningRate } from "../../evaluation/superglue-schedule.js";
import { figureOf, figuresOf, type EpochRecord } from "../../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, type SuperglueTask } from "../../evaluation/superglue-tasks.js";
import { startClassifier, type Classifier } from "../../evaluation/superglue-training.js";
import { loadModel } from "../../model/checkpoint.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import type { ModelFolder } from "../scoring/model-folder.js";
import { takeTurn } from "../stages/interrupt.js";
import { reportProgress } from "../stages/progress.js";
import { codeVersion } from "../stages/provenance.js";
import { runStage, type Stage } from "../stages/stage.js";
import { readStageText } from "../study/text.js";
import { progressFolder } from "../training/build-phase.js";
import type { FinetuningSettings } from "./budget.js";
import { epochsSchema, readEpoch, writeEpoch } from "./checkpoint.js";
import type { TaskData } from "./task-data.js";

/** Share of the training items an epoch is chosen on (docs/decisions.md#d12). */
const HELD_OUT_SHARE = 0.1;

/** A task's items as a model reads them, encoded once for all seeds. */
export interface EncodedTask extends TaskData {
  readonly encodedTrain: EncodedPairs;
  readonly encodedDev: EncodedPairs;
  readonly padId: number;
  readonly maxLengthTokens: number;
}

/** Encodes a task for a model. */
export async function encodeTask(
  { folder }: ModelFolder,
  data: TaskData,
  settings: FinetuningSettings,
): Promise<EncodedTask> {
  const tokenizer: Tokenizer = await openTokenizer(folder);
  const { architecture, weights } = loadModel(folder);
  tf.dispose({ ...weights });
  const maxLengthTokens = Math.min(settings.maxLengthTokens, architecture.maxLengthTokens);
  return {
    ...data,
    encodedTrain: await encodePairs(tokenizer, data.train, { maxLengthTokens }),
    encodedDev: await encodePairs(tokenizer, data.dev, { maxLengthTokens }),
    // Padding is never read: the end token serves where there is no other, as in the official pipeline.
    padId: tokenizer.padId ?? tokenizer.endId ?? 0,
    maxLengthTokens,
  };
}

/** A run of one seed. */
export interface SeedRun {
  readonly stage: Stage;
  readonly seed: number;
  readonly epochs: readonly EpochRecord[];
}

/**
 * Fine-tunes a model on a task with one seed, or takes the run from the cache.
 *
 * @throws RangeError when there are fewer items than a batch takes
 */
export async function finetuneSeed(
  cacheFolder: string,
  model: ModelFolder,
  task: EncodedTask,
  { seed, settings }: { readonly seed: number; readonly settings: FinetuningSettings },
): Promise<SeedRun> {
  const inputs = {
    model: model.hash,
    task: task.task,
    seed,
    settings,
    files: task.files,
    kind: task.kind,
    code: codeVersion(["random", "engine", "data", "model", "training", "evaluation"]),
  };
  const progress = progressFolder(cacheFolder, "finetuning", inputs);
  const stage = await runStage(cacheFolder, "finetuning", inputs, async (folder) => {
    const epochs = await trainEpochs(model, task, { seed, settings, progress });
    writeFileSync(join(folder, "epochs.json"), JSON.stringify(epochs) + "\n");
  });
  rmSync(progress, { recursive: true, force: true });
  return { stage, seed, epochs: epochsSchema.parse(JSON.parse(readStageText(stage, "epochs.json"))) };
}

interface SeedPlan {
  readonly seed: number;
  readonly settings: FinetuningSettings;
  readonly progress: string;
}

/** Training items in two parts; nothing is held out where the official selection is asked for. */
export function splitTrain(
  pairs: readonly EncodedPair[],
  { seed, settings: { selection } }: Pick<SeedPlan, "seed" | "settings">,
): { readonly train: readonly EncodedPair[]; readonly heldOut: readonly EncodedPair[] } {
  if (selection === "officialDev") return { train: pairs, heldOut: [] };
  const mixed = shuffled(pairs, seeded(deriveSeed(seed, "held out")));
  const count = Math.max(1, Math.round(HELD_OUT_SHARE * pairs.length));
  return { train: mixed.slice(count), heldOut: mixed.slice(0, count) };
}

async function trainEpochs(
  { folder }: ModelFolder,
  task: EncodedTask,
  { seed, settings, progress }: SeedPlan,
): Promise<EpochRecord[]> {
  const numClasses = SUPERGLUE_CONFIGS[task.task].classes.length;
  const { train, heldOut } = splitTrain(task.encodedTrain.pairs, { seed, settings });
  const stepsPerEpoch = Math.floor(train.length / settings.batchSize);
  if (stepsPerEpoch === 0)
    throw new RangeError(
      `finetuneSeed: ${task.task} must have at least ${settings.batchSize} items to train on, got ${train.length}. Give more, or hold none out.`,
    );
  const { architecture, weights } = loadModel(folder);
  const saved = readEpoch(progress);
  const head = initializeHead(architecture.hiddenSize, numClasses, seeded(deriveSeed(seed, "head")));
  const { pooling, precision, isFrozen } = settings;
  const classifier = startClassifier(saved ?? { weights: { ...weights, ...head } }, {
    architecture,
    numClasses,
    pooling,
    precision,
    isFrozen,
    padId: task.padId,
  });
  tf.dispose([
    { ...weights },
    head,
    { ...saved?.weights },
    { ...saved?.moments.first },
    { ...saved?.moments.second },
  ]);
  const epochs: EpochRecord[] = [...(saved?.epochs ?? [])];
  const began = performance.now();
  try {
    while (epochs.length < settings.epochs && !isStalled(epochs, task.task, settings)) {
      const epoch = epochs.length + 1;
      const plan = { seed, settings, epoch, stepsPerEpoch };
      const trained = await trainEpoch(classifier, train, plan, task.task);
      epochs.push({
        epoch,
        ...trained,
        heldOut: heldOut.length === 0 ? null : figuresAt(classifier, heldOut),
        devLogits: classifier.predict(task.encodedDev.pairs),
      });
      const seconds = (saved?.seconds ?? 0) + (performance.now() - began) / 1000;
      if (epochs.length < settings.epochs) writeEpoch(progress, classifier, { epochs, seconds });
    }
    return epochs;
  } finally {
    classifier.dispose();
  }
}

const figuresAt = (classifier: Classifier, pairs: readonly EncodedPair[]) =>
  figuresOf(
    pairs.map(({ label }) => label),
    classifier.predict(pairs),
  );

/** Whether the last epochs brought nothing better on the held-out items. */
function isStalled(
  epochs: readonly EpochRecord[],
  task: SuperglueTask,
  { patience }: FinetuningSettings,
): boolean {
  if (patience === null || epochs.some(({ heldOut }) => heldOut === null)) return false;
  const { metric } = SUPERGLUE_CONFIGS[task];
  const values = epochs.map(({ heldOut }) => (heldOut ? figureOf(heldOut, metric) : 0));
  return epochs.length - 1 - values.indexOf(Math.max(...values)) >= patience;
}

async function trainEpoch(
  classifier: Classifier,
  train: readonly EncodedPair[],
  {
    seed,
    settings: { batchSize, learningRate, epochs },
    epoch,
    stepsPerEpoch,
  }: Pick<SeedPlan, "seed" | "settings"> & { readonly epoch: number; readonly stepsPerEpoch: number },
  task: SuperglueTask,
): Promise<Pick<EpochRecord, "lossNats" | "bodyNorm">> {
  const order = shuffled(train, seeded(deriveSeed(seed, `order of epoch ${epoch}`)));
  const random = seeded(deriveSeed(seed, `dropout of epoch ${epoch}`));
  const totalSteps = stepsPerEpoch * epochs;
  let [lossNats, bodyNorm] = [0, 0];
  for (let step = 0; step < stepsPerEpoch; step++) {
    const batch = order.slice(step * batchSize, (step + 1) * batchSize);
    const done = (epoch - 1) * stepsPerEpoch + step;
    const record = classifier.update(batch, { rate: finetuningRate(done, totalSteps, learningRate), random });
    lossNats += record.lossNats / stepsPerEpoch;
    bodyNorm = Math.max(bodyNorm, record.bodyNorm);
    reportProgress({ type: "work", label: `${task}, seed ${seed}`, done: done + 1, total: totalSteps });
    await takeTurn();
  }
  return { lossNats, bodyNorm };
}
