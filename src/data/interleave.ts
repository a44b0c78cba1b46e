/** @file Two sources of steps as one: by turns, or the one fading into the other. */
import { lazyBatches, type Epoch } from "./batches.js";

/** How two sources share an epoch. */
export type Interleaving = "alternating" | "gradual";

/**
 * Every step of both once, each source in its own order.
 *
 * @param how `alternating` spreads both evenly, so that they end together; under `gradual` the share of the second grows
 *   steadily from none to all: of n steps number i comes at 1 − √(1 − (i + ½)/n) of the epoch from the first source, at
 *   √((i + ½)/n) from the second
 */
export function interleave<Step>(first: Epoch<Step>, second: Epoch<Step>, how: Interleaving): Epoch<Step> {
  const places = [first, second].flatMap((source, which) =>
    Array.from({ length: source.count }, (_, index) => {
      const share = (index + 0.5) / source.count;
      const gradual = which === 0 ? 1 - Math.sqrt(1 - share) : Math.sqrt(share);
      return { source, index, place: how === "gradual" ? gradual : share, which };
    }),
  );
  places.sort((a, b) => a.place - b.place || a.which - b.which);
  return lazyBatches(places, ({ source, index }) => source.at(index));
}
