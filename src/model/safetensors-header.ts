/**
 * @file The header of a safetensors file, believed only after every claim in it was held against the bytes that are
 * there. The numbers behind it are read in `safetensors.ts`.
 */
import { z } from "zod";
import { recogniseForeign, START_BYTES } from "../data/foreign-file.js";
import { findRepeatedName } from "../data/repeated-names.js";
import type { ByteSource } from "./byte-source.js";

/** Bytes of a number in the formats that are read; all others are refused by name. */
export const BYTES = { F32: 4, I32: 4, BF16: 2, F16: 2 } as const;
type Dtype = keyof typeof BYTES;

/** One array as the header describes it. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** First byte behind the header, and the first that is no longer the array's. */
  readonly from: number;
  readonly to: number;
}

/** What a file says of itself. */
export interface Header {
  /** In the order of the header. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the numbers begin in the file. */
  readonly bodyStart: number;
}

/** Largest header the reader accepts, as in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

const whole = z.number().refine((value) => Number.isSafeInteger(value) && value >= 0);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(whole),
  data_offsets: z.tuple([whole, whole]),
});
const metadataSchema = z.record(z.string(), z.string());

/**
 * Reads and checks the header.
 *
 * @param file the whole file, or as much of it as there is; only the header's bytes are read
 * @throws Error that names the file when it is no header, names something twice, or its arrays do not fill the bytes behind it exactly: no
 *   overlap, no hole, nothing left over
 *
 * Source: huggingface/safetensors, `SafeTensors::read_metadata` and `Metadata::validate`.
 * Differs: names that stand twice inside one entry are refused too; of the formats, only those of `BYTES` are read.
 */
export function readHeader(file: ByteSource): Header {
  try {
    return readPlainHeader(file);
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    throw new Error(
      `readSafetensors: ${file.name} must be a complete safetensors file, got ${fault.message}. ${fault.remedy}`,
      { cause: fault },
    );
  }
}

function readPlainHeader(file: ByteSource): Header {
  const first = new Uint8Array(Math.min(file.length, START_BYTES));
  file.read(first, 0);
  const foreign = recogniseForeign(first, file.name);
  if (foreign !== null) return refuse(foreign.what, foreign.remedy);
  if (file.length < 8) refuse(`${file.length} bytes`);
  const start = Buffer.alloc(8);
  file.read(start, 0);
  // The length of a header has zeros among its bytes.
  const letters = /^[ -~\s]{8,}/.exec(Buffer.from(first).toString("latin1"))?.[0];
  if (letters !== undefined)
    refuse(
      `a text that begins ${JSON.stringify(letters.trim().slice(0, 20))}`,
      "Such a text is often a server's answer in place of the file: fetch the file again.",
    );
  const headerBytes = start.readBigUInt64LE(); // may be any number: compared before anything is made from it
  if (headerBytes > BigInt(MAX_HEADER_BYTES) || headerBytes > BigInt(file.length - 8))
    refuse(`a header of ${headerBytes} bytes in a file of ${file.length}`);
  const bodyStart = 8 + Number(headerBytes);
  const header = new Uint8Array(bodyStart - 8);
  file.read(header, 8);
  const { __metadata__, ...described } = parseHeader(header);
  const metadata = metadataSchema.safeParse(__metadata__ ?? {});
  if (!metadata.success) return refuse("metadata that is not text by name");
  const entries = Object.entries(described).map(([name, raw]) => readEntry(name, raw));
  requireFilled(entries, file.length - bodyStart);
  return { entries, metadata: metadata.data, bodyStart };
}

/** What was found in place of a readable file; the file's name is added where it is known. */
class Refusal extends Error {
  readonly remedy: string;
  constructor(found: string, remedy: string) {
    super(found);
    this.remedy = remedy;
  }
}

/** @throws Refusal */
function refuse(found: string, remedy = "Fetch or write it again."): never {
  throw new Refusal(found, remedy);
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    parsed = JSON.parse(text);
  } catch {
    return refuse("a header that is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    return refuse("a header that is no JSON object");
  const repeated = findRepeatedName(text);
  if (repeated !== null) refuse(`the name "${repeated}" twice in its header`);
  return Object.fromEntries(Object.entries(parsed));
}

function readEntry(name: string, raw: unknown): HeaderEntry {
  const entry = entrySchema.safeParse(raw);
  if (!entry.success) return refuse(`an unreadable entry "${name}"`);
  const { dtype, shape, data_offsets: offsets } = entry.data;
  const [from, to] = offsets;
  if (!isDtype(dtype))
    return refuse(
      `"${name}" in the format ${dtype}, of which only ${Object.keys(BYTES).join(", ")} are read`,
      "Save the model in one of these.",
    );
  let bytes: number = BYTES[dtype];
  for (const axis of shape) {
    bytes *= axis;
    // Not the length of anything, whatever a later axis of 0 makes of it.
    if (!Number.isSafeInteger(bytes))
      refuse(`"${name}" of shape [${shape.join(", ")}], more numbers than can be counted`);
  }
  if (to - from !== bytes)
    refuse(`"${name}" of shape [${shape.join(", ")}] in ${dtype} at bytes ${from} to ${to}`);
  return { name, dtype, shape, from, to };
}

const isDtype = (dtype: string): dtype is Dtype => Object.hasOwn(BYTES, dtype);

/** Arrays may be described in any order, but their bytes follow one another from 0 to the end of the file. */
function requireFilled(entries: readonly HeaderEntry[], bodyBytes: number): void {
  let end = 0;
  for (const { name, shape, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (to > bodyBytes)
      refuse(`"${name}" of shape [${shape.join(", ")}] at bytes ${from} to ${to} of ${bodyBytes}`);
    if (from < end) refuse(`"${name}" at byte ${from}, where another array ends at ${end}`);
    if (from > end) refuse(`${from - end} bytes before "${name}" that belong to no array`);
    end = to;
  }
  if (end < bodyBytes) refuse(`${bodyBytes - end} bytes behind the last array`);
}
