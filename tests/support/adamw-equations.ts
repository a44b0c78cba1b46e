/**
 * @file AdamW with decoupled weight decay, and clipping by the global norm, in plain tfjs operations: the equations that the
 * graph's update is tested against.
 */
import type { OptimizerConfig } from "../../src/config/config.js";
import { tf } from "../../src/engine/backend.js";
import type { Weights } from "../../src/model/weights.js";
import { rateRatioOf } from "../../src/training/update-rule.js";

/** First and second moments by weight name, and how many updates they have seen. */
export interface OptimizerState {
  readonly firstMoments: Weights;
  readonly secondMoments: Weights;
  readonly updates: number;
}

/** Moments of zero for these weights. The caller disposes them. */
export function initializeOptimizer(weights: Weights): OptimizerState {
  const zeros = (): Weights =>
    Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name, tf.zeros(tensor.shape)]));
  return { firstMoments: zeros(), secondMoments: zeros(), updates: 0 };
}

/** Norm of all gradients together. */
export const globalNormOf = (gradients: Weights): tf.Scalar =>
  tf.tidy(() => {
    const squares = Object.values(gradients).map((gradient): tf.Scalar => tf.sum(tf.square(gradient)));
    return tf.sqrt(tf.addN(squares));
  });

/**
 * Factor of all gradients that keeps their norm from exceeding `clipNorm`.
 *
 * Source: PyTorch `clip_grad_norm_`: clipNorm / (norm + 1e-6) where that is below one.
 */
export const clipScale = (globalNorm: number, clipNorm: number): number =>
  Math.min(1, clipNorm / (globalNorm + 1e-6));

/**
 * One update. Weights of rank 2 decay, norm gains only where `decays` says so (docs/decisions.md#d3).
 *
 *   m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *   w ← w (1 − rate · decay) − rate · m̂ / (√v̂ + ε)      m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 *
 * @param learningRate the rate of this update
 * @returns new weights and moments the caller disposes; the given ones stay
 *
 * Source: Loshchilov and Hutter 2019, algorithm 2, in the order of operations of PyTorch's `AdamW`.
 */
export function updateAdamW(
  weights: Weights,
  gradients: Weights,
  state: OptimizerState,
  config: OptimizerConfig & { readonly learningRate: number },
): { weights: Weights; state: OptimizerState } {
  const { beta1, beta2, epsilon, weightDecay, decays } = config;
  const updates = state.updates + 1;
  const [correction1, correction2] = [1 - beta1 ** updates, 1 - beta2 ** updates];
  const next: Record<string, tf.Tensor> = {};
  const firstMoments: Record<string, tf.Tensor> = {};
  const secondMoments: Record<string, tf.Tensor> = {};
  for (const [name, weight] of Object.entries(weights)) {
    const [gradient, m, v] = [gradients[name], state.firstMoments[name], state.secondMoments[name]];
    if (!gradient || !m || !v)
      throw new Error(
        `updateAdamW: ${name} must have a gradient and both moments. Pass the state of these weights.`,
      );
    const learningRate = config.learningRate * rateRatioOf(name, config);
    const { updated, first, second } = tf.tidy(() => {
      const first = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const denominator = tf.add(tf.sqrt(tf.div(second, correction2)), epsilon);
      const change = tf.mul(tf.div(first, denominator), learningRate / correction1);
      const decay = weight.rank > 1 || decays === "everything";
      const decayed = decay ? tf.mul(weight, 1 - learningRate * weightDecay) : weight;
      return { updated: tf.sub(decayed, change), first, second };
    });
    [next[name], firstMoments[name], secondMoments[name]] = [updated, first, second];
  }
  return { weights: next, state: { firstMoments, secondMoments, updates } };
}
