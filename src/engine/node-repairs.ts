/** @file What must be true of the process before TensorFlow.js loads; imported for its effect, and first. */
import util from "node:util";
import { hasGpus } from "./gpus.js";

// tfjs-node-gpu 4.22 calls two functions that Node 22 warns about and Node 23 removed (tensorflow/tfjs#8609, fix
// unreleased). The kernel's launcher does the same for what a cell loads before this library.
const repairs = {
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isArray: (value: unknown) => Array.isArray(value),
};
for (const [name, repair] of Object.entries(repairs))
  Object.defineProperty(util, name, { value: repair, configurable: true, writable: true });

// TensorFlow logs its build options to stderr at start; errors still come through.
process.env["TF_CPP_MIN_LOG_LEVEL"] ??= "2";

// On a GPU: float32 products in float32 and not in 19 bits, sums in one order, memory taken as it is needed.
if (hasGpus()) {
  process.env["NVIDIA_TF32_OVERRIDE"] ??= "0";
  process.env["TF_DETERMINISTIC_OPS"] ??= "1";
  process.env["TF_FORCE_GPU_ALLOW_GROWTH"] ??= "true";
}
