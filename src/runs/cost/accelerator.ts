/** @file How long training takes on a GPU, projected from steps that were measured on one. */
import type { ModelName } from "../../config/config.js";

/** A GPU, and how fast training runs of the paper's decoders were seen to be on it. */
export interface Accelerator {
  readonly name: string;
  /** Dense bfloat16 matrix products, operations a second. */
  readonly peakOperationsPerSecond: number;
  /** Share of the peak that steps on full pre-training rows reach. */
  readonly shareOfPeak: Readonly<Record<ModelName, number>>;
  /** Milliseconds a layer and step on short rows, where launching kernels takes longer than their products. */
  readonly launchMsPerLayer: Readonly<Record<ModelName, number>>;
}

/**
 * NVIDIA H100 80GB HBM3. Rows of pre-training are full; those of tuning are 88 tokens, the mean of the merged stage at paper scale.
 *
 *   llama140M  8 × 6,144  0.235 s a step compiled, 0.242 s eager    8 × 88  16.2 ms compiled, 34.6 ms eager
 *   llama100M  8 × 6,000  0.266 s a step compiled, 0.256 s eager    8 × 88  30.8 ms compiled, 57.8 ms eager
 *
 * The faster of the two counts.
 *
 * Source: NVIDIA's data sheet for the peak (SXM, dense bfloat16); the rest `python bench/pytorch/gpu.py`, run on one such GPU on
 *   2026-11-26 with torch 2.11.0+cu130, transformers 5.17.0 and driver 580.159: medians of 8 s of steps, each waited for,
 *   bfloat16 autocast.
 * Differs: that is PyTorch. The kit itself has not run on such a GPU.
 */
export const H100: Accelerator = {
  name: "H100",
  peakOperationsPerSecond: 989e12,
  shareOfPeak: { llama140M: 0.216, llama100M: 0.175 },
  launchMsPerLayer: { llama140M: 16.2 / 12, llama100M: 30.8 / 20 },
};

/** Work to project: a stage of training, or a step of it. */
export interface Work {
  /** Whose measured figures count; a smaller decoder has those of its namesake. */
  readonly model: ModelName;
  readonly numLayers: number;
  readonly steps: number;
  /** Floating-point operations of all matrix products. */
  readonly operations: number;
}

/** Time on a GPU, and what it is bound by. */
export interface Projection {
  readonly seconds: number;
  readonly boundBy: "products" | "launches";
}

/**
 * The larger of two times:
 *
 *   operations / (peak · share of the peak)    what the products take
 *   steps · layers · time a layer and step     what launching their kernels takes
 *
 * Whole batches are taken to be computed at once; reading of data, checkpoints and held-out losses are left out.
 *
 * Differs: smaller decoders were not measured; a layer of theirs is taken to need as long to launch as one of the paper's.
 */
export function projectOnto(
  { peakOperationsPerSecond, shareOfPeak, launchMsPerLayer }: Accelerator,
  { model, numLayers, steps, operations }: Work,
): Projection {
  const products = operations / (peakOperationsPerSecond * shareOfPeak[model]);
  const launches = (steps * numLayers * launchMsPerLayer[model]) / 1000;
  return products >= launches
    ? { seconds: products, boundBy: "products" }
    : { seconds: launches, boundBy: "launches" };
}
