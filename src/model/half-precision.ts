/** @file The two formats of 16 bits in which weights are kept, bfloat16 and float16, to and from float32. */

/** bfloat16 is the upper half of a float32. */
export function widenBfloat16(halves: Uint16Array, into = new Float32Array(halves.length)): Float32Array {
  const words = new Uint32Array(into.buffer, into.byteOffset, into.length); // NaNs keep their bits
  for (let index = 0; index < halves.length; index++) words[index] = (halves[index] ?? 0) << 16;
  return into;
}

/**
 * The nearest bfloat16 of each number; of two equally near ones the even.
 *
 * Source: PyTorch, `c10/util/BFloat16.h`, `round_to_nearest_even`: every NaN becomes 0x7fc0.
 */
export function narrowToBfloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const word = words[index] ?? 0;
    // Half of the last place less one, and one more where the last place is odd: a tie then goes to the even number.
    halves[index] = Number.isNaN(values[index]) ? 0x7fc0 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return halves;
}

/**
 * float16 (IEEE 754 binary16): 1 sign bit, 5 of the exponent, 10 of the fraction. Every one is a float32 as well.
 */
export function widenFloat16(halves: Uint16Array, into = new Float32Array(halves.length)): Float32Array {
  for (let index = 0; index < halves.length; index++) into[index] = float16(halves[index] ?? 0);
  return into;
}

function float16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24; // subnormal, and the two zeros
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
