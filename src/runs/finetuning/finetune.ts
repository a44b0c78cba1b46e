/** @file The computation of the stage `finetuning`: a classifier on a model's weights, trained on one task with one seed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tf } from "../../engine/backend.js";
import { initializeHead } from "../../evaluation/superglue-classifier.js";
import type { EncodedPair, EncodedPairs } from "../../evaluation/superglue-inputs.js";
import { finetuningRate } from "../../evaluation/superglue-schedule.js";
import { figureOf, figuresOf, type EpochRecord } from "../../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS, type SuperglueTask } from "../../evaluation/superglue-tasks.js";
import { startClassifier, type Classifier } from "../../evaluation/superglue-training.js";
import { loadModel } from "../../model/checkpoint.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import type { FinetuningSettings } from "./budget.js";
import type { FinetuningState } from "./checkpoint.js";
import type { TaskData } from "./task-data.js";

/** Share of the training items per epoch is chosen on (docs/decisions.md#d12). */
const HELD_OUT_SHARE = 0.1;

/** File of the stage. */
export const EPOCHS = "epochs.json";

/** A task's items as a model reads them, encoded once for all seeds. */
export interface EncodedTask extends TaskData {
  readonly encodedTrain: EncodedPairs;
  readonly encodedDev: EncodedPairs;
  readonly padId: number;
  readonly maxLengthTokens: number;
  /** Of all that the model reads of them: whatever chose, cut or encoded them is in it. */
  readonly hash: string;
}

/** What decides a run. Whatever chooses, cuts or encodes the items is in their hash. */
export interface FinetuningInputs {
  /** Hash of the model. */
  readonly model: string;
  readonly task: SuperglueTask;
  /** Hash of the items as the model reads them. */
  readonly items: string;
  readonly seed: number;
  readonly settings: Omit<FinetuningSettings, "maxLengthTokens" | "trainRows" | "devRows">;
}

/** Epochs that are over. */
export type SavedEpochs = Pick<FinetuningState, "epochs" | "seconds">;

/** What a run is handed besides its inputs. */
interface Surroundings {
  readonly itemsOf: (hash: string) => Pick<EncodedTask, "encodedTrain" | "encodedDev" | "padId">;
  /** Where an earlier process left off; null at the start. */
  readonly readSaved: () => FinetuningState | null;
  readonly saveEpoch: (classifier: Classifier, state: SavedEpochs) => void;
  readonly afterStep: (done: number, total: number) => Promise<void>;
}

/** Writes a record of every epoch. */
export const finetuning = computation(
  import.meta.url,
  async (inputs: FinetuningInputs, given: StagePlaces & Surroundings): Promise<void> => {
    const epochs = await trainEpochs(inputs, given);
    writeFileSync(join(given.folder, EPOCHS), JSON.stringify(epochs) + "\n");
  },
);

/** Training items in two parts; nothing is held out where the official selection is asked for. */
export function splitTrain(
  pairs: readonly EncodedPair[],
  {
    seed,
    settings: { selection },
  }: { readonly seed: number; readonly settings: Pick<FinetuningInputs["settings"], "selection"> },
): { readonly train: readonly EncodedPair[]; readonly heldOut: readonly EncodedPair[] } {
  if (selection === "officialDev") return { train: pairs, heldOut: [] };
  const mixed = shuffled(pairs, seeded(deriveSeed(seed, "held out")));
  const count = Math.max(1, Math.round(HELD_OUT_SHARE * pairs.length));
  return { train: mixed.slice(count), heldOut: mixed.slice(0, count) };
}

async function trainEpochs(
  { task: name, items, seed, settings, model }: FinetuningInputs,
  { folderOf, itemsOf, readSaved, saveEpoch, afterStep }: StagePlaces & Surroundings,
): Promise<EpochRecord[]> {
  const task = itemsOf(items);
  const numClasses = SUPERGLUE_CONFIGS[name].classes.length;
  const { train, heldOut } = splitTrain(task.encodedTrain.pairs, { seed, settings });
  const stepsPerEpoch = Math.floor(train.length / settings.batchSize);
  if (stepsPerEpoch === 0)
    throw new RangeError(
      `finetuneSeed: ${name} must have at least ${settings.batchSize} items to train on, got ${train.length}. Give more, or hold none out.`,
    );
  const { architecture, weights } = loadModel(folderOf(model));
  const saved = readSaved();
  const head = initializeHead(architecture.hiddenSize, numClasses, seeded(deriveSeed(seed, "head")));
  const { pooling, attention = "causal", precision, isFrozen } = settings;
  const classifier = startClassifier(saved ?? { weights: { ...weights, ...head } }, {
    architecture,
    numClasses,
    pooling,
    attention,
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
    while (epochs.length < settings.epochs && !isStalled(epochs, name, settings)) {
      const epoch = epochs.length + 1;
      const plan = { seed, settings, epoch, stepsPerEpoch };
      const trained = await trainEpoch(classifier, train, plan, afterStep);
      epochs.push({
        epoch,
        ...trained,
        heldOut: heldOut.length === 0 ? null : figuresAt(classifier, heldOut),
        devLogits: classifier.predict(task.encodedDev.pairs),
      });
      const seconds = (saved?.seconds ?? 0) + (performance.now() - began) / 1000;
      if (epochs.length < settings.epochs) saveEpoch(classifier, { epochs, seconds });
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
  { patience }: FinetuningInputs["settings"],
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
  }: Pick<FinetuningInputs, "seed" | "settings"> & { readonly epoch: number; readonly stepsPerEpoch: number },
  afterStep: Surroundings["afterStep"],
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
    await afterStep(done + 1, totalSteps);
  }
  return { lossNats, bodyNorm };
}
