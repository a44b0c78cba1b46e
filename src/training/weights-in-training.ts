/**
 * @file Weights under training with their optimizer: variables of a TensorFlow graph where there is TensorFlow, tensors
 * that are replaced at each step elsewhere. The equations are those of `optimizer.ts` either way.
 */
import type { OptimizerConfig } from "../config/config.js";
import { AdamWGraph, type Slot } from "../engine/adamw-graph.js";
import { tf } from "../engine/backend.js";
import { tensorflowBackend } from "../engine/tensorflow-backend.js";
import type { Weights } from "../model/weights.js";
import {
  clipScale,
  disposeOptimizer,
  globalNormOf,
  initializeOptimizer,
  rateRatiosOf,
  updateAdamW,
  type OptimizerState,
} from "./optimizer.js";

/** The optimizer's memory; its updates are counted, because the bias corrections depend on their number. */
export interface Moments {
  readonly updates: number;
  readonly first: Weights;
  readonly second: Weights;
}

/** What a training loop does with its weights. Owns tensors: `dispose` it. */
export interface WeightsInTraining {
  /** Weights or moments as they are now; tensors the caller disposes, before the next update to save a copy. */
  read(slot: Slot): Weights;
  /** Both moments as they are now; tensors the caller disposes, before the next update to save a copy. */
  readMoments(): Moments;
  /** Norm of all gradients together, before clipping. */
  gradientNorm(gradients: Weights): number;
  /** One update, the gradients clipped by their norm. */
  update(gradients: Weights, how: { readonly gradientNorm: number; readonly learningRate: number }): void;
  dispose(): void;
}

/** Takes over a starting point; the caller's tensors stay. Without moments the optimizer starts from zero. */
export function startTraining(
  weights: Weights,
  config: OptimizerConfig,
  moments?: Moments,
): WeightsInTraining {
  const backend = tensorflowBackend();
  if (backend === null) return new PlainWeights(weights, config, moments);
  const graph = new AdamWGraph(backend, weights, { ...config, rateRatios: rateRatiosOf(weights, config) });
  if (moments) {
    graph.write("firstMoment", moments.first);
    graph.write("secondMoment", moments.second);
  }
  return new GraphWeights(graph, config, moments?.updates ?? 0);
}

class GraphWeights implements WeightsInTraining {
  #updates: number;

  constructor(
    private readonly graph: AdamWGraph,
    private readonly config: OptimizerConfig,
    updates: number,
  ) {
    this.#updates = updates;
  }

  read(slot: Slot): Weights {
    return this.graph.read(slot);
  }

  readMoments(): Moments {
    return { updates: this.#updates, first: this.read("firstMoment"), second: this.read("secondMoment") };
  }

  gradientNorm(gradients: Weights): number {
    return this.graph.norm(gradients);
  }

  update(
    gradients: Weights,
    { gradientNorm, learningRate }: { readonly gradientNorm: number; readonly learningRate: number },
  ): void {
    const { beta1, beta2, epsilon, weightDecay, clipNorm } = this.config;
    this.#updates += 1;
    const [share1, share2] = [1 - beta1 ** this.#updates, 1 - beta2 ** this.#updates];
    this.graph.update(gradients, {
      correctedRate: (learningRate * Math.sqrt(share2)) / share1,
      correctedEpsilon: epsilon * Math.sqrt(share2),
      decay: learningRate * weightDecay,
      scale: clipScale(gradientNorm, clipNorm),
    });
  }

  dispose(): void {
    this.graph.dispose();
  }
}

class PlainWeights implements WeightsInTraining {
  #weights: Weights;
  #state: OptimizerState;

  constructor(
    weights: Weights,
    private readonly config: OptimizerConfig,
    moments?: Moments,
  ) {
    this.#weights = cloned(weights);
    this.#state = moments
      ? {
          updates: moments.updates,
          firstMoments: cloned(moments.first),
          secondMoments: cloned(moments.second),
        }
      : initializeOptimizer(this.#weights);
  }

  read(slot: Slot): Weights {
    const { firstMoments, secondMoments } = this.#state;
    return cloned({ weight: this.#weights, firstMoment: firstMoments, secondMoment: secondMoments }[slot]);
  }

  readMoments(): Moments {
    const { updates, firstMoments, secondMoments } = this.#state;
    return { updates, first: cloned(firstMoments), second: cloned(secondMoments) };
  }

  gradientNorm(gradients: Weights): number {
    const norm = globalNormOf(gradients);
    const [value = Number.NaN] = norm.dataSync();
    norm.dispose();
    return value;
  }

  update(
    gradients: Weights,
    { gradientNorm, learningRate }: { readonly gradientNorm: number; readonly learningRate: number },
  ): void {
    const scale = clipScale(gradientNorm, this.config.clipNorm);
    const clipped = Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)]),
    );
    const next = updateAdamW(this.#weights, clipped, this.#state, { ...this.config, learningRate });
    tf.dispose(clipped);
    this.dispose();
    [this.#weights, this.#state] = [next.weights, next.state];
  }

  dispose(): void {
    tf.dispose({ ...this.#weights });
    disposeOptimizer(this.#state);
  }
}

const cloned = (weights: Weights): Weights =>
  Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tf.clone(tensor)]));
