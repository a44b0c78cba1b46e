/** @file JSON that people write: settings, lists of corpora. What `JSON.parse` passes over without a word is refused. */
import { findLoneSurrogate } from "./lone-surrogate.js";
import { findRepeatedName } from "./repeated-names.js";
import { normaliseText } from "./text-file.js";

/**
 * The value of a JSON text.
 *
 * @param refuse called with what was found in place of JSON
 * @returns what `refuse` returns where the text is no JSON, an object has a name twice, or a text has half of a surrogate pair
 */
export function parseJsonText<Refused>(text: string, refuse: (found: string) => Refused): unknown {
  const json = normaliseText(text);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    return refuse(
      json.trim() === "" ? "an empty file" : cause instanceof Error ? cause.message : String(cause),
    );
  }
  const repeated = findRepeatedName(json);
  if (repeated !== null) return refuse(`the name "${repeated}" twice in one object`);
  const half = findLoneSurrogate(json);
  if (half === null) return value;
  return refuse(
    `half of a surrogate pair, which is no character, in line ${half.line}, column ${half.column}`,
  );
}
