/** @file Text in a gzip file, unpacked no further than the kit's own files go: a few bytes can stand for gigabytes. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** How many times its packed size a text may have: results shrink 3 to 20 times, and gzip can 1,000. */
const MOST_TIMES = 200;
/** What any file may have: short ones may repeat one line. */
const FREE_BYTES = 16 * 2 ** 20;

/** @throws an error of zlib when the file is no gzip file, is cut off, or unpacks to more than a text of its size would */
export function readGzipText(path: string): string {
  const packed = readFileSync(path);
  const maxOutputLength = FREE_BYTES + MOST_TIMES * packed.length;
  return gunzipSync(packed, { maxOutputLength }).toString("utf8");
}
