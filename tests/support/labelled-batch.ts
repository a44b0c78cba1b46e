/** @file Batches in the form of the PyTorch fixtures: rows of ids, and labels of which −100 is not trained. */
import type { Batch } from "../../src/data/batches.js";

/** The batch whose targets are the labels shifted by one. */
export function toBatch(ids: readonly number[][], labels: readonly number[][]): Batch {
  const shifted = labels.map((row) => row.slice(1));
  return {
    inputIds: Int32Array.from(ids.flatMap((row) => row.slice(0, -1))),
    targetIds: Int32Array.from(shifted.flat(), (label) => Math.max(label, 0)),
    targetMask: Float32Array.from(shifted.flat(), (label) => (label === -100 ? 0 : 1)),
    batchSize: ids.length,
    lengthTokens: (ids[0]?.length ?? 1) - 1,
    words: 0,
  };
}
