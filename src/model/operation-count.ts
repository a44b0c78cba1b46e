/** @file How many floating-point operations a decoder takes: what speed, budgets and projections are counted in. */
import type { ArchitectureConfig } from "../config/config.js";
import { countParameters } from "./weights.js";

/** Rows of one batch, padding included. */
export interface BatchShape {
  readonly batchSize: number;
  readonly lengthTokens: number;
}

/**
 * Floating-point operations of the matrix products of one pass forward.
 *
 *   2 · (P − V · D) · B · T + 2 · L · D · B · T²
 *
 * Half of attention's T² pairs are in the future and are not counted.
 */
export function forwardOperations(
  architecture: ArchitectureConfig,
  { batchSize, lengthTokens }: BatchShape,
): number {
  const { vocabSize, hiddenSize, numLayers, tiedEmbeddings } = architecture;
  const inProducts = countParameters(architecture) - (tiedEmbeddings ? 0 : vocabSize * hiddenSize);
  const tokens = batchSize * lengthTokens;
  return 2 * inProducts * tokens + 2 * numLayers * hiddenSize * tokens * lengthTokens;
}

/** Of a whole training step: the pass backward takes twice as many as the one forward. */
export const trainingOperations = (architecture: ArchitectureConfig, shape: BatchShape): number =>
  3 * forwardOperations(architecture, shape);
