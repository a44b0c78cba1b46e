/**
 * @file Softmax cross-entropy with whole-number labels: one TensorFlow kernel for value and gradient where the backend
 * has it, plain tfjs ops elsewhere. tfjs has no such op, and its one-hot detour fills memory with [N, V] arrays.
 */
import { tf } from "./backend.js";
import { withGradient } from "./custom-gradient.js";
import { DATA_TYPES, tensorflowBackend } from "./tensorflow-backend.js";
import { startingAfter } from "./trace.js";

/** Losses, and the derivative of each loss with respect to its row of logits. */
interface LossAndDerivative {
  readonly losses: tf.Tensor1D; // [N]
  readonly derivative: tf.Tensor2D; // [N, V], softmax − one-hot
}

/** Elements of a block of logits: 128 MiB of float32. */
const BLOCK_ELEMENTS = 2 ** 25;

const rowsOfBlock = (vocabSize: number): number => Math.max(1, Math.floor(BLOCK_ELEMENTS / vocabSize));

/** Bounds of the blocks of N rows. */
const blocksOf = (numRows: number, blockRows: number): { from: number; size: number }[] =>
  Array.from({ length: Math.ceil(numRows / blockRows) }, (_, index) => ({
    from: index * blockRows,
    size: Math.min(blockRows, numRows - index * blockRows),
  }));

/**
 * −ln softmax(hidden · outputᵀ)[label], row by row and without a derivative.
 *
 * @param hidden [N, D]
 * @param output [V, D]
 * @param labels int32 [N]
 * @returns      [N], nats
 *
 * Source: TensorFlow, SparseSoftmaxCrossEntropyWithLogits.
 */
export function rowLosses(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  labels: tf.Tensor1D,
  blockRows = rowsOfBlock(output.shape[0]),
): tf.Tensor1D {
  const [numRows, hiddenSize] = hidden.shape;
  return tf.tidy(() => {
    const parts: tf.Tensor1D[] = [];
    for (const { from, size } of blocksOf(numRows, blockRows))
      startingAfter(parts.at(-1) ?? hidden, () => {
        const rows = tf.slice(hidden, [from, 0], [size, hiddenSize]); // [n, D]
        const logits: tf.Tensor2D = tf.matMul(rows, output, false, true); // [n, V]
        parts.push(lossAndDerivative(logits, tf.slice(labels, from, size)).losses);
      });
    return tf.concat1d(parts);
  });
}

/**
 * Σ weight · (−ln softmax(hidden · outputᵀ)[label]), the logits made and used in blocks of rows: at no time are all of
 * them in memory. Both derivatives are made in the forward pass, while a block's logits are at hand.
 *
 * @param hidden  [N, D]
 * @param output  [V, D]
 * @param labels  int32 [N]
 * @param weights [N]; 1/N each for a mean, 0 leaves a row out
 * @returns       scalar, nats
 *
 * Source: Hsu et al. 2024, Liger Kernel, section 3.2 "FusedLinearCrossEntropy".
 */
export function vocabularyLoss(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
  blockRows = rowsOfBlock(output.shape[0]),
): tf.Scalar {
  const [numRows, hiddenSize] = hidden.shape;
  const loss = withGradient([hidden, output], ([h, w]) => {
    const [hidden, output] = [h as tf.Tensor2D, w as tf.Tensor2D];
    const sums: tf.Scalar[] = [];
    const hiddenParts: tf.Tensor2D[] = [];
    const outputParts: tf.Tensor2D[] = [];
    for (const { from, size } of blocksOf(numRows, blockRows)) {
      startingAfter(outputParts.at(-1) ?? hidden, () => {
        const rows = tf.slice(hidden, [from, 0], [size, hiddenSize]); // [n, D]
        const logits: tf.Tensor2D = tf.matMul(rows, output, false, true); // [n, V]
        const { losses, derivative } = lossAndDerivative(logits, tf.slice(labels, from, size));
        const share = tf.slice(weights, from, size); // [n]
        const column = tf.expandDims(share, -1); // [n, 1]
        sums.push(tf.sum(tf.mul(losses, share)));
        // The weights scale [n, D] arrays here, not the [n, V] derivative.
        hiddenParts.push(tf.mul(tf.matMul(derivative, output), column));
        outputParts.push(tf.matMul<tf.Tensor2D>(derivative, tf.mul(rows, column), true, false));
      });
    }
    return {
      value: tf.addN(sums),
      saved: [tf.concat(hiddenParts, 0), tf.addN(outputParts)],
      gradient: (upstream, saved) => saved.map((derivative) => tf.mul(derivative, upstream)),
    };
  });
  return loss as tf.Scalar;
}

function lossAndDerivative(logits: tf.Tensor2D, labels: tf.Tensor1D): LossAndDerivative {
  const backend = tensorflowBackend();
  if (backend === null) return composedLossAndDerivative(logits, labels);
  const { TF_ATTR_TYPE } = backend.binding;
  const attributes = [
    { name: "T", type: TF_ATTR_TYPE, value: DATA_TYPES.float32 },
    { name: "Tlabels", type: TF_ATTR_TYPE, value: DATA_TYPES.int32 },
  ];
  const op = "SparseSoftmaxCrossEntropyWithLogits";
  const [losses, derivative] = backend.executeMultipleOutputs(op, attributes, [logits, labels], 2);
  if (!losses || !derivative) throw new Error("sparseCrossEntropy: the kernel must give two outputs.");
  return { losses: losses as tf.Tensor1D, derivative: derivative as tf.Tensor2D };
}

/** The same from plain ops, for backends without the kernel. */
export function composedLossAndDerivative(logits: tf.Tensor2D, labels: tf.Tensor1D): LossAndDerivative {
  const logProbs = tf.logSoftmax(logits); // [N, V]
  const chosen = tf.oneHot(labels, logits.shape[1], 1, 0, "float32"); // [N, V]
  return {
    losses: tf.neg(tf.sum(tf.mul(logProbs, chosen), -1)) as tf.Tensor1D,
    derivative: tf.sub(tf.exp(logProbs), chosen),
  };
}
