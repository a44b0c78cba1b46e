/** @file What must be true of the process before TensorFlow.js loads; imported for its effect, and first. */
import util from "node:util";

// tfjs-node-gpu 4.22 calls two functions that Node removed in version 23 (tensorflow/tfjs#8609, fix unreleased).
const repairs = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: (value: unknown) => Array.isArray(value),
};
for (const [name, repair] of Object.entries(repairs)) {
  if (!(name in util)) Object.defineProperty(util, name, { value: repair, configurable: true });
}

// TensorFlow logs its build options to stderr at start; errors still come through.
process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";
