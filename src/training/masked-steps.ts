/** @file The steps of a stage with some of their rows masked (docs/options.md#d27); how a row is masked is in `data/masked-rows.ts`. */
import type { MaskedObjective } from "../config/config.js";
import { drawMask, maskRows, type Masking } from "../data/masked-rows.js";
import { deriveSeed, seeded } from "../random.js";
import type { StepBatches } from "./step-batches.js";

/** Share of a masked row's tokens that is predicted, at a step counted from 0. */
export const maskRateAt = ({ maskRate, schedule }: MaskedObjective, step: number, steps: number): number =>
  schedule === "constant" ? maskRate : maskRate * (2 - step / steps);

/**
 * Steps whose rows are masked by turns, so that the share is exact over any number of rows, and in each step up to one. A mask
 * is a function of seed, epoch and row, at the rate of its step.
 *
 * @param batches of rows with names, `rowIds`
 *
 * Source: GPT-BERT, pretraining/train_10m.py: a fixed share of the parallel processes trains on masked rows, the others on
 * causal ones, and the gradient is the mean of theirs.
 */
export function maskSteps(
  batches: StepBatches,
  {
    objective,
    seed,
    maskId,
    ordinary,
  }: { readonly objective: MaskedObjective; readonly seed: number } & Pick<Masking, "maskId" | "ordinary">,
): StepBatches {
  const known = new Set(ordinary);
  const isOrdinary = (id: number): boolean => known.has(id);
  const isMasked = (row: number): boolean =>
    Math.floor((row + 1) * objective.maskedShare) > Math.floor(row * objective.maskedShare);
  return {
    ...batches,
    at(step) {
      const batch = batches.at(step);
      const rate = maskRateAt(objective, step, batches.steps);
      const hidden = Array.from({ length: batch.batchSize }, (_, row) => {
        if (!isMasked(step * batch.batchSize + row)) return null;
        const name = batch.rowIds?.[row] ?? String(row);
        const random = seeded(deriveSeed(seed, `epoch ${batches.epochOf(step)}, mask of ${name}`));
        return drawMask(batch, row, { rate, maskId, ordinary, isOrdinary, random });
      });
      return hidden.every((row) => row === null) ? batch : maskRows(batch, hidden);
    },
  };
}
