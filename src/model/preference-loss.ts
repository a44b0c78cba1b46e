/** @file Losses on a better and a worse reply to the same prompt: DPO and SimPO (docs/options.md#d26). */
import { tf } from "../engine/backend.js";
import { tokenSurprisals } from "../engine/cross-entropy.js";

/** Which loss, and its settings. */
export type PreferenceLoss =
  | {
      /** Against the log-probabilities of a reference, the weights that the stage began with. */
      readonly loss: "dpo";
      /** How strongly the reference holds; above 0. */
      readonly beta: number;
    }
  | {
      /** Mean log-probabilities, without a reference. */
      readonly loss: "simpo";
      readonly beta: number;
      /** By how much β times their difference should exceed 0; from 0. */
      readonly margin: number;
    };

/**
 * ln p of the marked tokens of each row together.
 *
 * @param hidden  [B · T, D], from `decodeHidden`
 * @param output  [V, D]
 * @param targets int32 [B, T], the input shifted by one
 * @param mask    [B, T], 1 where the target belongs to the reply
 * @returns       [B], ≤ 0
 */
export function rowLogProbs(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  targets: tf.Tensor2D,
  mask: tf.Tensor2D,
): tf.Tensor1D {
  const surprisals = tokenSurprisals(hidden, output, tf.reshape(targets, [-1])); // [B · T]
  return tf.neg(tf.sum<tf.Tensor1D>(tf.mul(tf.reshape(surprisals, mask.shape), mask), 1));
}

/**
 * Mean loss over the pairs of a batch, whose rows are chosen and rejected replies by turns.
 *
 *   DPO     −ln σ(β · ((ln p(chosen) − ln p₀(chosen)) − (ln p(rejected) − ln p₀(rejected))))
 *   SimPO   −ln σ(β · (ln p(chosen) / |chosen| − ln p(rejected) / |rejected|) − margin)
 *
 * @param logProbs [2 N], from `rowLogProbs`
 * @param rows.lengths   tokens of each reply, [2 N]
 * @param rows.reference ln p₀ of each row under the reference, [2 N]; DPO needs it
 * @returns scalar, nats a pair
 *
 * Source: Rafailov et al. 2023, DPO, equation 7; Meng et al. 2024, SimPO, equation 6. TRL 0.24 gives the same numbers
 * (`tests/golden/make/preferences.py`; its `simpo_gamma` is our margin).
 */
export function preferenceLoss(
  logProbs: tf.Tensor1D,
  { lengths, reference }: { readonly lengths: tf.Tensor1D; readonly reference?: tf.Tensor1D | undefined },
  settings: PreferenceLoss,
): tf.Scalar {
  return tf.tidy(() => {
    const advantage = (scores: tf.Tensor1D): tf.Tensor1D =>
      tf.sum(tf.mul(tf.reshape(scores, [-1, 2]), tf.tensor2d([[1, -1]])), 1); // [N]
    if (settings.loss === "simpo") {
      const { beta, margin } = settings;
      const gap = tf.sub(tf.mul(advantage(tf.div(logProbs, lengths)), beta), margin); // [N]
      return tf.mean<tf.Scalar>(tf.softplus(tf.neg(gap)));
    }
    if (!reference)
      throw new Error(
        "preferenceLoss: dpo must have the reference's log-probabilities, got none. Score them before training.",
      );
    const gap = tf.mul(advantage(tf.sub(logProbs, reference)), settings.beta); // [N]
    return tf.mean<tf.Scalar>(tf.softplus(tf.neg(gap)));
  });
}
