/** @file Cross-entropy of the next token, and the log-probabilities it is made of. */
import { tf } from "../engine/backend.js";
import { sparseCrossEntropy } from "../engine/cross-entropy.js";

/**
 * Natural-log probability of each target.
 *
 * @param logits  [B, T, V]
 * @param targets int32 [B, T]
 * @returns       [B, T], ≤ 0
 */
export function targetLogProbs(logits: tf.Tensor3D, targets: tf.Tensor2D): tf.Tensor2D {
  const [batchSize, lengthTokens, vocabSize] = logits.shape;
  return tf.tidy(() => {
    const losses = sparseCrossEntropy(tf.reshape(logits, [-1, vocabSize]), tf.reshape(targets, [-1])); // [B · T]
    return tf.reshape(tf.neg(losses), [batchSize, lengthTokens] as [number, number]);
  });
}

/**
 * Mean cross-entropy over the trained targets of the whole batch.
 *
 * @param logits  [B, T, V]
 * @param targets int32 [B, T], the input shifted by one
 * @param mask    [B, T], 1 where the target is trained
 * @returns       scalar, nats per trained token
 *
 * Differs: the mean is over tokens, not over rows first, so a long reply weighs more than a short one (paper.md D2).
 */
export function crossEntropy(logits: tf.Tensor3D, targets: tf.Tensor2D, mask: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const logProbs = targetLogProbs(logits, targets); // [B, T]
    const total: tf.Scalar = tf.sum(tf.mul(logProbs, mask));
    const count: tf.Scalar = tf.sum(mask);
    return tf.neg(tf.div<tf.Scalar>(total, count));
  });
}
