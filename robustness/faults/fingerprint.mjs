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

/** What differs between two runs of the same: times, and the machine they were measured on. */
const TIMED = new Set(["seconds", "secondsLeft", "tokensPerSecond", "provenance"]);

/** @param {unknown} value @returns {unknown} */
function withoutTimes(value) {
  if (Array.isArray(value)) return value.filter((part) => !TIMED.has(part?.metric)).map(withoutTimes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !TIMED.has(key) && key !== "curve.jsonl") // its hash, in the record of a stage
      .map(([key, part]) => [key, withoutTimes(part)]),
  );
}

/** @param {string} text */
const lineWithoutTimes = (text) => (text === "" ? "" : JSON.stringify(withoutTimes(JSON.parse(text))));

/** A file without the times in it. @param {string} path @param {Buffer} bytes */
function contentOf(path, bytes) {
  if (path.endsWith(".json.gz")) return lineWithoutTimes(String(gunzipSync(bytes)));
  if (path.endsWith(".json")) return lineWithoutTimes(String(bytes));
  if (path.endsWith(".jsonl")) return String(bytes).split("\n").map(lineWithoutTimes).join("\n");
  return bytes;
}

/**
 * Everything a study left, but for times.
 *
 * @param {import("./tiny-study.mjs").Place} place
 */
export const fingerprintOf = ({ results, stages, out }) =>
  new Map([results, stages, out].flatMap((folder) => [...listFiles(folder, isPage, contentOf)]));

/** The report's pages bear the time they were made at. @param {string} path */
const isPage = (path) => path.endsWith(".html");

/** Temporary files, locks, and whatever is beside a final name. @param {Map<string, string>} files */
export const leftovers = (files) => [...files.keys()].filter((path) => /part|lock|progress|\.tmp/.test(path));

/**
 * Demands equal files.
 *
 * @param {Map<string, string>} found
 * @param {Map<string, string>} expected
 */
export function differences(found, expected) {
  return [...new Set([...found.keys(), ...expected.keys()])].filter(
    (path) => found.get(path) !== expected.get(path),
  );
}
