/** @file What fine-tuning on a task will take on this machine, measured on two batches before it starts. */
import { tf } from "../../engine/backend.js";
import { initializeHead } from "../../evaluation/superglue-classifier.js";
import { SUPERGLUE_CONFIGS } from "../../evaluation/superglue-tasks.js";
import { startClassifier } from "../../evaluation/superglue-training.js";
import { loadModel } from "../../model/checkpoint.js";
import { deriveSeed, seeded, shuffled } from "../../random.js";
import type { ModelFolder } from "../scoring/model-folder.js";
import type { FinetuningSettings } from "./budget.js";
import type { EncodedTask } from "./finetune.js";

/** Time of one run of one seed. */
export interface FinetuningCost {
  readonly secondsPerEpoch: number;
  readonly seconds: number;
  readonly steps: number;
}

const MEASURED_PREDICTIONS = 64;

/** Measures a second batch, after a first one has compiled the steps; shapes that neither holds come on top. */
export function measureCost(
  { folder }: ModelFolder,
  task: EncodedTask,
  settings: FinetuningSettings,
): FinetuningCost {
  const { architecture, weights } = loadModel(folder);
  const numClasses = SUPERGLUE_CONFIGS[task.task].classes.length;
  const random = seeded(deriveSeed(0, "cost"));
  const head = initializeHead(architecture.hiddenSize, numClasses, random);
  const { pooling, attention = "causal", precision, isFrozen, batchSize, epochs } = settings;
  const classifier = startClassifier(
    { weights: { ...weights, ...head } },
    { architecture, numClasses, padId: task.padId, pooling, attention, precision, isFrozen },
  );
  tf.dispose([{ ...weights }, { ...head }]);
  const train = shuffled(task.encodedTrain.pairs, random);
  const dev = task.encodedDev.pairs.slice(0, MEASURED_PREDICTIONS);
  const time = (work: () => void): number => {
    const began = performance.now();
    work();
    return (performance.now() - began) / 1000;
  };
  const step = () => classifier.update(train.slice(0, batchSize), { rate: 0, random });
  const predict = () => classifier.predict(dev);
  try {
    step();
    predict();
    const [stepSeconds, predictSeconds] = [time(step), time(predict) / dev.length];
    const steps = Math.floor(train.length / batchSize);
    const secondsPerEpoch = steps * stepSeconds + task.encodedDev.pairs.length * predictSeconds;
    return { secondsPerEpoch, seconds: epochs * secondsPerEpoch, steps: steps * epochs };
  } finally {
    classifier.dispose();
  }
}
