/**
 * @file The kernel's side of the progress channel: one JSON line per event, appended to the file that
 * CLASS_IT_PROGRESS names. nbconvert says nothing while it runs; scripts/notebooks.mjs reads this file, and the
 * library adds its training steps to it.
 */
"use strict";
const { appendFileSync } = require("node:fs");

/**
 * Appends one event; does nothing when no file is named.
 *
 * @param {{ type: "cell" | "error" | "lateError", [field: string]: unknown }} event
 */
function reportProgress(event) {
  const file = process.env["CLASS_IT_PROGRESS"];
  if (file === undefined || file === "") return;
  const notebook = process.env["CLASS_IT_NOTEBOOK"] ?? "";
  appendFileSync(file, `${JSON.stringify({ ...event, notebook, time: Date.now() })}\n`);
}

module.exports = { reportProgress };
