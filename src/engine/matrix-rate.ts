/** @file How fast this machine multiplies matrices: the roof under which training and scoring stay. */
import type { Precision } from "../config/config.js";
import { tf } from "./backend.js";
import { compile } from "./compile.js";

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
/** Products in a row, so that bringing numbers into the format and back does not count. */
const CHAIN = 6;

/**
 * Multiplies square matrices and keeps the fastest run: other work on the machine only ever slows one down.
 *
 * @param options.seconds   how long products are repeated once the size is found
 * @param options.precision number format of the factors; sums are float32
 */
export function measureMatrixRate({
  seconds = 0.8,
  precision = "float32",
}: { readonly seconds?: number; readonly precision?: Precision } = {}): MatrixRate {
  const chain = compile(
    ({ a, b }: { readonly a: tf.Tensor2D; readonly b: tf.Tensor2D }): tf.Tensor2D => {
      let product = a;
      for (let count = 0; count < CHAIN; count++) product = tf.matMul(product, b);
      return product;
    },
    { precision },
  );
  const fastestMs = (size: number, allowedMs: number): number =>
    tf.tidy(() => {
      const [a, b] = [tf.fill([size, size], 0.5), tf.fill([size, size], 1 / size)] as [
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      let fastest = Infinity;
      const begin = performance.now();
      for (let count = 0; count <= 3 || performance.now() - begin < allowedMs; count++) {
        const started = performance.now();
        // Reading one number waits for the product, on devices that compute ahead as well.
        tf.tidy(() => tf.slice(chain({ a, b }), [0, 0], [1, 1]).dataSync());
        if (count > 0) fastest = Math.min(fastest, (performance.now() - started) / CHAIN); // the first records
      }
      return fastest;
    });
  try {
    let size = FIRST_SIZE;
    for (; size < LAST_SIZE; size *= 2) if (fastestMs(size, 0) >= SHORTEST_PRODUCT_MS) break;
    const milliseconds = fastestMs(size, 1000 * seconds);
    return { gflopPerSecond: (2 * size ** 3) / (milliseconds * 1e6), size };
  } finally {
    chain.dispose();
  }
}
