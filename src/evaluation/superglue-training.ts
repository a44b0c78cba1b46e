/**
 * @file Fine-tuning step by step: a batch in parts, the official update, and predictions. Epochs, selection and caching are in
 * `runs/finetuning/seed-run.ts`.
 */
import type { ArchitectureConfig, Precision } from "../config/config.js";
import { tf } from "../engine/backend.js";
import type { Weights } from "../model/weights.js";
import type { Random } from "../random.js";
import type { LossAndGradients } from "../training/training-step.js";
import { startTraining, type Moments } from "../training/weights-in-training.js";
import {
  bodyNames,
  classifierRows,
  isHeadWeight,
  packedRows,
  type ClassifierRows,
} from "./superglue-classifier.js";
import { padRows, type EncodedPair, type PaddingSide } from "./superglue-inputs.js";
import { packParts } from "./superglue-packing.js";
import { FINETUNING, type Attention, type Pooling } from "./superglue-schedule.js";
import { classifierSteps } from "./superglue-steps.js";

/** Source: BabyLM evaluation pipeline 2025, finetune/run.py, valid_batch_size. */
const PREDICTION_ITEMS = 64;

/** Items that are computed together, and their rows on the device. */
interface ClassifierPart {
  readonly pairs: readonly EncodedPair[];
  readonly rows: ClassifierRows;
}

/** How a classifier is trained. */
export interface ClassifierOptions {
  readonly architecture: ArchitectureConfig;
  readonly numClasses: number;
  readonly padId: number;
  readonly pooling: Pooling;
  readonly paddingSide?: PaddingSide;
  readonly attention?: Attention;
  readonly precision?: Precision;
  /** Trains the head alone: a probe, not fine-tuning. */
  readonly isFrozen?: boolean;
  readonly dropout?: number;
}

/** What one update did. */
export interface UpdateRecord {
  /** Mean over the rows of the batch. */
  readonly lossNats: number;
  /** Norm of the gradients of head and of body; 0 for a body that is not trained. */
  readonly headNorm: number;
  readonly bodyNorm: number;
}

/** A classifier under training. Owns tensors: `dispose` it. */
export interface Classifier {
  /** One update on a batch; `random` drives dropout. */
  update(
    batch: readonly EncodedPair[],
    how: { readonly rate: number; readonly random: Random },
  ): UpdateRecord;
  /** Logits of every item, in order. */
  predict(pairs: readonly EncodedPair[]): number[][];
  /** Copies the caller disposes. */
  readWeights(): Weights;
  readMoments(): Moments;
  dispose(): void;
}

/**
 * Takes over a body and a head; the caller's tensors stay.
 *
 * @param start.moments of an interrupted run that resumes
 * @throws RangeError when the head reads padding and attention goes in both directions
 *
 * Source: BabyLM evaluation pipeline 2025, finetune/trainer.py.
 * Differs: texts are packed into rows instead of padded, unless padding moves the position that is read, and dropout draws
 * other numbers.
 */
