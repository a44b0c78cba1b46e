/**
 * @file Softmax cross-entropy over the vocabulary with whole-number labels, in blocks of rows. tfjs' own way, through
 * one-hot rows, fills memory with several [N, V] arrays.
 */
import { tf } from "./backend.js";
import { tensorAt, withGradient } from "./custom-gradient.js";
import { startingAfter } from "./trace.js";

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
 * ln Σ exp(hidden · outputᵀ), row by row and without a derivative.
 *
 * @param hidden [N, D]
 * @param output [V, D]
 * @returns      [N], nats
 */
export function logSums(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  blockRows = rowsOfBlock(output.shape[0]),
): tf.Tensor1D {
  const [numRows, hiddenSize] = hidden.shape;
  return tf.tidy(() => {
    const parts: tf.Tensor1D[] = [];
    for (const { from, size } of blocksOf(numRows, blockRows))
      startingAfter([parts.at(-1) ?? hidden], () => {
        const rows = tf.slice(hidden, [from, 0], [size, hiddenSize]); // [n, D]
        const logits: tf.Tensor2D = tf.matMul(rows, output, false, true); // [n, V]
        parts.push(softmaxRows(logits).logSums);
      });
    return tf.concat1d(parts);
  });
}

/**
 * Σ weight · (−ln softmax(hidden · outputᵀ)[label] + zLoss · (ln Σ exp(hidden · outputᵀ))²), the logits made and used in
 * blocks of rows: at no time are all of them in memory. Both derivatives are made in the forward pass, while a block's logits are at hand.
 *
 * @param hidden  [N, D]
 * @param output  [V, D]
 * @param labels  int32 [N]
 * @param weights [N]; 1/N each for a mean, 0 leaves a row out
 * @param options.zLoss weight of the square, 0 without one
 * @returns       scalar, nats
 *
 * Source: Hsu et al. 2024, Liger Kernel, section 3.2 "FusedLinearCrossEntropy"; Chowdhery et al. 2022, PaLM, section 5,
 * for the square.
 */
