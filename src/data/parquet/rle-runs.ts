/** @file Runs of small numbers in parquet's hybrid of repeated and packed values, only as far as their lengths go. */

/** Most bits of a number. */
const MOST_BITS = 32;
/** Bytes of the longest count of a run. */
const MOST_COUNT_BYTES = 5;

/**
 * What is impossible about the runs, in words; null where nothing is.
 *
 * @param width  bits of a number
 * @param values how many there are at most
 *
 * Source: apache/parquet-format, Encodings.md, "RLE/Bit-Packing Hybrid".
 */
export function faultOfRuns(bytes: Uint8Array, width: number, values: number): string | null {
  if (width > MOST_BITS) return `numbers of ${width} bits`;
  let seen = 0;
  for (let at = 0; at < bytes.length && seen < values;) {
    let [head, place] = [0, 1];
    for (let length = 1; ; length++) {
      const byte = bytes[at++];
      if (byte === undefined || length > MOST_COUNT_BYTES) return "a run whose length does not end";
      head += (byte & 0x7f) * place;
      if (byte < 0x80) break;
      place *= 128;
    }
    const isPacked = head % 2 === 1;
    const count = Math.floor(head / 2) * (isPacked ? 8 : 1);
    // The last packed group is filled up to eight.
    if (count > values - seen + (isPacked ? 7 : 0))
      return `a run of ${count} numbers where ${values - seen} are left`;
    at += isPacked ? (count * width) / 8 : Math.ceil(width / 8);
    seen += count;
  }
  return null;
}
