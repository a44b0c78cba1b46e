/**
 * @file Fine-tuning step by step: a batch in parts, the official update, and predictions. Epochs, selection and caching are in
 * `runs/finetuning/seed-run.ts`.
 */
import type { ArchitectureConfig, Precision } from "../config/config.js";
import { tf } from "../engine/backend.js";
import type { ResidentStep } from "../engine/resident-graph.js";
import type { Weights } from "../model/weights.js";
import type { Random } from "../random.js";
import {
  IdlePool,
  ResidentTraining,
  type BatchPart,
  type Moments,
  type TrainingState,
} from "../training/resident-training.js";
import { adamW } from "../training/update-rule.js";
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
import { classifierLogits, classifierLoss, type ClassifierBatch } from "./superglue-steps.js";

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

interface ClassifierTraining {
  readonly training: ResidentTraining<ClassifierBatch>;
  readonly predictLogits: ResidentStep<ClassifierRows, tf.Tensor2D>;
}

const pool = new IdlePool<ClassifierTraining>();

/** The graph of a classifier; tasks and seeds share it where its weights have the same shapes. */
function classifierTraining(
  { weights, fixed }: Pick<TrainingState, "weights" | "fixed">,
  { architecture, numClasses, precision = "float32", isFrozen = false }: ClassifierOptions,
): ClassifierTraining {
  return pool.take(JSON.stringify([architecture, numClasses, precision, isFrozen]), () => {
    const { optimizer } = FINETUNING;
    const training = new ResidentTraining<ClassifierBatch>(
      { weights, ...(fixed && { fixed }) },
      {
        loss: (weights, batch) => classifierLoss(weights, batch, architecture),
        rule: adamW(optimizer),
        clipNorm: optimizer.clipNorm,
        precision,
        groups: { head: isHeadWeight, body: (name) => !isHeadWeight(name) },
      },
    );
    const predictLogits = training.readingStep((weights, rows: ClassifierRows) =>
      classifierLogits(weights, rows, architecture),
    );
    return { training, predictLogits };
  });
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
  // A pooled padding token depends on how far it is from the text: only the official batches give it.
  const needsPadding = pooling === (side === "right" ? "officialFinal" : "firstToken");
  if (needsPadding && attention === "both")
    throw new RangeError(
      `startClassifier: attention in both directions must go with a pooling that reads a token of the text, got "${pooling}". Choose lastToken.`,
    );
  const fixed = isFrozen ? cloned(body) : {};
  const state = { weights: isFrozen ? head : { ...body, ...head }, fixed, moments: start.moments };
  const { training, predictLogits } = classifierTraining(state, options);
  training.begin(state);

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

  const tensorsOf = (
    { pairs, rows }: ClassifierPart,
    batchSize: number,
    random: Random,
  ): BatchPart<ClassifierBatch> => {
    const labels = new Float32Array(batchSize * numClasses);
    pairs.forEach(({ label }, row) => (labels[row * numClasses + label] = 1 / batchSize));
    const batch = {
      ...rows,
      labels: tf.tensor2d(labels, [batchSize, numClasses]),
      ...(dropout > 0 && { keep: dropoutMask([batchSize, architecture.hiddenSize], dropout, random) }),
    };
    return { batch, share: 1 }; // the labels hold the shares
  };

  return {
    update(batch, { rate, random }) {
      const parts = partsOf(batch, batch.length).map((part) => tensorsOf(part, batch.length, random));
      const { loss: lossNats, norms } = training.update(parts, rate);
      tf.dispose(parts.map((part) => part.batch));
      if (!Number.isFinite(lossNats))
        throw new Error(
          `startClassifier: the loss of a batch must be finite, got ${lossNats} of ${batch.length} items. Lower the learning rate, or look at the model.`,
        );
      return { lossNats, headNorm: norms["head"] ?? 0, bodyNorm: norms["body"] ?? 0 };
    },
    predict(pairs) {
      const order = new Map(pairs.map((pair, index) => [pair, index]));
      const out: number[][] = pairs.map(() => []);
      for (const batch of predictionBatches(pairs, needsPadding))
        for (const part of partsOf(batch, needsPadding ? batch.length : PREDICTION_ITEMS)) {
          const logits = predictLogits(part.rows);
          const values = logits.dataSync();
          tf.dispose([logits, part.rows]);
          part.pairs.forEach((pair, row) => {
            out[order.get(pair) ?? -1] = [...values.slice(row * numClasses, (row + 1) * numClasses)];
          });
        }
      return out;
    },
    readWeights: () => ({ ...cloned(fixed), ...training.readWeights() }),
    readMoments: () => training.readMoments(),
    dispose() {
      training.dispose();
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

function dropoutMask(shape: [number, number], rate: number, random: Random): tf.Tensor2D {
  const values = new Float32Array(shape[0] * shape[1]);
  for (let index = 0; index < values.length; index++) values[index] = random() < rate ? 0 : 1 / (1 - rate);
  return tf.tensor2d(values, shape);
}
