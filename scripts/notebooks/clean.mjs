/**
 * @file What git keeps of a notebook that any front end saved: set-up makes `node scripts/notebooks/clean.mjs` the filter of
 * notebooks/*.ipynb, so that one which was run and saved without an edit is no change. A file that is no notebook, such as one with
 * conflict marks, stays as it is. Nothing but Node is needed.
 */
import { text } from "node:stream/consumers";
import { normaliseNotebook, serialiseNotebook } from "./notebook-format.mjs";

/** @param {string} saved @returns {string} */
function cleaned(saved) {
  try {
    return serialiseNotebook(normaliseNotebook(JSON.parse(saved)));
  } catch {
    return saved;
  }
}

process.stdout.write(cleaned(await text(process.stdin)));
