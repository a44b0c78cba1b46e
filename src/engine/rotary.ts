/** @file Rotary positions: tables of angles, and the turn of queries and keys, whose derivative is the turn back. */
import { tf } from "./backend.js";
import { tensorAt, withGradient } from "./custom-gradient.js";

/** Cosines and sines of the rotary angles: both [T, K/2], or both [B, 1, T, K/2] where rows have their own positions. */
export interface RotaryTables {
  readonly cos: tf.Tensor;
  readonly sin: tf.Tensor;
}

/**
 * Rotary tables for positions 0 … lengthTokens − 1.
 *
 *   angle(t, k) = t / base^(2k / K),  k < K/2
 *
 * Source: Su et al. 2021, section 3.2.2, with the halves arrangement of Hugging Face's `LlamaRotaryEmbedding`.
 */
export function rotaryTables(lengthTokens: number, headDim: number, base: number): RotaryTables {
  const half = headDim / 2;
  const cos = new Float32Array(lengthTokens * half);
  const sin = new Float32Array(lengthTokens * half);
  for (let position = 0; position < lengthTokens; position++) {
    for (let k = 0; k < half; k++) {
      const angle = position / base ** ((2 * k) / headDim);
      cos[position * half + k] = Math.cos(angle);
      sin[position * half + k] = Math.sin(angle);
    }
  }
  const shape: [number, number] = [lengthTokens, half];
  return { cos: tf.tensor2d(cos, shape), sin: tf.tensor2d(sin, shape) };
}

/**
 * The tables' rows for each token's own position.
 *
 * @param tables    from `rotaryTables`, [T, K/2]
 * @param positions int32 [B, T], below T
 */
export function rotaryTablesAt({ cos, sin }: RotaryTables, positions: tf.Tensor2D): RotaryTables {
  const at = (table: tf.Tensor): tf.Tensor => tf.expandDims(tf.gather(table, positions), 1); // [B, 1, T, K/2]
  return { cos: at(cos), sin: at(sin) };
}

/**
 * Turns each pair (k, k + K/2) of x by its position's angle.
 *
 * @param x [B, H, T, K]
 * @returns [B, H, T, K]
 */
export function rotate(x: tf.Tensor4D, { cos, sin }: RotaryTables): tf.Tensor4D {
  const turned = withGradient([x], ([x]) => ({
    value: turn(x as tf.Tensor4D, cos, sin, 1),
    saved: [cos, sin],
    gradient: (upstream, saved) => {
      const [cos, sin] = [tensorAt(saved, 0), tensorAt(saved, 1)];
      return [turn(upstream as tf.Tensor4D, cos, sin, -1)];
    },
  }));
  return turned as tf.Tensor4D;
}

/** `direction` −1 turns back. */
function turn(x: tf.Tensor4D, cos: tf.Tensor, sin: tf.Tensor, direction: 1 | -1): tf.Tensor4D {
  const [first, second] = tf.split(x, 2, -1) as [tf.Tensor4D, tf.Tensor4D]; // [B, H, T, K/2] twice
  const [plus, minus] = direction === 1 ? [tf.add, tf.sub] : [tf.sub, tf.add];
  const halves = [
    minus<tf.Tensor4D>(tf.mul(first, cos), tf.mul(second, sin)),
    plus<tf.Tensor4D>(tf.mul(second, cos), tf.mul(first, sin)),
  ];
  return tf.concat(halves, -1);
}
