/** @file Halves of surrogate pairs in JSON: an escape such as `\ud83d` alone is no character, and would be trained on as U+FFFD. */

import { placeOf } from "./text-file.js";

/** A pair of escapes; half of one, escaped or not; any other escape. */
const ESCAPES = /\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(\\ud[89a-f][0-9a-f]{2}|\p{Cs})|\\./giu;

/**
 * Where half of a surrogate pair stands alone, escaped or not; null where there is none.
 *
 * @param json text that `JSON.parse` accepts
 * @returns its line and column, from 1, columns in characters
 */
export function findLoneSurrogate(json: string): { readonly line: number; readonly column: number } | null {
  for (const { 1: half, index } of json.matchAll(ESCAPES))
    if (half !== undefined) return placeOf(json.slice(0, index));
  return null;
}