export function vocabularyLoss(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
  {
    zLoss = 0,
    blockRows = rowsOfBlock(output.shape[0]),
  }: { readonly zLoss?: number; readonly blockRows?: number } = {},
): tf.Scalar {
  const [numRows, hiddenSize] = hidden.shape;
  const loss = withGradient([hidden, output], ([h, w]) => {
    const [hidden, output] = [h as tf.Tensor2D, w as tf.Tensor2D];
    const sums: tf.Scalar[] = [];
    const hiddenParts: tf.Tensor2D[] = [];
    const outputParts: tf.Tensor2D[] = [];
    for (const { from, size } of blocksOf(numRows, blockRows)) {
      const before = [sums.at(-1), hiddenParts.at(-1), outputParts.at(-1)].filter(
        (part) => part !== undefined,
      );
      startingAfter(before.length > 0 ? before : [hidden], () => {
        const rows = tf.slice(hidden, [from, 0], [size, hiddenSize]); // [n, D]
        const logits: tf.Tensor2D = tf.matMul(rows, output, false, true); // [n, V]
        const rowNumbers = tf.range(0, size, 1, "int32");
        const places = tf.stack([rowNumbers, tf.slice(labels, from, size)], 1); // [n, 2]
        const { probs, logSums } = softmaxRows(logits);
        const surprisals = tf.sub(logSums, tf.gatherND(logits, places)); // [n]
        const losses = zLoss === 0 ? surprisals : tf.add(surprisals, tf.mul(tf.square(logSums), zLoss));
        // softmax · (1 + 2 zLoss ln Σ) − one-hot, [n, V]; after the sums: the update is in place once nobody else reads the
        // probabilities.
        const derivative: tf.Tensor2D = startingAfter([logSums], () => {
          const pull =
            zLoss === 0
              ? probs
              : tf.mul<tf.Tensor2D>(probs, tf.expandDims(tf.add(tf.mul(logSums, 2 * zLoss), 1), -1));
          return tf.tensorScatterUpdate(pull, places, tf.sub(tf.gatherND(pull, places), 1));
        });
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

/**
 * −ln softmax(hidden · outputᵀ)[label] of every row, for losses that are no mean over tokens. The logits are made in blocks of rows, and
 * again in the backward pass: at no time are all of them in memory.
 *
 * @param hidden  [N, D]
 * @param output  [V, D]
 * @param labels  int32 [N]
 * @returns       [N], nats
 */
export function tokenSurprisals(
  hidden: tf.Tensor2D,
  output: tf.Tensor2D,
  labels: tf.Tensor1D,
  blockRows = rowsOfBlock(output.shape[0]),
): tf.Tensor1D {
  const [numRows, hiddenSize] = hidden.shape;
  const blocks = blocksOf(numRows, blockRows);
  const placesOf = (labels: tf.Tensor1D, from: number, size: number): tf.Tensor2D =>
    tf.stack([tf.range(0, size, 1, "int32"), tf.slice(labels, from, size)], 1) as tf.Tensor2D; // [n, 2]
  const surprisals = withGradient([hidden, output], ([h, w]) => {
    const [hidden, output] = [h as tf.Tensor2D, w as tf.Tensor2D];
    const parts: tf.Tensor1D[] = [];
    for (const { from, size } of blocks)
      startingAfter([parts.at(-1) ?? hidden], () => {
        const rows = tf.slice(hidden, [from, 0], [size, hiddenSize]); // [n, D]
        const logits: tf.Tensor2D = tf.matMul(rows, output, false, true); // [n, V]
        parts.push(tf.sub(softmaxRows(logits).logSums, tf.gatherND(logits, placesOf(labels, from, size)))); // [n]
      });
    return { value: tf.concat1d(parts), saved: [hidden, output, labels], gradient };
  });
  function gradient(upstream: tf.Tensor, saved: readonly tf.Tensor[]): tf.Tensor[] {
    const [hidden, output] = [tensorAt(saved, 0) as tf.Tensor2D, tensorAt(saved, 1) as tf.Tensor2D];
    const hiddenParts: tf.Tensor2D[] = [];
    const outputParts: tf.Tensor2D[] = [];
    for (const { from, size } of blocks)
      startingAfter([outputParts.at(-1) ?? upstream], () => {
        const rows = tf.slice(hidden, [from, 0], [size, hiddenSize]); // [n, D]
        const logits: tf.Tensor2D = tf.matMul(rows, output, false, true); // [n, V]
        const probs = tf.softmax(logits);
        const places = placesOf(tensorAt(saved, 2) as tf.Tensor1D, from, size);
        const derivative: tf.Tensor2D = tf.tensorScatterUpdate(
          probs,
          places,
          tf.sub(tf.gatherND(probs, places), 1),
        );
        const column = tf.expandDims(tf.slice(upstream, [from], [size]), -1); // [n, 1]
        hiddenParts.push(tf.mul(tf.matMul(derivative, output), column));
        outputParts.push(tf.matMul<tf.Tensor2D>(derivative, tf.mul(rows, column), true, false));
      });
    return [tf.concat(hiddenParts, 0), tf.addN(outputParts)];
  }
  return surprisals as tf.Tensor1D;
}

/**
 * Probabilities, [n, V], and ln Σ exp(logits), [n], of rows of logits. Works from the softmax, which TensorFlow computes
 * in one pass: with m the largest logit of a row and p its probability, the sum is m − ln p, and no such p is too small
 * for its logarithm.
 */
function softmaxRows(logits: tf.Tensor2D): { probs: tf.Tensor2D; logSums: tf.Tensor1D } {
  const probs = tf.softmax(logits);
  return { probs, logSums: tf.sub(tf.max(logits, -1), tf.log(tf.max(probs, -1))) };
}
