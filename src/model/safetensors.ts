/** @file The safetensors file format: a length, a JSON header, then the numbers. Knows nothing of models. */
import { z } from "zod";

/** One array of a safetensors file; float32 and int32 are all the kit writes, bfloat16 is read as float32. */
export interface SafetensorsArray {
  readonly dtype: "F32" | "I32";
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

const BYTES = { F32: 4, I32: 4, BF16: 2 } as const;

const entrySchema = z.object({
  dtype: z.enum(["F32", "I32", "BF16"]),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
const metadataSchema = z.record(z.string(), z.string());

/** Largest header the reader accepts, as in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * The bytes of a file that holds the arrays in the given order.
 *
 * Source: huggingface/safetensors, README, "Format".
 */
export function writeSafetensors(
  arrays: Readonly<Record<string, SafetensorsArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt", ...metadata } };
  for (const [name, { dtype, shape, values }] of Object.entries(arrays)) {
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (size !== values.length)
      throw new RangeError(
        `writeSafetensors: ${name} must hold ${size} numbers for shape [${shape.join(", ")}], got ${values.length}. Pass the matching shape.`,
      );
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = JSON.stringify(header);
  const padded = text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(Buffer.byteLength(padded)));
  const bodies = Object.values(arrays).map(({ values }) =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength),
  );
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
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (found: string): never => {
    throw new Error(
      `readSafetensors: a complete safetensors file is needed, got ${found}. Fetch or write it again.`,
    );
  };
  if (buffer.length < 8) refuse(`${buffer.length} bytes`);
  const headerBytes = Number(buffer.readBigUInt64LE(0));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > buffer.length)
    refuse(`a header of ${headerBytes} bytes`);
  const parsed =
    parseJson(buffer.toString("utf8", 8, 8 + headerBytes)) ?? refuse("a header that is not JSON");
  const { __metadata__, ...entries } = parsed;
  const body = buffer.subarray(8 + headerBytes);
  const arrays: Record<string, SafetensorsArray> = {};
  for (const [name, raw] of Object.entries(entries)) {
    const entry = entrySchema.safeParse(raw);
    if (!entry.success) return refuse(`an unreadable entry "${name}"`);
    const { dtype, shape, data_offsets: offsets } = entry.data;
    const [from, to] = offsets;
    const size = shape.reduce((product, axis) => product * axis, 1);
    if (to > body.length || to - from !== size * BYTES[dtype])
      refuse(`"${name}" of shape [${shape.join(", ")}] at bytes ${from} to ${to} of ${body.length}`);
    const copy = Uint8Array.from(body.subarray(from, to)); // aligned, and the file's memory can go
    if (dtype === "I32") arrays[name] = { dtype, shape, values: new Int32Array(copy.buffer) };
    else if (dtype === "F32") arrays[name] = { dtype, shape, values: new Float32Array(copy.buffer) };
    else arrays[name] = { dtype: "F32", shape, values: widenBfloat16(new Uint16Array(copy.buffer)) };
  }
  const metadata = metadataSchema.safeParse(__metadata__ ?? {});
  return { arrays, metadata: metadata.success ? metadata.data : {} };
}

/** bfloat16 is the upper half of a float32. */
function widenBfloat16(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => half << 16);
  return new Float32Array(words.buffer);
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return z.record(z.string(), z.unknown()).parse(value);
  } catch {
    return null;
  }
}
