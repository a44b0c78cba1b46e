/** @file How fast this machine multiplies float32 matrices: the roof under which training and scoring stay. */
import { tf } from "./backend.js";

/** The fastest product seen. */
export interface MatrixRate {
  /** 2 · size³ floating-point operations a product, in 10⁹ a second. */
  readonly gflopPerSecond: number;
  /** Rows and columns of both factors. */
  readonly size: number;
}

// A faster machine gets larger matrices, else the time between products would count.
const FIRST_SIZE = 1_024;
const LAST_SIZE = 8_192;
const SHORTEST_PRODUCT_MS = 4;

/**
 * Multiplies square float32 matrices and keeps the fastest product: other work on the machine only ever slows one down.
 *
 * @param options.seconds how long products are repeated once the size is found
 */
export function measureMatrixRate({ seconds = 0.8 }: { readonly seconds?: number } = {}): MatrixRate {
  let size = FIRST_SIZE;
  for (; size < LAST_SIZE; size *= 2) if (fastestProductMs(size, 0) >= SHORTEST_PRODUCT_MS) break;
  const milliseconds = fastestProductMs(size, 1000 * seconds);
  return { gflopPerSecond: (2 * size ** 3) / (milliseconds * 1e6), size };
}

/** Fastest of three products, or of as many as the time allows; the first warms up and does not count. */
function fastestProductMs(size: number, allowedMs: number): number {
  return tf.tidy(() => {
    const a = tf.fill([size, size], 0.5);
    const b = tf.fill([size, size], 0.25);
    let fastest = Infinity;
    const begin = performance.now();
    for (let count = 0; count <= 3 || performance.now() - begin < allowedMs; count++) {
      const started = performance.now();
      // Reading one number waits for the product, on devices that compute ahead as well.
      tf.tidy(() => tf.slice(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), [0, 0], [1, 1]).dataSync());
      if (count > 0) fastest = Math.min(fastest, performance.now() - started);
    }
    return fastest;
  });
}
