/**
 * @file The training loop: an async generator of one record per step. What is trained on, and in which order, is decided by
 * the batches it is given (`step-batches.ts`); keeping its state in files is the work of `runs/training/checkpoint.ts`.
 */
import { createHash } from "node:crypto";
import type { ArchitectureConfig, Precision, TrainingConfig } from "../config/config.js";
import { countTrained, splitBatch, trainedWeight, type Batch } from "../data/batches.js";
import { tf } from "../engine/backend.js";
import type { Weights } from "../model/weights.js";
import { startTraining } from "./decoder-training.js";
import { learningRateAt, warmupStepsOf } from "./learning-rate.js";
import type { BatchPart, Moments, ResidentTraining } from "./resident-training.js";
import type { StepBatches } from "./step-batches.js";
import { batchTensors, compiledSteps, targets, type BatchTensors, type Objective } from "./training-step.js";

/** Steps whose shapes are recorded together. */
const LOOK_AHEAD = 64;

/** One optimiser update. */
export interface StepRecord {
  /** Counted from 1. */
  readonly step: number;
  readonly steps: number;
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean over the batch's trained tokens, before the update; with the z-loss where there is one. */
  readonly lossNats: number;
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  readonly trainedTokens: number;
  /** Those of pre-training text among them; the others belong to instruction examples. */
  readonly textTokens: number;
  /** Words the model has been exposed to so far, those of earlier stages included. */
  readonly wordsSeen: number;
  /** Of the rows of all steps so far in their order, 16 hexadecimal digits: equal ones are equal orders. */
  readonly orderHash: string;
  /** Tokens of the batch, padding included, over the time of the step. */
  readonly tokensPerSecond: number;
  /** Steps left times the mean time of the steps so far. */
  readonly secondsLeft: number;
}

/** What one training stage needs. */
export interface TrainingPlan {
  /** Named in errors and progress, such as "llama140M pre-training". */
  readonly name: string;
  readonly architecture: ArchitectureConfig;
  readonly config: Omit<TrainingConfig, "batchSize" | "maxEpochs">;
  readonly batches: StepBatches;
  /** What the loss is; the targets of the batches where it is left out. */
  readonly objective?: Objective;
  /** Words the model saw in earlier stages. */
  readonly wordsBefore: number;
  /** Where one schedule spans several stages (docs/decisions.md#d8): steps of those before, and of all. */
  readonly span?: { readonly stepsBefore: number; readonly totalSteps: number };
}

/** Where a run starts or resumes. Tensors stay the caller's. */
export interface TrainingStart {
  readonly weights: Weights;
  /** Of the optimizer; fresh ones without. */
  readonly moments?: Moments;
  /** Steps done already. */
  readonly step?: number;
  readonly wordsSeen?: number;
  /** Of the last step done. */
  readonly orderHash?: string;
  /** Named in the error when the loss diverges. */
  readonly lastCheckpoint?: () => string | null;
}

/** A training stage in progress. Owns its weights and moments: `dispose` it. */
export class TrainingRun {
  readonly #training: ResidentTraining<BatchTensors>;
  readonly #objective: Objective;
  readonly #lastCheckpoint: () => string | null;
  #step: number;
  #wordsSeen: number;
  #orderHash: string;

  constructor(
    start: TrainingStart,
    private readonly plan: TrainingPlan,
  ) {
    const { architecture, config } = plan;
    const objective = plan.objective ?? targets(config.zLoss);
    const { optimizer, precision } = config;
    this.#objective = objective;
    this.#training = startTraining(start, { architecture, optimizer, precision, objective });
    this.#step = start.step ?? 0;
    this.#wordsSeen = start.wordsSeen ?? plan.wordsBefore;
    this.#orderHash = start.orderHash ?? "";
    this.#lastCheckpoint = start.lastCheckpoint ?? (() => null);
  }

  /** Steps done. */
  get step(): number {
    return this.#step;
  }

  /** The weights as they are now; tensors the caller disposes. */
  readWeights(): Weights {
    return this.#training.readWeights();
  }

  /** The optimizer's moments as they are now; tensors the caller disposes. */
  readMoments(): Moments {
    return this.#training.readMoments();
  }

