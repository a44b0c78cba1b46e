/** @file How fast a decoder trains and scores here, measured on random tokens; `class-it bench` prints it. */
import type { ArchitectureConfig, Precision } from "../../config/config.js";
import { LLAMA_OPTIMIZER } from "../../config/paper-settings.js";
import { tf } from "../../engine/backend.js";
import type { ProfileRow } from "../../engine/profile.js";
import { treeTensors } from "../../evaluation/log-likelihood.js";
import { treeBatches } from "../../evaluation/prefix-trees.js";
import { initializeWeights } from "../../model/weights.js";
import { forwardOperations, trainingOperations } from "../../model/operation-count.js";
import { scoringStep } from "../../model/scoring-step.js";
import { seeded, type Random } from "../../random.js";
import { startTraining } from "../../training/decoder-training.js";
import { compiledSteps } from "../../training/training-step.js";

/** Training steps to measure. */
export interface TrainingCase {
  readonly architecture: ArchitectureConfig;
  readonly batchSize: number;
  readonly lengthTokens: number;
  readonly precision: Precision;
  /** Counted steps; one more warms up. */
  readonly steps: number;
}

/** Sentences to score, all at once. */
export interface ScoringCase {
  readonly architecture: ArchitectureConfig;
  /** Token ids of at least two tokens each. */
  readonly sentences: readonly (readonly number[])[];
  /** Counted rounds; one more warms up. */
  readonly steps: number;
}

/** What came out. */
export interface Speed {
  /** Of the median step. Tokens of the rows or sentences as they stand, whatever is padded or shared. */
  readonly tokensPerSecond: number;
  readonly gflopPerSecond: number;
  /** Recording, loading and the first step, which TensorFlow optimises the graph in. */
  readonly firstStepSeconds: number;
  /** Largest resident memory of the process so far. */
  readonly peakGiB: number;
}

/** What a training step came to beyond its speed. */
interface TrainingSpeed extends Speed {
  /** Expected of the step, with weights and moments. */
  readonly estimatedGiB: number;
  readonly profile: readonly ProfileRow[];
}

const randomIds = (count: number, vocabSize: number, random: Random): Int32Array =>
  Int32Array.from({ length: count }, () => Math.floor(random() * vocabSize));

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

function summarise(milliseconds: readonly number[], operations: number, tokens: number): Speed {
  const [first = Number.NaN, ...counted] = milliseconds;
  const seconds = median(counted) / 1000;
  return {
    tokensPerSecond: tokens / seconds,
    gflopPerSecond: operations / seconds / 1e9,
    firstStepSeconds: first / 1000,
    peakGiB: process.resourceUsage().maxRSS / 2 ** 20,
  };
}

/**
 * Whole training steps: forward, backward, clipping, AdamW.
 *
 * @param options.profile also says where the time of loss and gradients goes, after the last step
 */
export function measureTraining(
  { architecture, batchSize, lengthTokens, precision, steps }: TrainingCase,
  { profile = false }: { readonly profile?: boolean } = {},
): TrainingSpeed {
  const random = seeded(1);
  const start = initializeWeights(architecture, random);
  const training = startTraining({ weights: start }, { architecture, optimizer: LLAMA_OPTIMIZER, precision });
  tf.dispose({ ...start });
  const shape: [number, number] = [batchSize, lengthTokens];
  const batch = {
    inputs: tf.tensor2d(randomIds(batchSize * lengthTokens, architecture.vocabSize, random), shape, "int32"),
    targets: tf.tensor2d(randomIds(batchSize * lengthTokens, architecture.vocabSize, random), shape, "int32"),
    mask: tf.ones<tf.Rank.R2>(shape),
  };
  const milliseconds: number[] = [];
  const parts = [{ batch, share: 1 }];
  for (let step = 0; step <= steps; step++) {
    const started = performance.now();
    training.update(parts, 1e-4);
    milliseconds.push(performance.now() - started);
  }
  const bytes = training.estimateBytes(parts);
  const operations = trainingOperations(architecture, { batchSize, lengthTokens });
  const speed = summarise(milliseconds, operations, batchSize * lengthTokens);
  const weights = profile ? training.readWeights() : null;
  const rows =
    weights === null ? [] : compiledSteps(architecture, precision).train.profile({ weights, ...batch });
  tf.dispose([batch, { ...weights }]);
  training.dispose();
  return { ...speed, estimatedGiB: bytes / 2 ** 30, profile: rows };
}

/** Log-probabilities of every token of some sentences, as evaluation has them computed. */
export function measureScoring({ architecture, sentences, steps }: ScoringCase): Speed {
  const weights = initializeWeights(architecture, seeded(1));
  const score = scoringStep(architecture);
  const requests = sentences.map((ids) => ({ ids, counted: ids.map((_, at) => at > 0) }));
  const milliseconds: number[] = [];
  let operations = 0;
  for (let step = 0; step <= steps; step++) {
    const started = performance.now();
    operations = 0;
    for (const batch of treeBatches(requests, { batchSize: requests.length })) {
      const tensors = treeTensors(batch);
      const logProbs = score({ weights, ...tensors });
      logProbs.dataSync();
      tf.dispose([logProbs, tensors]);
      operations += forwardOperations(architecture, {
        batchSize: batch.numRows,
        lengthTokens: batch.lengthTokens,
      });
    }
    milliseconds.push(performance.now() - started);
  }
  tf.dispose({ ...weights });
  const tokens = sentences.reduce((sum, ids) => sum + ids.length - 1, 0);
  return summarise(milliseconds, operations, tokens);
}
