/** @file Cross-entropy of the next token, and the log-probabilities it is made of. */
import { tf } from "../engine/backend.js";

/**
 * Natural-log probability of each target.
 *
 * @param logits  [B, T, V]
 * @param targets int32 [B, T]
 * @returns       [B, T], ≤ 0
 */
export function targetLogProbs(logits: tf.Tensor3D, targets: tf.Tensor2D): tf.Tensor2D {
  const [batchSize, lengthTokens, vocabSize] = logits.shape;
  const pickTargets = tf.customGrad((flat, save) => {
    const logProbs = tf.logSoftmax(flat as tf.Tensor2D); // [N, V]
    const chosen = tf.oneHot(tf.reshape(targets, [-1]), vocabSize, 1, 0, "float32"); // [N, V]
    if (typeof save !== "function")
      throw new Error("targetLogProbs: tfjs must hand over save. Pin its version.");
    save([logProbs, chosen]);
    return {
      value: tf.sum(tf.mul(logProbs, chosen), -1), // [N]
      // d log p(target) / d logits = oneHot − softmax, in place of tfjs' gradients of gather and logSumExp.
      gradFunc: (upstream: tf.Tensor, [savedLogProbs, savedChosen]: tf.Tensor[]) => {
        if (!savedLogProbs || !savedChosen)
          throw new Error("targetLogProbs: two saved tensors are expected.");
        return tf.mul(tf.sub(savedChosen, tf.exp(savedLogProbs)), tf.expandDims(upstream, -1)); // [N, V]
      },
    };
  });
  return tf.tidy(() =>
    tf.reshape(pickTargets(tf.reshape(logits, [-1, vocabSize])), [batchSize, lengthTokens] as [
      number,
      number,
    ]),
  );
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
