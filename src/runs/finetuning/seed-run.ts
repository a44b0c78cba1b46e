/**
 * @file Fine-tuning as cached stages, one a model, task and seed, that go on after their last whole epoch. What a run is worth is
 * in `evaluation/superglue-summary.ts`; a study's results are published in `results.ts`.
 */
import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openTokenizer, type Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { encodePairs } from "../../evaluation/superglue-inputs.js";
import type { EpochRecord } from "../../evaluation/superglue-summary.js";
import type { Classifier } from "../../evaluation/superglue-training.js";
import { loadModel } from "../../model/checkpoint.js";
import type { ModelFolder } from "../scoring/model-folder.js";
import { computeStage, keyOf } from "../stages/computed-stage.js";
import { takeTurn } from "../stages/interrupt.js";
import { reportProgress } from "../stages/progress.js";
import { hashStage, type Stage } from "../stages/stage.js";
import { readStageJson } from "../stages/read-json.js";
import { progressFolder } from "../training/build-phase.js";
import type { FinetuningSettings } from "./budget.js";
import { epochsSchema, readEpoch, writeEpoch } from "./checkpoint.js";
import { EPOCHS, finetuning, type EncodedTask, type FinetuningInputs, type SavedEpochs } from "./finetune.js";
import type { TaskData } from "./task-data.js";

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
  const encodedTrain = await encodePairs(tokenizer, data.train, { maxLengthTokens });
  const encodedDev = await encodePairs(tokenizer, data.dev, { maxLengthTokens });
  // Padding is never read: the end token serves where there is no other, as in the official pipeline.
  const padId = tokenizer.padId ?? tokenizer.endId ?? 0;
  const hash = createHash("sha256");
  for (const { pairs } of [encodedTrain, encodedDev])
    for (const { ids, label } of pairs) hash.update(JSON.stringify([ids, label]));
  hash.update(`pad ${padId}, ${encodedTrain.pairs.length} to train on`);
  return { ...data, encodedTrain, encodedDev, padId, maxLengthTokens, hash: hash.digest("hex").slice(0, 16) };
}

/** A run of one seed. */
export interface SeedRun {
  readonly stage: Stage;
  readonly seed: number;
  readonly epochs: readonly EpochRecord[];
}

/** One run of a task. */
interface SeededSettings {
  readonly seed: number;
  readonly settings: FinetuningSettings;
}

function inputsOf(
  model: ModelFolder,
  task: EncodedTask,
  { seed, settings }: SeededSettings,
): FinetuningInputs {
  const { learningRate, batchSize, epochs, pooling, attention, selection, precision, isFrozen, patience } =
    settings;
  return {
    model: model.hash,
    task: task.task,
    items: task.hash,
    seed,
    settings: {
      ...{ learningRate, batchSize, epochs, pooling, selection, precision, isFrozen, patience },
      ...(attention && { attention }),
    },
  };
}

/** Whether the cache holds a run. */
export const isFinetuned = (
  cacheFolder: string,
  model: ModelFolder,
  task: EncodedTask,
  run: SeededSettings,
): boolean =>
  existsSync(
    join(cacheFolder, `finetuning-${hashStage("finetuning", keyOf(inputsOf(model, task, run), finetuning))}`),
  );

/**
 * Fine-tunes a model on a task with one seed, or takes the run from the cache.
 *
 * @throws RangeError when there are fewer items than a batch takes
 */
export async function finetuneSeed(
  cacheFolder: string,
  model: ModelFolder,
  task: EncodedTask,
  run: SeededSettings,
): Promise<SeedRun> {
  const { seed } = run;
  const inputs = inputsOf(model, task, run);
  const progress = progressFolder(cacheFolder, "finetuning", keyOf(inputs, finetuning));
  const stage = await computeStage(cacheFolder, {
    kind: "finetuning",
    inputs,
    computation: finetuning,
    parents: [model],
    given: {
      itemsOf: (hash: string) => requireItems(task, hash),
      readSaved: () => readEpoch(progress),
      saveEpoch: (classifier: Classifier, state: SavedEpochs) => writeEpoch(progress, classifier, state),
      async afterStep(done: number, total: number) {
        reportProgress({ type: "work", label: `${task.task}, seed ${seed}`, done, total });
        await takeTurn();
      },
    },
  });
  rmSync(progress, { recursive: true, force: true });
  return { stage, seed, epochs: readStageJson(stage, EPOCHS, epochsSchema) };
}

function requireItems(task: EncodedTask, hash: string): EncodedTask {
  if (hash === task.hash) return task;
  throw new Error(`finetuneSeed: the items must be those of ${task.hash}, got ${String(hash)}.`);
}
