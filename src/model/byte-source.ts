/** @file Bytes read where they are wanted: of an array in memory, or of a file of any size, which is never loaded whole. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Bytes that can be read by position. */
export interface ByteSource {
  /** What errors call it: the path of a file. */
  readonly name: string;
  readonly length: number;
  /** Fills `into` with the bytes from `from` on; the caller keeps inside `length`. */
  read(into: Uint8Array, from: number): void;
}

/** Bytes at hand. @param name what errors call them */
export const bytesInMemory = (bytes: Uint8Array, name = "the array of bytes"): ByteSource => ({
  name,
  length: bytes.length,
  read: (into, from) => into.set(bytes.subarray(from, from + into.length)),
});

/** Node reads less than 2 GiB at once. */
const MOST_BYTES = 2 ** 30;

/**
 * Hands a file's bytes to `use` and closes the file afterwards.
 *
 * @throws Error when the file becomes shorter while it is read
 */
export function withFileBytes<Result>(path: string, use: (source: ByteSource) => Result): Result {
  const descriptor = openSync(path, "r");
  try {
    return use({
      name: path,
      length: fstatSync(descriptor).size,
      read(into, from) {
        for (let done = 0; done < into.length;) {
          const wanted = Math.min(into.length - done, MOST_BYTES);
          const size = readSync(descriptor, into, done, wanted, from + done);
          if (size === 0)
            throw new Error(
              `withFileBytes: ${path} must stay as it is while it is read, but it ended at byte ${from + done}. Read it again when nothing writes to it.`,
            );
          done += size;
        }
      },
    });
  } finally {
    closeSync(descriptor);
  }
}
