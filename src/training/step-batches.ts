/** @file The batches of a whole stage by the number of the step: what makes a stage resumable at any of them. */
import type { Batch, EpochBatches } from "../data/batches.js";

/** Every step's batch. The same number gives the same batch, in whatever order they are asked for. */
export interface StepBatches {
  readonly steps: number;
  /** @param step counted from 0 */
  at(step: number): Batch;
  /** Epoch a step belongs to, counted from 1. */
  epochOf(step: number): number;
}

/**
 * Epoch after epoch, up to a number of steps.
 *
 * @param batchesOf one epoch's batches, counted from 0; each epoch must have as many
 * @param steps     null trains `epochs` whole epochs
 * @throws RangeError when there is nothing to train on
 */
export function repeatEpochs(
  batchesOf: (epoch: number) => EpochBatches,
  { epochs, steps = null }: { readonly epochs: number; readonly steps?: number | null },
): StepBatches {
  const perEpoch = batchesOf(0).count;
  if (perEpoch < 1)
    throw new RangeError("repeatEpochs: an epoch must have at least one batch, got none. Give it more data.");
  let open: { readonly epoch: number; readonly batches: EpochBatches } | null = null;
  return {
    steps: steps ?? perEpoch * epochs,
    at(step) {
      const epoch = Math.floor(step / perEpoch);
      if (open?.epoch !== epoch) open = { epoch, batches: batchesOf(epoch) };
      return open.batches.at(step % perEpoch);
    },
    epochOf: (step) => Math.floor(step / perEpoch) + 1,
  };
}