export function startClassifier(
  start: { readonly weights: Weights; readonly moments?: Moments },
  options: ClassifierOptions,
): Classifier {
  const { isFrozen = false, dropout = FINETUNING.dropout, paddingSide: side = "right" } = options;
  const { numClasses, padId, pooling, architecture, attention = "causal" } = options;
  const head = pick(start.weights, Object.keys(start.weights).filter(isHeadWeight));
  const body = pick(start.weights, bodyNames(start.weights));
  const fixed = isFrozen ? cloned(body) : {};
  const inTraining = startTraining(
    isFrozen ? head : { ...body, ...head },
    FINETUNING.optimizer,
    start.moments,
  );
  const steps = classifierSteps(architecture, options.precision ?? "float32");

  // A pooled padding token depends on how far it is from the text: only the official batches give it.
  const needsPadding = pooling === (side === "right" ? "officialFinal" : "firstToken");
  if (needsPadding && attention === "both")
    throw new RangeError(
      `startClassifier: attention in both directions must go with a pooling that reads a token of the text, got "${pooling}". Choose lastToken.`,
    );
  const partsOf = (pairs: readonly EncodedPair[], count: number): ClassifierPart[] => {
    if (!needsPadding)
      return packParts(pairs, padId).map((part) => ({
        pairs: part.pairs,
        rows: packedRows(part, { pooling, count, attention }),
      }));
    const ids = pairs.map((pair) => pair.ids);
    const padded = padRows(ids, { lengthTokens: Math.max(...ids.map(({ length }) => length)), padId, side });
    return [{ pairs, rows: classifierRows(padded, { pooling, side }) }];
  };

  const gradientsOf = (
    { pairs, rows }: ClassifierPart,
    batchSize: number,
    random: Random,
    trained: Weights,
  ): LossAndGradients => {
    const labels = new Float32Array(batchSize * numClasses);
    pairs.forEach(({ label }, row) => (labels[row * numClasses + label] = 1 / batchSize));
    const own = {
      ...rows,
      labels: tf.tensor2d(labels, [batchSize, numClasses]),
      ...(dropout > 0 && { keep: dropoutMask([batchSize, architecture.hiddenSize], dropout, random) }),
    };
    const out = steps.train({ ...own, trained, fixed });
    tf.dispose(own);
    return out;
  };

  return {
    update(batch, { rate, random }) {
      const weights = inTraining.read("weight");
      let lossNats = 0;
      let sums: Weights | null = null;
      for (const part of partsOf(batch, batch.length)) {
        const { loss, gradients } = gradientsOf(part, batch.length, random, weights);
        lossNats += loss.dataSync()[0] ?? Number.NaN;
        loss.dispose();
        sums = sums === null ? gradients : added(sums, gradients);
      }
      tf.dispose({ ...weights });
      if (sums === null || !Number.isFinite(lossNats))
        throw new Error(
          `startClassifier: the loss of a batch must be finite, got ${lossNats} of ${batch.length} items. Lower the learning rate, or look at the model.`,
        );
      const [headNorm, bodyNorm] = [normOf(sums, true), normOf(sums, false)];
      inTraining.update(sums, { gradientNorm: Math.hypot(headNorm, bodyNorm), learningRate: rate });
      tf.dispose({ ...sums });
      return { lossNats, headNorm, bodyNorm };
    },
    predict(pairs) {
      const order = new Map(pairs.map((pair, index) => [pair, index]));
      const out: number[][] = pairs.map(() => []);
      const weights = inTraining.read("weight");
      for (const batch of predictionBatches(pairs, needsPadding))
        for (const part of partsOf(batch, needsPadding ? batch.length : PREDICTION_ITEMS)) {
          const logits = steps.predict({ ...part.rows, weights: { ...fixed, ...weights } });
          const values = logits.dataSync();
          tf.dispose([logits, part.rows]);
          part.pairs.forEach((pair, row) => {
            out[order.get(pair) ?? -1] = [...values.slice(row * numClasses, (row + 1) * numClasses)];
          });
        }
      tf.dispose({ ...weights });
      return out;
    },
    readWeights: () => ({ ...cloned(fixed), ...inTraining.read("weight") }),
    readMoments: () => inTraining.readMoments(),
    dispose() {
      inTraining.dispose();
      tf.dispose({ ...fixed });
    },
  };
}

/** Items predicted together: as officially where padding counts, else of like length, so that short texts have short rows. */
function predictionBatches(pairs: readonly EncodedPair[], inOrder: boolean): EncodedPair[][] {
  const ordered = inOrder ? pairs : [...pairs].sort((a, b) => a.ids.length - b.ids.length);
  return Array.from({ length: Math.ceil(ordered.length / PREDICTION_ITEMS) }, (_, batch) =>
    ordered.slice(batch * PREDICTION_ITEMS, (batch + 1) * PREDICTION_ITEMS),
  );
}

const pick = (weights: Weights, names: readonly string[]): Weights =>
  Object.fromEntries(names.map((name) => [name, weights[name] as tf.Tensor]));

const cloned = (weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tf.clone(tensor)]));

function added(a: Weights, b: Weights): Weights {
  const sums = Object.fromEntries(
    Object.entries(a).map(([name, tensor]) => [name, tf.add(tensor, b[name] as tf.Tensor)]),
  );
  tf.dispose([{ ...a }, { ...b }]);
  return sums;
}

function normOf(gradients: Weights, ofHead: boolean): number {
  const names = Object.keys(gradients).filter((name) => isHeadWeight(name) === ofHead);
  if (names.length === 0) return 0;
  const norm = tf.tidy(() =>
    tf.sqrt(tf.addN(names.map((name): tf.Scalar => tf.sum(tf.square(gradients[name] as tf.Tensor))))),
  );
  const value = norm.dataSync()[0] ?? Number.NaN;
  norm.dispose();
  return value;
}

function dropoutMask(shape: [number, number], rate: number, random: Random): tf.Tensor2D {
  const values = new Float32Array(shape[0] * shape[1]);
  for (let index = 0; index < values.length; index++) values[index] = random() < rate ? 0 : 1 / (1 - rate);
  return tf.tensor2d(values, shape);
}
