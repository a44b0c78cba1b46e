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

/** An array whose numbers are asked for when they are written. */
export interface ArrayToCome {
  readonly dtype: ArrayToWrite["dtype"];
  readonly shape: readonly number[];
  /** @returns the numbers of the shape, as {@link ArrayToWrite} has them */
  read(): ArrayToWrite["values"];
}

/**
 * The bytes of a file that holds the arrays in the given order, part by part: of a file of any size only one array is there at a time.
 *
 * @throws RangeError that names the array when it does not hold the numbers of its shape
 *
 * Source: huggingface/safetensors, README, "Format".
 */
export function* safetensorsParts(
  arrays: Readonly<Record<string, ArrayToCome>>,
  metadata: Readonly<Record<string, string>> = {},
): Generator<Uint8Array, void> {
  const sizeOf = (shape: readonly number[]): number => shape.reduce((product, axis) => product * axis, 1);
  let end = 0;
  const header: [string, unknown][] = [["__metadata__", { format: "pt", ...metadata }]];
  for (const [name, { dtype, shape }] of Object.entries(arrays)) {
    const begin = end;
    end += sizeOf(shape) * BYTES[dtype];
    header.push([name, { dtype, shape, data_offsets: [begin, end] }]);
  }
  const text = JSON.stringify(Object.fromEntries(header));
  const padded = text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)));
  yield Buffer.concat([start, Buffer.from(padded)]);
  for (const [name, array] of Object.entries(arrays)) {
    const { dtype, shape } = array;
    const values = array.read();
    if (sizeOf(shape) !== values.length)
      throw new RangeError(
        `safetensorsParts: ${name} must hold ${sizeOf(shape)} numbers for shape [${shape.join(", ")}], got ${values.length}. Pass the matching shape.`,
      );
    const stored = dtype === "BF16" && values instanceof Float32Array ? narrowToBfloat16(values) : values;
    yield Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  }
}

/**
 * The bytes of a file that holds the arrays in the given order.
 *
 * @throws as {@link safetensorsParts}
 */
export function writeSafetensors(
  arrays: Readonly<Record<string, ArrayToWrite>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const toCome = Object.entries(arrays).map(([name, { dtype, shape, values }]): [string, ArrayToCome] => [
    name,
    { dtype, shape, read: () => values },
  ]);
  return Buffer.concat([...safetensorsParts(Object.fromEntries(toCome), metadata)]);
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
