/**
 * @file The training loop: an async generator of one record a step. What is trained on, and in which order, is decided
 * by the batches it is given (`data/batches.ts`, `curriculum.ts`).
 */
import type { ArchitectureConfig, TrainingConfig } from "../config.js";
import type { Batch } from "../data/batches.js";
import { tf } from "../engine/backend.js";
import { decode, type Weights } from "../model/decoder.js";
import { crossEntropy } from "../model/loss.js";
import { learningRateAt, warmupStepsOf } from "./learning-rate.js";
import {
  clipByGlobalNorm,
  disposeOptimizer,
  initializeOptimizer,
  updateAdamW,
  type OptimizerState,
} from "./optimizer.js";

/** One optimiser update. */
export interface StepRecord {
  /** Counted from 1. */
  readonly step: number;
  readonly steps: number;
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean over the batch's trained tokens, before the update. */
  readonly lossNats: number;
  readonly learningRate: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  readonly trainedTokens: number;
  /** Tokens of the batch, padding included, over the time of the step. */
  readonly tokensPerSecond: number;
  /** Steps left times the mean time of the steps so far. */
  readonly secondsLeft: number;
}

/** What one training phase needs. */
export interface TrainingPlan {
  /** Named in errors and progress, such as "llama140M pre-training". */
  readonly name: string;
  readonly architecture: ArchitectureConfig;
  readonly config: TrainingConfig;
  /** Batches of one epoch, counted from 0; every epoch must have as many. */
  readonly batchesOf: (epoch: number) => readonly Batch[];
}

/** A training phase under way. Owns its weights and moments: `dispose` it, or `release` the weights. */
export class TrainingRun {
  #weights: Weights;
  #state: OptimizerState;

