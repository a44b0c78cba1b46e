/** @file Root-mean-square normalisation with a short derivative; tfjs' own would go through a dozen arrays. */
import { tf } from "./backend.js";
import { tensorAt, withGradient } from "./custom-gradient.js";

/**
 * x / √(mean(x²) + ε) · gain, over the last axis.
 *
 *   r = (mean(x²) + ε)^−½     dx = r · (dy ∘ gain) − x · r³ · mean(dy ∘ gain ∘ x)     dgain = Σ dy ∘ x · r
 *
 * @param x    [N, D]
 * @param gain [D]
 * @returns    [N, D]
 *
 * Source: Zhang and Sennrich 2019, equation 4; ε inside the root as in LLaMA.
 */
export function rmsNorm(x: tf.Tensor2D, gain: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  const normalised = withGradient([x, gain], (inputs) => {
    const [x, gain] = [tensorAt(inputs, 0), tensorAt(inputs, 1)];
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)); // [N, 1]
    return {
      value: tf.mul(tf.mul(x, inverse), gain),
      saved: [x, gain, inverse],
      gradient: (upstream, saved) => {
        const [x, gain, inverse] = [tensorAt(saved, 0), tensorAt(saved, 1), tensorAt(saved, 2)];
        const scaled = tf.mul(upstream, gain); // [N, D]
        const along = tf.mean(tf.mul(scaled, x), -1, true); // [N, 1]
        const back = tf.mul(along, tf.mul(tf.square(inverse), inverse)); // [N, 1]
        return [
          tf.sub(tf.mul(scaled, inverse), tf.mul(x, back)),
          tf.sum(tf.mul(tf.mul(upstream, x), inverse), 0),
        ];
      },
    };
  });
  return normalised as tf.Tensor2D;
}
