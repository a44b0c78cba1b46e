/** @file Cross-entropy of the next token, and the log-probabilities it is made of, from the decoder's hidden states. */
import { tf } from "../engine/backend.js";
import { rowLosses, vocabularyLoss } from "../engine/cross-entropy.js";

/**
 * Natural-log probability of each target.
 *
 * @param hidden  [N, D], from `decodeHidden`
 * @param output  [V, D]
 * @param targets int32 [N]
 * @returns       [N], ≤ 0
 */
export const targetLogProbs = (hidden: tf.Tensor2D, output: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D =>
  tf.tidy(() => tf.neg(rowLosses(hidden, output, targets)));

/**
 * Mean cross-entropy over the trained targets of the whole batch.
 *
 * @param hidden  [N, D] with N = B · T, from `decodeHidden`
 * @param output  [V, D]
 * @param targets int32 [B, T], the input shifted by one
 * @param mask    [B, T], 1 where the target is trained
 * @returns       scalar, nats per trained token; NaN when none is trained
 *
 * Differs: the mean is over tokens, not over rows first, so a long reply weighs more than a short one (paper.md D2).
 */
export function crossEntropy(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  targets: tf.Tensor2D,
  mask: tf.Tensor2D,
): tf.Scalar {
  return tf.tidy(() => {
    const shares = tf.div(mask, tf.sum(mask)); // [B, T]
    return vocabularyLoss(hidden, output, tf.reshape(targets, [-1]), tf.reshape(shares, [-1]));
  });
}