  /**
   * @param weights the starting point; copied, the caller's tensors stay
   */
  constructor(
    weights: Weights,
    private readonly plan: TrainingPlan,
  ) {
    this.#weights = Object.fromEntries(
      Object.entries(weights).map(([name, tensor]) => [name, tf.clone(tensor)]),
    );
    this.#state = initializeOptimizer(this.#weights);
  }

  /** The weights as they are now; they stay this run's own. */
  get weights(): Weights {
    return this.#weights;
  }

  /**
   * Trains to the end, or until `signal` aborts.
   *
   * @yields one record a step
   * @throws Error when loss or gradient is not finite, naming the step and the batch's rows; the weights are then those
   *   of the step before
   */
  async *steps(signal?: AbortSignal): AsyncGenerator<StepRecord, void, void> {
    const { name, config, batchesOf } = this.plan;
    const stepsPerEpoch = batchesOf(0).length;
    const steps = stepsPerEpoch * config.maxEpochs;
    if (steps < 1)
      throw new RangeError(
        `train: ${name} must have at least one batch an epoch, got none. Give it more data.`,
      );
    const warmupSteps = warmupStepsOf(config, steps);
    const begin = performance.now();
    let step = 0;
    for (let epoch = 1; epoch <= config.maxEpochs; epoch++) {
      for (const batch of batchesOf(epoch - 1)) {
        signal?.throwIfAborted();
        const learningRate = learningRateAt(step, {
          peak: config.learningRate,
          schedule: config.schedule,
          warmupSteps,
          totalSteps: steps,
          cosineCycles: config.cosineCycles,
        });
        const started = performance.now();
        const { lossNats, gradientNorm } = await this.#update(batch, learningRate, step + 1);
        step += 1;
        const now = performance.now();
        yield {
          step,
          steps,
          epoch,
          lossNats,
          learningRate,
          gradientNorm,
          trainedTokens: batch.targetMask.reduce((sum, trained) => sum + trained, 0),
          tokensPerSecond: (1000 * batch.batchSize * batch.lengthTokens) / (now - started),
          secondsLeft: (((now - begin) / step) * (steps - step)) / 1000,
        };
      }
    }
  }

  async #update(
    batch: Batch,
    learningRate: number,
    step: number,
  ): Promise<{ lossNats: number; gradientNorm: number }> {
    const { name, config } = this.plan;
    const names = Object.keys(this.#weights);
    const [loss, globalNorm, ...clipped] = tf.tidy(() => {
      const { value, gradients } = lossAndGradients(this.#weights, batch, this.plan.architecture);
      const result = clipByGlobalNorm(gradients, config.optimizer.clipNorm);
      return [value, result.globalNorm, ...names.map((weight) => result.clipped[weight] ?? value)];
    });
    const [lossNats = Number.NaN] = (await loss?.data()) ?? [];
    const [gradientNorm = Number.NaN] = (await globalNorm?.data()) ?? [];
    if (!Number.isFinite(lossNats) || !Number.isFinite(gradientNorm)) {
      tf.dispose([loss, globalNorm, ...clipped].filter((tensor) => tensor !== undefined));
      const rows = batch.rowIds ? ` (rows ${batch.rowIds.slice(0, 4).join(", ")} …)` : "";
      throw new Error(
        `train: loss and gradient of ${name} must stay finite, got ${lossNats} and ${gradientNorm} at step ${step}${rows}. Lower the learning rate, now ${config.learningRate}, or clip harder.`,
      );
    }
    const gradients = Object.fromEntries(names.map((weight, index) => [weight, clipped[index] as tf.Tensor]));
    const next = updateAdamW(this.#weights, gradients, this.#state, { ...config.optimizer, learningRate });
    tf.dispose([loss, globalNorm, ...clipped].filter((tensor) => tensor !== undefined));
    tf.dispose({ ...this.#weights });
    disposeOptimizer(this.#state);
    [this.#weights, this.#state] = [next.weights, next.state];
    return { lossNats, gradientNorm };
  }

  /** Frees weights and moments. */
  dispose(): void {
    tf.dispose({ ...this.#weights });
    disposeOptimizer(this.#state);
  }
}

/** Loss of one batch and its gradient for every weight; the caller disposes both or calls inside `tf.tidy`. */
export function lossAndGradients(
  weights: Weights,
  batch: Batch,
  architecture: ArchitectureConfig,
): { value: tf.Scalar; gradients: Weights } {
  const names = Object.keys(weights);
  const { inputs, targets, mask } = batchTensors(batch);
  const lossOf = (...values: tf.Tensor[]): tf.Scalar => {
    const named = Object.fromEntries(names.map((name, index) => [name, values[index] as tf.Tensor]));
    return crossEntropy(decode(inputs, named, architecture), targets, mask);
  };
  const { value, grads } = tf.valueAndGrads(lossOf)(Object.values(weights));
  return {
    value,
    gradients: Object.fromEntries(names.map((name, index) => [name, grads[index] as tf.Tensor])),
  };
}

/**
 * Mean loss over the trained tokens of several batches, without training.
 *
 * @returns nats per trained token
 */
export async function measureLoss(
  weights: Weights,
  batches: readonly Batch[],
  architecture: ArchitectureConfig,
): Promise<number> {
  let total = 0;
  let tokens = 0;
  for (const batch of batches) {
    const count = batch.targetMask.reduce((sum, trained) => sum + trained, 0);
    const loss = tf.tidy(() => {
      const { inputs, targets, mask } = batchTensors(batch);
      return crossEntropy(decode(inputs, weights, architecture), targets, mask);
    });
    total += ((await loss.data())[0] ?? Number.NaN) * count;
    tokens += count;
    loss.dispose();
  }
  if (tokens === 0)
    throw new RangeError("measureLoss: batches must hold at least one trained token, got none.");
  return total / tokens;
}

function batchTensors(batch: Batch): { inputs: tf.Tensor2D; targets: tf.Tensor2D; mask: tf.Tensor2D } {
  const shape: [number, number] = [batch.batchSize, batch.lengthTokens]; // [B, T]
  return {
    inputs: tf.tensor2d(batch.inputIds, shape, "int32"),
    targets: tf.tensor2d(batch.targetIds, shape, "int32"),
    mask: tf.tensor2d(batch.targetMask, shape),
  };
}
