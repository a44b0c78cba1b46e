/**
 * @file Lets the compiler have several timers. tslab's converter keeps one and throws at a second, which the compiler asks for as soon
 * as a package.json changes next to another watched file, such as when someone copies or reinstalls packages.
 */
"use strict";

/** Gives the compiler any number of timers, which run in turn when tslab runs its own. @param {object} sys tslab's system of files */
function allowSeveralTimers(sys) {
  const { setTimeout: setOwn, clearTimeout: clearOwn } = sys;
  const pending = new Set();
  let own = null;
  sys.setTimeout = (callback) => {
    const timer = { callback };
    pending.add(timer);
    own ??= setOwn(runPending);
    return timer;
  };
  sys.clearTimeout = (timer) => {
    if (!pending.delete(timer) || pending.size > 0) return;
    clearOwn(own);
    own = null;
  };
  /** Runs all of them, also those that they set. */
  function runPending() {
    try {
      for (const timer of pending) {
        pending.delete(timer);
        timer.callback();
      }
    } finally {
      own = null;
    }
  }
}

module.exports = { allowSeveralTimers };
