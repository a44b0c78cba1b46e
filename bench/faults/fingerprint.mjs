/** @file What a folder holds, file by file, to compare a disturbed run with an undisturbed one. */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";

/**
 * Hash of every file below a folder, links as what they point to.
 *
 * @param {string} folder
 * @param {(path: string) => boolean} [isLeftOut]
 * @param {(path: string, bytes: Buffer) => string | Buffer} [contentOf]
 * @returns {Map<string, string>} by path, relative to the folder's parent
 */
export function listFiles(folder, isLeftOut = () => false, contentOf = (_, bytes) => bytes) {
  /** @type {Map<string, string>} */
  const files = new Map();
  const walk = (/** @type {string} */ below) => {
    for (const name of readdirSync(below).sort()) {
      const path = join(below, name);
      if (isLeftOut(path)) continue;
      const stat = lstatSync(path);
      if (stat.isDirectory()) walk(path);
      else {
        const content = stat.isSymbolicLink() ? readlinkSync(path) : contentOf(path, readFileSync(path));
        files.set(relative(join(folder, ".."), path), createHash("sha256").update(content).digest("hex"));
      }
    }
  };
  if (existsSync(folder)) walk(folder);
  return files;
}
