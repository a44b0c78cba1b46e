/** @file Pairs of a better and a worse reply in batches: two rows a pair, the chosen one first. */
import { lazyBatches, type Batch, type EpochBatches } from "./batches.js";
import { batchOfRows, exampleSteps, type ExampleBatchOptions } from "./example-batches.js";
import type { EncodedExample } from "./instructions/chat-template.js";

/** Both replies of a pair after its prompt, as the model sees them. */
export interface EncodedPair {
  readonly chosen: EncodedExample;
  readonly rejected: EncodedExample;
}

/**
 * One epoch of pairs in batches, pairs of similar length together, in an order of its own for each epoch.
 *
 * @param options.pairs     ids of the chosen rows are unique
 * @param options.batchSize pairs; a batch has twice as many rows
 */
export function preferenceBatches({
  pairs,
  padId,
  ...options
}: Omit<ExampleBatchOptions, "examples"> & { readonly pairs: readonly EncodedPair[] }): EpochBatches {
  const rejectedOf = new Map(pairs.map(({ chosen, rejected }) => [chosen.id, rejected]));
  const steps = exampleSteps({
    ...options,
    examples: pairs.map(({ chosen }) => chosen),
    order: "groupedByLength",
  });
  return lazyBatches(
    Array.from({ length: steps.count }, (_, index) => index),
    (index): Batch => {
      const rows = steps
        .at(index)
        .flat()
        .flatMap((chosen) => [[chosen], [rejectedOf.get(chosen.id) ?? chosen]]);
      return batchOfRows(rows, { padId, isolated: false });
    },
  );
}
