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

/**
 * Looks once a second whether our parent (JPY_PARENT_PID) and the runner (CLASS_IT_RUNNER_PID) still are there. The parent may have
 * ended before we look for the first time; where a runner of this machine is named, its number is enough to see that.
 */
function watchParent() {
  const parent = process.ppid;
  const jupyter = Number(process.env["JPY_PARENT_PID"] ?? 0);
  const runner = Number(process.env["CLASS_IT_RUNNER_PID"] ?? 0);
  const isChild = parent === jupyter; // else a wrapper started us, perhaps where processes have other numbers
  setInterval(() => {
    const isOrphan = isChild && process.ppid !== parent;
    const isLeft = runner > 0 && !(exists(runner) && (jupyter === 0 || exists(jupyter)));
    if (isOrphan || isLeft) process.exit(1);
  }, 1000).unref();
}

module.exports = { watchParent };
