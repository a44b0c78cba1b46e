/** @file Cross-entropy of the next token, and the log-probabilities it is made of, from the decoder's hidden states. */
import { tf } from "../engine/backend.js";
import { logSums, vocabularyLoss } from "../engine/cross-entropy.js";

/**
 * Natural-log probability of tokens after given positions, or of any of a group of tokens.
 *
 *   ln p(token | position) = hidden[position] · output[token] − ln Σ exp(hidden[position] · outputᵀ)
 *   ln p(group | position) = ln Σ_group exp(hidden[position] · output[token]) − the same
 *
 * @param hidden   [N, D], from `decodeHidden`
 * @param output   [V, D]
 * @param asked.positions rows of `hidden` that something is asked of, int32 [M]
 * @param asked.rows      which of those a token follows, below M, int32 [R]
 * @param asked.tokens    the tokens, int32 [R]; with a group −1 asks for any of it
 * @param group    tokens, int32 [G]
 * @returns        [R], ≤ 0
 */
export function logProbsAt(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  { positions, rows, tokens }: Record<"positions" | "rows" | "tokens", tf.Tensor1D>,
  group?: tf.Tensor1D,
): tf.Tensor1D {
  return tf.tidy(() => {
    const before: tf.Tensor2D = tf.gather(hidden, positions); // [M, D]
    const single: tf.Tensor1D = group ? tf.maximum(tokens, tf.scalar(0, "int32")) : tokens;
    let logits: tf.Tensor1D = tf.sum(tf.mul(tf.gather(before, rows), tf.gather(output, single)), -1); // [R]
    if (group) {
      const ofGroup: tf.Tensor1D = tf.gather(logSums(before, tf.gather(output, group)), rows); // [R]
      logits = tf.where(tf.less(tokens, tf.scalar(0, "int32")), ofGroup, logits);
    }
    return tf.sub(logits, tf.gather(logSums(before, output), rows));
  });
}

/**
 * Mean cross-entropy over the trained targets of the whole batch, and `zLoss` times the mean square of the logarithm of what
 * the softmax divides by.
 *
 * @param hidden  [N, D] with N = B · T or fewer, from `decodeHidden`
 * @param output  [V, D]
 * @param targets int32 [B, T] or [N], the input shifted by one
 * @param mask    as many, 1 where the target is trained; with masked rows another weight
 * @param zLoss   0 without the square (docs/options.md#d29)
 * @returns       scalar, nats per trained token; NaN when none is trained
 *
 * Differs: the mean is over tokens, not over rows first, so a long reply weighs more than a short one (docs/decisions.md#d2).
 */
export function crossEntropy(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  targets: tf.Tensor,
  mask: tf.Tensor,
  zLoss = 0,
): tf.Scalar {
  return tf.tidy(() => {
    const shares = tf.div(mask, tf.sum(mask));
    return vocabularyLoss(hidden, output, tf.reshape(targets, [-1]), tf.reshape(shares, [-1]), { zLoss });
  });
}
