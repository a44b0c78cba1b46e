/**
 * @file Muon for a matrix inside the layers: momentum made orthogonal by Newton-Schulz iterations, in plain tfjs operations. Which
 * weights have it, and what the others have, is decided in `muon-rule.ts`.
 */
import type { ArchitectureConfig, OptimizerConfig } from "../config/config.js";
import { tf } from "../engine/backend.js";
import { isLayerMatrix, weightShapes } from "../model/weights.js";

/** Muon's own settings, all there. */
export type MuonSettings = Required<Pick<OptimizerConfig, "momentum" | "nesterov" | "rateScaling">>;

/** Values of PyTorch's `Muon`; the scaling is the one that takes AdamW's rate and decay as they are (docs/options.md#d32). */
const USUAL: MuonSettings = { momentum: 0.95, nesterov: true, rateScaling: "matchRmsAdamW" };

/** The settings of an optimizer, with the usual ones where it has none. */
export const muonSettings = ({
  momentum = USUAL.momentum,
  nesterov = USUAL.nesterov,
  rateScaling = USUAL.rateScaling,
}: OptimizerConfig): MuonSettings => ({ momentum, nesterov, rateScaling });

/** Whether an optimizer keeps a second moment of a weight: Muon needs one moment alone. */
export const hasSecondMoment = ({ kind }: OptimizerConfig, name: string, rank: number): boolean =>
  kind !== "muon" || !isLayerMatrix(name, rank);

/** Bytes of the moments an optimizer keeps of a decoder. */
export const momentBytes = (architecture: ArchitectureConfig, optimizer: OptimizerConfig): number =>
  Object.entries(weightShapes(architecture)).reduce(
    (total, [name, shape]) =>
      total +
      (hasSecondMoment(optimizer, name, shape.length) ? 8 : 4) * shape.reduce((size, axis) => size * axis, 1),
    0,
  );

/** Coefficients of p(x) = a x + b x³ + c x⁵, and how often it is applied. Source: Jordan et al. 2024, "Muon". */
const [A, B, C] = [3.4445, -4.775, 2.0315];
const ITERATIONS = 5;
/** A matrix with this many columns a row and more is iterated through the square of its rows, which takes fewer operations. */
const LONG = 1.5;

/**
 * Nearly the nearest matrix with orthonormal rows or columns: singular values become about 0.7 to 1.2, singular vectors stay.
 *
 *   X₀ = M / ‖M‖      Xₖ₊₁ = a Xₖ + (b Gₖ + c Gₖ²) Xₖ      Gₖ = Xₖ Xₖᵀ
 *
 * @param matrix [R, S]
 * @returns      [R, S]
 *
 * Source: Jordan et al. 2024; PyTorch 2.9, `torch.optim.Muon`.
 * Differs: in float32, PyTorch in bfloat16. A long X is multiplied once, at the end: with P = a + b G + c G², which commutes with
 * G, Gₖ₊₁ = P G P and X₅ = P₄ P₃ P₂ P₁ P₀ X₀.
 */
export function orthogonalise(matrix: tf.Tensor2D): tf.Tensor2D {
  const [rows, columns] = matrix.shape;
  if (rows > columns) return tf.transpose(orthogonalise(tf.transpose(matrix)));
  const start = tf.div<tf.Tensor2D>(matrix, tf.maximum(tf.norm(matrix), 1e-7));
  const squareOf = (x: tf.Tensor2D): tf.Tensor2D => tf.matMul(x, x, false, true); // [R, R]
  const bend = (gram: tf.Tensor2D): tf.Tensor2D => tf.add(tf.mul(gram, B), tf.mul(tf.matMul(gram, gram), C));
  /** P x, where `bent` is P without its a. */
  const apply = (bent: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D => tf.add(tf.mul(x, A), tf.matMul(bent, x));
  if (columns < LONG * rows) {
    let x = start;
    for (let iteration = 0; iteration < ITERATIONS; iteration++) x = apply(bend(squareOf(x)), x);
    return x;
  }
  let gram = squareOf(start);
  let bent = bend(gram);
  let product: tf.Tensor2D = tf.add(tf.mul(identity(rows), A), bent);
  for (let iteration = 1; iteration < ITERATIONS; iteration++) {
    gram = apply(bent, apply(bent, gram));
    bent = bend(gram);
    product = apply(bent, product);
  }
  return tf.matMul(product, start);
}

/** Made by the graph: a constant of its size would be stored for every matrix. */
function identity(size: number): tf.Tensor2D {
  const places = tf.range(0, size, 1, "int32");
  const isDiagonal: tf.Tensor2D = tf.equal(tf.reshape(places, [size, 1]), tf.reshape(places, [1, size]));
  return tf.cast(isDiagonal, "float32");
}

/**
 * By what the learning rate is multiplied for a matrix: `original` lets matrices with more rows than columns go further,
 * `matchRmsAdamW` gives every update the root mean square of AdamW's, about 0.2.
 *
 * Source: Jordan et al. 2024; Liu et al. 2025, "Muon is scalable for LLM training", equation 4.
 */
export const rateFactor = (
  [rows, columns]: readonly [number, number],
  scaling: MuonSettings["rateScaling"],
): number =>
  scaling === "original" ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));

/** Floating-point operations of the matrix products of one update of a decoder, whatever its batch; AdamW has none. */
export function updateOperations(architecture: ArchitectureConfig, { kind }: OptimizerConfig): number {
  if (kind !== "muon") return 0;
  const matrices = Object.entries(weightShapes(architecture)).filter(([name, { length }]) =>
    isLayerMatrix(name, length),
  );
  return matrices.reduce((total, [, shape]) => {
    const [rows, columns] = [Math.min(...shape), Math.max(...shape)];
    const [long, square] = [2 * rows ** 2 * columns, 2 * rows ** 3];
    const isLong = columns >= LONG * rows;
    return total + (isLong ? 2 * long + (4 * ITERATIONS - 3) * square : ITERATIONS * (2 * long + square));
  }, 0);
}

/**
 * One update of one matrix, without its weight decay.
 *
 *   m ← μ m + (1 − μ) g      change = factor · orthogonal(μ m + (1 − μ) g), or of m without Nesterov's momentum
 *
 * @returns the momentum from now on, and what to subtract, once multiplied by the learning rate
 *
 * Source: PyTorch 2.9, `torch.optim.Muon`, with our μ for its momentum.
 */
export function muonStep(
  gradient: tf.Tensor2D,
  moment: tf.Tensor2D,
  { momentum, nesterov, rateScaling }: MuonSettings,
): { readonly moment: tf.Tensor2D; readonly change: tf.Tensor2D } {
  const mix = (before: tf.Tensor2D): tf.Tensor2D =>
    tf.add(tf.mul(before, momentum), tf.mul(gradient, 1 - momentum));
  const next = mix(moment);
  const change = tf.mul<tf.Tensor2D>(
    orthogonalise(nesterov ? mix(next) : next),
    rateFactor(gradient.shape, rateScaling),
  );
  return { moment: next, change };
}
