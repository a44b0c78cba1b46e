/** @file The gate of the feed-forward layer, with a derivative that keeps nothing but its two inputs. */
import { tf } from "./backend.js";
import { tensorAt, withGradient } from "./custom-gradient.js";
import { startingAfter } from "./trace.js";

/**
 * silu(gate) ∘ up, where silu(x) = x · σ(x).
 *
 *   dup = dy ∘ silu(gate)     dgate = dy ∘ up ∘ σ(gate) ∘ (1 + gate ∘ (1 − σ(gate)))
 *
 * @param gate [N, F], as is `up`
 * @returns    [N, F]
 *
 * Source: Shazeer 2020, equation 6, without biases.
 */
export function gatedSilu(gate: tf.Tensor2D, up: tf.Tensor2D): tf.Tensor2D {
  const opened = withGradient([gate, up], (inputs) => {
    const [gate, up] = [tensorAt(inputs, 0), tensorAt(inputs, 1)];
    return {
      value: tf.mul(tf.mul(gate, tf.sigmoid(gate)), up),
      saved: [gate, up],
      gradient: (upstream, saved) => {
        const [gate, up] = [tensorAt(saved, 0), tensorAt(saved, 1)];
        // Computed again, and not before it is needed.
        const share: tf.Tensor = startingAfter([upstream], () => tf.sigmoid(gate));
        const silu = tf.mul(gate, share);
        // σ · (1 + gate · (1 − σ)) = σ + silu · (1 − σ)
        const slope = tf.add(share, tf.mul(silu, tf.sub(1, share)));
        return [tf.mul(tf.mul(upstream, up), slope), tf.mul(upstream, silu)];
      },
    };
  });
  return opened as tf.Tensor2D;
}