  /**
   * Trains to the end, or until `signal` aborts.
   *
   * @yields one record per step
   * @throws Error when loss or gradient is not finite, naming the step, the batch's rows and the last checkpoint; the
   *   weights are then those of the step before
   */
  async *steps(signal?: AbortSignal): AsyncGenerator<StepRecord, void, void> {
    const { config, batches, span } = this.plan;
    const { steps } = batches;
    const { stepsBefore, totalSteps } = span ?? { stepsBefore: 0, totalSteps: steps };
    const schedule = {
      peak: config.learningRate,
      schedule: config.schedule,
      warmupSteps: warmupStepsOf(config, totalSteps),
      totalSteps,
      cosineCycles: config.cosineCycles,
      ...(config.decayRatio !== undefined && { decayRatio: config.decayRatio }),
    };
    const first = this.#step;
    const begin = performance.now();
    while (this.#step < steps) {
      signal?.throwIfAborted();
      const batch = batches.at(this.#step);
      const epoch = batches.epochOf(this.#step);
      const learningRate = learningRateAt(stepsBefore + this.#step, schedule);
      const started = performance.now();
      const { lossNats, gradientNorm } = this.#update(batch, learningRate);
      this.#step += 1;
      this.#wordsSeen += batch.words;
      this.#orderHash = extendOrder(this.#orderHash, batch);
      const now = performance.now();
      yield {
        step: this.#step,
        steps,
        epoch,
        lossNats,
        learningRate,
        gradientNorm,
        trainedTokens: countTrained(batch),
        textTokens: batch.textTokens ?? 0,
        wordsSeen: this.#wordsSeen,
        orderHash: this.#orderHash,
        tokensPerSecond: (1000 * batch.batchSize * batch.lengthTokens) / (now - started),
        secondsLeft: (((now - begin) / (this.#step - first)) * (steps - this.#step)) / 1000,
      };
    }
  }

  #update(batch: Batch, learningRate: number): { lossNats: number; gradientNorm: number } {
    const { name, config } = this.plan;
    const parts = this.#partsOf(batch);
    if (parts.length === 0)
      throw new RangeError("train: a batch must hold a trained token, got none. Leave it out.");
    if (!this.#training.isPrepared(parts)) this.#prepare();
    const { loss: lossNats, gradientNorm } = this.#training.update(parts, learningRate);
    disposeParts(parts);
    if (Number.isFinite(lossNats) && Number.isFinite(gradientNorm)) return { lossNats, gradientNorm };
    const rows = batch.rowIds ? ` (rows ${batch.rowIds.slice(0, 4).join(", ")} …)` : "";
    const good = this.#lastCheckpoint();
    throw new Error(
      `train: loss and gradient of ${name} must stay finite, got ${lossNats} and ${gradientNorm} at step ${this.#step + 1}${rows}. ` +
        `Lower the learning rate, now ${config.learningRate}, or clip harder.` +
        (good === null ? "" : ` The last good checkpoint is ${good}.`),
    );
  }

  /**
   * The parts of a batch that are computed together, each by its share of the weight of all targets: their losses add up to
   * the mean over the whole.
   */
  #partsOf(batch: Batch): BatchPart<BatchTensors>[] {
    const parts = splitBatch(batch, this.plan.config.microBatchSize)
      .map((part) => ({ part, weight: trainedWeight(part) }))
      .filter(({ weight }) => weight > 0);
    const total = parts.reduce((sum, { weight }) => sum + weight, 0);
    return parts.map(({ part, weight }) => ({
      batch: this.#objective.tensorsOf(part),
      share: weight / total,
    }));
  }

  /** Records the steps that come next in this epoch: each new shape otherwise loads the graph again. */
  #prepare(): void {
    const { batches } = this.plan;
    const epoch = batches.epochOf(this.#step);
    for (let step = this.#step; step < Math.min(batches.steps, this.#step + LOOK_AHEAD); step++) {
      if (batches.epochOf(step) !== epoch) break;
      const parts = this.#partsOf(batches.at(step));
      this.#training.prepare([parts]);
      disposeParts(parts);
    }
  }

  /** Frees weights and moments. */
  dispose(): void {
    this.#training.dispose();
  }
}

/** The hash of an order with one more batch at its end. */
export const extendOrder = (before: string, { rowIds = [] }: Batch): string =>
  createHash("sha256")
    .update(`${before}\n${rowIds.join("\n")}`)
    .digest("hex")
    .slice(0, 16);

const disposeParts = (parts: readonly BatchPart<BatchTensors>[]): void => {
  tf.dispose(parts.map(({ batch }) => batch));
};

/**
 * Mean loss over the trained tokens of several batches, without training.
 *
 * @returns nats per trained token, and their number
 */
export function measureLoss(
  weights: Weights,
  batches: Iterable<Batch>,
  { architecture, precision }: { readonly architecture: ArchitectureConfig; readonly precision: Precision },
): { lossNats: number; tokens: number } {
  let total = 0;
  let tokens = 0;
  for (const batch of batches) {
    const count = countTrained(batch);
    const tensors = batchTensors(batch);
    const loss = compiledSteps(architecture, precision).evaluate({ weights, ...tensors });
    total += (loss.dataSync()[0] ?? Number.NaN) * count;
    tokens += count;
    tf.dispose([loss, tensors]);
  }
  if (tokens === 0)
    throw new RangeError("measureLoss: batches must hold at least one trained token, got none.");
  return { lossNats: total / tokens, tokens };
}
