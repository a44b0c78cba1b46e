/** @file The lengths told in a block of Snappy, looked through before the library follows them: it takes one from 2³¹ on for negative. */

/** Lengths of a literal up to this stand in its tag; beyond, in one to four bytes behind it. */
const MOST_IN_TAG = 60;
/** Bytes of a copy's place, by the kind of its tag. */
const PLACE_BYTES = [0, 1, 2, 4] as const;

/**
 * Whether literals end inside the block, and what it unpacks to is no longer than it says.
 *
 * @param bytes         a whole block
 * @param unpackedBytes what it should unpack to
 *
 * Source: google/snappy, format_description.txt.
 */
export function hasPossibleLengths(bytes: Uint8Array, unpackedBytes: number): boolean {
  const byteAt = (at: number): number => bytes[at] ?? 0;
  let at = 0;
  while (byteAt(at) >= 128) at++; // the length of the whole, seven bits a byte
  at++;
  let unpacked = 0;
  while (at < bytes.length) {
    const tag = byteAt(at++);
    const kind = tag & 3;
    let length = kind === 1 ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    if (kind !== 0) at += PLACE_BYTES[kind] ?? 0;
    else {
      if (length > MOST_IN_TAG) {
        const size = length - MOST_IN_TAG;
        length = 1;
        for (let byte = 0; byte < size; byte++) length += byteAt(at + byte) * 256 ** byte;
        at += size;
      }
      at += length;
    }
    unpacked += length;
    if (at > bytes.length || unpacked > unpackedBytes) return false;
  }
  return true;
}
