/**
 * @file Ends the kernel when those it works for are gone, so that a killed run leaves nothing training in the
 * background: the Jupyter process that started it, or the runner that executes the notebook.
 */
"use strict";

/** @param {number} pid @returns {boolean} whether that process exists */
function exists(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Looks once a second whether our parent (JPY_PARENT_PID) and the runner (CLASS_IT_RUNNER_PID) still are there. */
function watchParent() {
  const parent = process.ppid;
  const isJupyter = String(parent) === process.env["JPY_PARENT_PID"]; // else a wrapper started us: nothing to compare
  const runner = Number(process.env["CLASS_IT_RUNNER_PID"] ?? 0);
  setInterval(() => {
    if ((isJupyter && process.ppid !== parent) || (runner > 0 && !exists(runner))) process.exit(1);
  }, 1000).unref();
}

module.exports = { watchParent };
