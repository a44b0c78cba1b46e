/** @file TensorFlow through tfjs-node-gpu: the one place that loads it, and its self-test. */
import "./node-repairs.js";
import "./gather-kernel.js";
import * as tf from "@tensorflow/tfjs-node-gpu";
import { deviceNames } from "./gpus.js";

export { tf };

/** What a run was computed with; part of every result. */
export interface EngineDescription {
  readonly backend: string;
  readonly tensorflow: string;
  readonly tfjs: string;
  /** "CPU", or the names of the GPUs TensorFlow found. */
  readonly device: string;
}

/** Name and versions of the engine in use. */
export function describeEngine(): EngineDescription {
  return {
    backend: tf.getBackend(),
    tensorflow: libraryVersion(),
    tfjs: tf.version_core,
    device: usesGpu() ? deviceNames() : "CPU",
  };
}

function usesGpu(): boolean {
  const backend: unknown = tf.backend();
  return (
    typeof backend === "object" &&
    backend !== null &&
    "isUsingGpuDevice" in backend &&
    backend.isUsingGpuDevice === true
  );
}

function libraryVersion(): string {
  const backend: unknown = tf.backend();
  if (typeof backend !== "object" || backend === null || !("binding" in backend)) return "none";
  const { binding } = backend;
  if (typeof binding !== "object" || binding === null || !("TF_Version" in binding)) return "unknown";
  return String(binding.TF_Version);
}

/**
 * Largest difference between tfjs' gradient and central differences, for a small function of the ops a decoder uses.
 *
 * @returns absolute difference; 1e-3 and below is float32 rounding
 */
export function testGradients(): number {
  return tf.tidy(() => {
    const x = tf.tensor2d([0.3, -0.2, 0.7, 0.1, 0.5, -0.6], [2, 3]);
    const weight = tf.tensor2d([0.2, -0.4, 0.1, 0.3, -0.1, 0.6, 0.5, 0.2, -0.3], [3, 3]);
    const direction = tf.tensor2d([1, -2, 0.5, 3, 0, 1], [2, 3]);
    const objective = (w: tf.Tensor): tf.Scalar => tf.sum(tf.mul(tf.softmax(tf.matMul(x, w)), direction));
    const gradient = tf.grad(objective)(weight).dataSync();
    const epsilon = 1e-2;
    const values = weight.dataSync();
    const differences = Array.from(values, (_, index) => {
      const moved = (by: number) => {
        const copy = Float32Array.from(values);
        copy[index] = (copy[index] ?? 0) + by;
        return objective(tf.tensor2d(copy, [3, 3])).dataSync()[0] ?? Number.NaN;
      };
      return Math.abs((moved(epsilon) - moved(-epsilon)) / (2 * epsilon) - (gradient[index] ?? Number.NaN));
    });
    return Math.max(...differences);
  });
}
