/**
 * @file The safetensors file format: a length, a JSON header, then the numbers. Knows nothing of models; what a header
 * may say is in `safetensors-header.ts`.
 */
import { bytesInMemory, type ByteSource } from "./byte-source.js";
import { narrowToBfloat16, widenBfloat16, widenFloat16 } from "./half-precision.js";
import { BYTES, readHeader, type HeaderEntry } from "./safetensors-header.js";

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

/** An array of a file that is open; its numbers are read when they are asked for. */
export interface StoredArray {
  /** What errors call the file it is in: its path. */
  readonly file: string;
  readonly shape: readonly number[];
  /** @returns new numbers each time */
  read(): SafetensorsArray;
}

/** Numbers of 16 bits are widened in portions of so many bytes, so that an array is never there twice. */
const PORTION_BYTES = 2 ** 22;

/**
 * The arrays of a file by name, in the order of its header.
 *
 * @param file must stay open as long as arrays are read
 * @throws Error when the header is no safetensors header, or offsets and shapes do not fit the bytes
 */
export function openSafetensors(file: ByteSource): {
  readonly arrays: ReadonlyMap<string, StoredArray>;
  readonly metadata: Readonly<Record<string, string>>;
} {
  const { entries, metadata, bodyStart } = readHeader(file);
  const arrays = entries.map((entry): [string, StoredArray] => [
    entry.name,
    { file: file.name, shape: entry.shape, read: () => readArray(file, entry, bodyStart) },
  ]);
  return { arrays: new Map(arrays), metadata };
}

function readArray(
  file: ByteSource,
  { dtype, shape, from, to }: HeaderEntry,
  bodyStart: number,
): SafetensorsArray {
  const length = (to - from) / BYTES[dtype];
  if (dtype === "I32" || dtype === "F32") {
    const values = dtype === "I32" ? new Int32Array(length) : new Float32Array(length);
    file.read(new Uint8Array(values.buffer), bodyStart + from);
    return { dtype, shape, values };
  }
  const widen = dtype === "BF16" ? widenBfloat16 : widenFloat16;
  const values = new Float32Array(length);
  const portion = new Uint16Array(Math.min(length, PORTION_BYTES / 2));
  for (let done = 0; done < length; done += portion.length) {
    const halves = portion.subarray(0, Math.min(portion.length, length - done));
    file.read(new Uint8Array(halves.buffer, 0, halves.byteLength), bodyStart + from + 2 * done);
    widen(halves, values.subarray(done, done + halves.length));
  }
  return { dtype: "F32", shape, values };
}

/**
 * Reads a whole file.
 *
 * @param name what errors call it: its path
 * @throws Error when the header is no safetensors header, or offsets and shapes do not fit the bytes
 */
export function readSafetensors(
  bytes: Uint8Array,
  name?: string,
): {
  arrays: Record<string, SafetensorsArray>;
  metadata: Record<string, string>;
} {
  const { arrays, metadata } = openSafetensors(bytesInMemory(bytes, name));
  // Not by assignment: a name such as __proto__ is a name like any other.
  return {
    arrays: Object.fromEntries([...arrays].map(([name, array]) => [name, array.read()])),
    metadata: { ...metadata },
  };
}
