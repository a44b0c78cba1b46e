/**
 * @file The training loop: an async generator of one record a step. What is trained on, and in which order, is decided
 * by the batches it is given (`data/batches.ts`, `curriculum.ts`).
 */
import type { ArchitectureConfig, Precision, TrainingConfig } from "../config.js";
import { countTrained, splitBatch, type Batch } from "../data/batches.js";
import { tf } from "../engine/backend.js";
import type { Weights } from "../model/decoder.js";
import { learningRateAt, warmupStepsOf } from "./learning-rate.js";
import { batchTensors, compiledSteps, type LossAndGradients } from "./training-step.js";
import { startTraining, type WeightsInTraining } from "./weights-in-training.js";

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
  readonly batchesOf: (epoch: number) => Iterable<Batch>;
  readonly stepsPerEpoch: number;
}

/** A training phase under way. Owns its weights and moments: `dispose` it. */
export class TrainingRun {
  readonly #weights: WeightsInTraining;

  /**
   * @param weights the starting point; copied, the caller's tensors stay
   */
  constructor(
    weights: Weights,
    private readonly plan: TrainingPlan,
  ) {
    this.#weights = startTraining(weights, plan.config.optimizer);
  }

  /** The weights as they are now; tensors the caller disposes. */
  readWeights(): Weights {
    return this.#weights.read("weight");
  }

  /**
   * Trains to the end, or until `signal` aborts.
   *
   * @yields one record a step
   * @throws Error when loss or gradient is not finite, naming the step and the batch's rows; the weights are then those
   *   of the step before
   */
  async *steps(signal?: AbortSignal): AsyncGenerator<StepRecord, void, void> {
    const { name, config, batchesOf, stepsPerEpoch } = this.plan;
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
        const { lossNats, gradientNorm } = this.#update(batch, learningRate, step + 1);
        step += 1;
        const now = performance.now();
        yield {
          step,
          steps,
          epoch,
          lossNats,
          learningRate,
          gradientNorm,
          trainedTokens: countTrained(batch),
          tokensPerSecond: (1000 * batch.batchSize * batch.lengthTokens) / (now - started),
          secondsLeft: (((now - begin) / step) * (steps - step)) / 1000,
        };
      }
    }
  }

  #update(batch: Batch, learningRate: number, step: number): { lossNats: number; gradientNorm: number } {
    const { name, config, architecture } = this.plan;
    const weights = this.#weights.read("weight");
    const { loss, gradients } = accumulate(weights, splitBatch(batch, config.microBatchSize), {
      architecture,
      precision: config.precision,
    });
    tf.dispose({ ...weights }); // before the update, which else would copy them
    const [lossNats = Number.NaN] = loss.dataSync();
    const gradientNorm = this.#weights.gradientNorm(gradients);
    const isFinite = Number.isFinite(lossNats) && Number.isFinite(gradientNorm);
    if (isFinite) this.#weights.update(gradients, { gradientNorm, learningRate });
    tf.dispose({ loss, ...gradients });
    if (isFinite) return { lossNats, gradientNorm };
    const rows = batch.rowIds ? ` (rows ${batch.rowIds.slice(0, 4).join(", ")} …)` : "";
    throw new Error(
      `train: loss and gradient of ${name} must stay finite, got ${lossNats} and ${gradientNorm} at step ${step}${rows}. Lower the learning rate, now ${config.learningRate}, or clip harder.`,
    );
  }

  /** Frees weights and moments. */
  dispose(): void {
    this.#weights.dispose();
  }
}

/**
 * Loss and gradients of a batch from those of its parts, each by its share of the trained tokens: the same mean over tokens
 * as of the whole.
 */
function accumulate(
  weights: Weights,
  parts: readonly Batch[],
  { architecture, precision }: { readonly architecture: ArchitectureConfig; readonly precision: Precision },
): LossAndGradients {
  const { train } = compiledSteps(architecture, precision);
  const total = parts.reduce((sum, part) => sum + countTrained(part), 0);
  let sums: LossAndGradients | null = null;
  for (const part of parts) {
    const trained = countTrained(part);
    if (trained === 0 && parts.length > 1) continue;
    const tensors = batchTensors(part);
    const found = train({ weights, ...tensors });
    tf.dispose(tensors);
    if (trained === total) return found;
    const before: LossAndGradients | null = sums;
    sums = tf.tidy(() => addShare(before, found, trained / total));
    tf.dispose([before ?? [], found]);
  }
  if (sums === null)
    throw new RangeError("train: a batch must hold a trained token, got none. Leave it out.");
  return sums;
}

/** sums + share · found. */
function addShare(sums: LossAndGradients | null, found: LossAndGradients, share: number): LossAndGradients {
  const add = <T extends tf.Tensor>(before: T | undefined, part: T): T => {
    const scaled: T = tf.mul(part, share);
    return before ? tf.add(before, scaled) : scaled;
  };
  const gradients = Object.fromEntries(
    Object.entries(found.gradients).map(([name, gradient]) => [name, add(sums?.gradients[name], gradient)]),
  );
  return { loss: add(sums?.loss, found.loss), gradients };
}

/**
 * Mean loss over the trained tokens of several batches, without training.
 *
 * @returns nats per trained token
 */
export function measureLoss(
  weights: Weights,
  batches: Iterable<Batch>,
  { architecture, precision }: { readonly architecture: ArchitectureConfig; readonly precision: Precision },
): number {
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
  return total / tokens;
}
