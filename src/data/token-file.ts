/**
 * @file Token ids of a whole corpus in one file of fixed-width numbers: written as a stream, read by position, and mapped
 * into memory by whoever likes (`numpy.memmap(path, dtype, offset=64)`).
 */
import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";

/** Tokens that can be read by position. */
export interface TokenSource {
  readonly length: number;
  /** @throws RangeError when the range is not inside */
  read(from: number, count: number): Int32Array;
}

/** A token file open for reading; `close` it. */
export interface TokenFile extends TokenSource {
  close(): void;
}

/** First bytes of the file; then bytes a token (uint32), 52 zeros, and the tokens, little-endian. */
const MAGIC = "CLASSITT";
const HEADER_BYTES = 64;
/** Tokens written at once. */
const CHUNK_TOKENS = 2 ** 18;

/**
 * Write tokens to a file, next to it first: a file under its final name is whole.
 *
 * @param options.vocabSize up to 65,536 a token takes 2 bytes, else 4
 * @throws RangeError for a token outside the vocabulary; the system's error when the disk is full; either leaves no file
 */
export async function writeTokenFile(
  path: string,
  texts: AsyncIterable<readonly number[]> | Iterable<readonly number[]>,
  { vocabSize }: { readonly vocabSize: number },
): Promise<void> {
  const width = vocabSize <= 2 ** 16 ? 2 : 4;
  const partial = `${path}.partial-${process.pid}`;
  const descriptor = openSync(partial, "w");
  let isOpen = true;
  const chunk = width === 2 ? new Uint16Array(CHUNK_TOKENS) : new Uint32Array(CHUNK_TOKENS);
  let filled = 0;
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    header.write(MAGIC, "ascii");
    header.writeUInt32LE(width, MAGIC.length);
    writeAll(descriptor, header);
    for await (const ids of texts)
      for (const id of ids) {
        if (!(Number.isInteger(id) && id >= 0 && id < vocabSize))
          throw new RangeError(
            `writeTokenFile: tokens must be whole numbers below ${vocabSize}, got ${id}. Use the model's own tokenizer.`,
          );
        chunk[filled++] = id;
        if (filled < CHUNK_TOKENS) continue;
        writeAll(descriptor, new Uint8Array(chunk.buffer));
        filled = 0;
      }
    writeAll(descriptor, new Uint8Array(chunk.buffer, 0, filled * width));
    closeSync(descriptor);
    isOpen = false;
    renameSync(partial, path);
  } catch (error) {
    if (isOpen) closeSync(descriptor);
    rmSync(partial, { force: true });
    throw error;
  }
}

/** Writes every byte; a single call may write fewer. */
function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done);
}

/**
 * Open a token file.
 *
 * @throws Error when it is no token file, or was cut off
 */
export function openTokenFile(path: string): TokenFile {
  const descriptor = openSync(path, "r");
  const refuse = (got: string): never => {
    closeSync(descriptor);
    throw new Error(`openTokenFile: ${path} must be a token file, got ${got}. Delete it to make it again.`);
  };
  const header = Buffer.alloc(HEADER_BYTES);
  const got = readSync(descriptor, header, 0, HEADER_BYTES, 0);
  if (got < HEADER_BYTES || header.toString("ascii", 0, MAGIC.length) !== MAGIC)
    return refuse("another file, or none of its header");
  const width = header.readUInt32LE(MAGIC.length);
  const bytes = fstatSync(descriptor).size - HEADER_BYTES;
  if ((width !== 2 && width !== 4) || bytes % width !== 0)
    return refuse(`${bytes} bytes of tokens of ${width} bytes each`);
  const length = bytes / width;
  return {
    length,
    read(from, count) {
      requireRange(from, count, length);
      const raw = new Uint8Array(count * width);
      for (let done = 0; done < raw.length;) {
        const size = readSync(descriptor, raw, done, raw.length - done, HEADER_BYTES + from * width + done);
        if (size === 0)
          throw new Error(`openTokenFile: ${path} must stay whole, got its end too early. Start again.`);
        done += size;
      }
      return Int32Array.from(width === 2 ? new Uint16Array(raw.buffer) : new Uint32Array(raw.buffer));
    },
    close: () => closeSync(descriptor),
  };
}

/** Tokens at hand, in the shape of a file's. */
export function tokensInMemory(tokens: Int32Array): TokenSource {
  return {
    length: tokens.length,
    read(from, count) {
      requireRange(from, count, tokens.length);
      return tokens.slice(from, from + count);
    },
  };
}

function requireRange(from: number, count: number, length: number): void {
  if (Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 0 && from + count <= length)
    return;
  throw new RangeError(
    `read: a range must be within the ${length} tokens there are, got ${count} from ${from} on. Correct the range.`,
  );
}
