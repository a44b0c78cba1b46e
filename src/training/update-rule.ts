/**
 * @file How a step changes weights that stay in the graph: AdamW by TensorFlow's fused kernel. Another optimizer is
 * another `UpdateRule`.
 */
import type { OptimizerConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { applyAdam, assignSub, type Variable } from "../engine/effects.js";
import { isEmbedding } from "../model/weights.js";

/** One weight with its moments, which start at zero. */
export interface TrainedWeight {
  readonly name: string;
  readonly weight: Variable;
  readonly first: Variable;
  /** Absent where the rule has none. */
  readonly second?: Variable;
}

/** An optimizer. */
export interface UpdateRule<Scalar extends string = string> {
  /**
   * The numbers an update is handed.
   *
   * @param updates how many there have been, this one included
   */
  readonly scalars: (learningRate: number, updates: number) => Record<Scalar, number>;
  /** Whether a weight has a second moment; each has one where this is left out. */
  readonly hasSecond?: (name: string, rank: number) => boolean;
  /** Records the update of one weight, in tfjs operations and effects. @param gradient already clipped */
  readonly update: (weight: TrainedWeight, gradient: tf.Tensor, scalars: Record<Scalar, tf.Scalar>) => void;
}

/** Factor of the learning rate of a weight (docs/options.md#d30). */
export const rateRatioOf = (name: string, { embeddingRateRatio = 1 }: OptimizerConfig): number =>
  isEmbedding(name) ? embeddingRateRatio : 1;

/**
 * AdamW; weights of rank 2 decay, norm gains only where `decays` says so (docs/decisions.md#d3).
 *
 *   m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *   w ← w (1 − rate · decay) − rate · m̂ / (√v̂ + ε)      m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
 *
 * Source: Loshchilov and Hutter 2019, algorithm 2. Differs: both bias corrections are in the rate and ε, which the kernel adds before them.
 */
export function adamW(config: OptimizerConfig): UpdateRule<"rate" | "epsilon" | "decay"> {
  const { beta1, beta2, epsilon, weightDecay, decays } = config;
  return {
    scalars(learningRate, updates) {
      const [share1, share2] = [1 - beta1 ** updates, 1 - beta2 ** updates];
      return {
        rate: (learningRate * Math.sqrt(share2)) / share1,
        epsilon: epsilon * Math.sqrt(share2),
        decay: learningRate * weightDecay,
      };
    },
    update({ name, weight, first, second }, gradient, { rate, epsilon, decay }) {
      const ratio = rateRatioOf(name, config);
      const own = (number: tf.Scalar): tf.Scalar => (ratio === 1 ? number : tf.mul(number, ratio));
      if (weight.value.rank > 1 || decays === "everything")
        assignSub(weight, tf.mul(weight.value, own(decay)));
      const betas = { beta1: tf.scalar(beta1), beta2: tf.scalar(beta2) };
      if (!second) throw new Error("adamW: a weight must have both moments. This is a fault of the kit.");
      applyAdam({ weight, first, second }, gradient, { rate: own(rate), epsilon, ...betas });
    },
  };
}
