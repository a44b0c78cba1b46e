/**
 * @file The safetensors file format: a length, a JSON header, then the numbers. Knows nothing of models; what a header
 * may say is in `safetensors-header.ts`.
 */
import { narrowToBfloat16, widenBfloat16, widenFloat16 } from "./half-precision.js";
import { readHeader } from "./safetensors-header.js";

/** One array of a safetensors file. bfloat16 and float16 are read as float32, which holds each of their numbers. */
export interface SafetensorsArray {
  readonly dtype: "F32" | "I32";
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** An array to be written; BF16 rounds float32 numbers to the nearest bfloat16. */
export type ArrayToWrite =
  | SafetensorsArray
  | { readonly dtype: "BF16"; readonly shape: readonly number[]; readonly values: Float32Array };

/**
 * The bytes of a file that holds the arrays in the given order.
 *
 * Source: huggingface/safetensors, README, "Format".
 */
export function writeSafetensors(
  arrays: Readonly<Record<string, ArrayToWrite>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let end = 0;
  const header: [string, unknown][] = [["__metadata__", { format: "pt", ...metadata }]];
  const bodies: Buffer[] = [];
  for (const [name, { dtype, shape, values }] of Object.entries(arrays)) {
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (size !== values.length)
      throw new RangeError(
        `writeSafetensors: ${name} must hold ${size} numbers for shape [${shape.join(", ")}], got ${values.length}. Pass the matching shape.`,
      );
    const stored = dtype === "BF16" ? narrowToBfloat16(values) : values;
    bodies.push(Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength));
    header.push([name, { dtype, shape, data_offsets: [end, end + stored.byteLength] }]);
    end += stored.byteLength;
  }
  const text = JSON.stringify(Object.fromEntries(header));
  const padded = text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)));
  return Buffer.concat([start, Buffer.from(padded), ...bodies]);
}

/**
 * Reads a whole file.
 *
 * @throws Error when the header is no safetensors header, or offsets and shapes do not fit the bytes
 */
export function readSafetensors(bytes: Uint8Array): {
  arrays: Record<string, SafetensorsArray>;
  metadata: Record<string, string>;
} {
  const { entries, metadata, bodyStart } = readHeader(bytes);
  const arrays = entries.map(({ name, dtype, shape, from, to }): [string, SafetensorsArray] => {
    // A copy: aligned, and the file's memory can go.
    const { buffer } = new Uint8Array(bytes.subarray(bodyStart + from, bodyStart + to));
    switch (dtype) {
      case "I32":
        return [name, { dtype, shape, values: new Int32Array(buffer) }];
      case "F32":
        return [name, { dtype, shape, values: new Float32Array(buffer) }];
      case "BF16":
        return [name, { dtype: "F32", shape, values: widenBfloat16(new Uint16Array(buffer)) }];
      case "F16":
        return [name, { dtype: "F32", shape, values: widenFloat16(new Uint16Array(buffer)) }];
    }
  });
  // Not by assignment: a name such as __proto__ is a name like any other.
  return { arrays: Object.fromEntries(arrays), metadata: { ...metadata } };
}
