/** @file The model of a `tokenizer.json` as its text has it, so that a large vocabulary is not written out again. */
import type { TokenizerJson } from "./tokenizer-json.js";

/**
 * The text of the last field of a `tokenizer.json`, where that is the model.
 *
 * @param text what `json` was parsed from
 * @returns null where another field comes last or the model cannot be told apart
 */
export function modelTextOf(text: string, json: TokenizerJson): string | null {
  if (Object.keys(json).at(-1) !== "model") return null;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    else if (character === '"') {
      const from = at;
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === "\\") at++;
      if (depth !== 1 || text.slice(from, at + 1) !== '"model"') continue;
      const colon = text.indexOf(":", at);
      if (text.slice(at + 1, colon).trim() === "") return text.slice(colon + 1, text.lastIndexOf("}"));
    }
  }
  return null;
}

/** A tokenizer as JSON, with the model's text where that is known and still holds. */
export function tokenizerText(json: TokenizerJson, modelText: string | null): string {
  if (modelText === null) return JSON.stringify(json);
  const text = JSON.stringify({ ...json, model: undefined });
  return `${text.slice(0, -1)},"model":${modelText}}`;
}
