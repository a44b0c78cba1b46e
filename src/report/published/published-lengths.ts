/** @file The lengths of the paper's instruction examples, and this run's counted in the same bins next to them. */
import { z } from "zod";
import type { TidyRow } from "../render/frame.js";
import { binLengths, type LengthBin } from "../plots/length-histogram.js";
import { cell, readPublished } from "./published-file.js";

/**
 * Rows of poster Figure 1. Counts are read off a logarithmic axis, so the large ones are good to two digits; prompts of wiki
 * go on to about 5,800 in counts too small to read.
 *
 * Source: CLASS-IT poster, Figure 1, digitised.
 */
export function publishedLengths(): readonly LengthBin[] {
  const row = z.object({
    set: z.enum(["switchboard", "wiki"]),
    part: z.enum(["prompt", "reply"]),
    from: cell.number,
    to: cell.number,
    examples: cell.number,
    qualifier: z.literal("approximately"),
    source: cell.text,
    confidence: cell.confidence,
  });
  return readPublished("instruction_lengths.csv", row).map(({ set, part, from, to, examples }) => ({
    source: set,
    part,
    from,
    to,
    count: examples,
  }));
}

/**
 * Our counts in the poster's bins next to the poster's; null where the poster's bar cannot be read.
 *
 * @param series lengths in word or punctuation tokens; the poster does not state its unit
 */
export function lengthRows(
  series: readonly (Pick<LengthBin, "source" | "part"> & { readonly lengths: readonly number[] })[],
): TidyRow[] {
  const published = publishedLengths();
  const own = series.flatMap((one) => binLengths(one));
  return series.flatMap(({ source, part }) => {
    const of = (bins: readonly LengthBin[]) =>
      bins.filter((bin) => bin.source === source && bin.part === part);
    const starts = [...new Set([...of(own), ...of(published)].map(({ from }) => from))].sort((a, b) => a - b);
    return starts.map((from) => {
      const countIn = (bins: readonly LengthBin[]) => of(bins).find((bin) => bin.from === from)?.count;
      return {
        set: source,
        part,
        length: `${from} to ${from + 148}`,
        examples: countIn(own) ?? 0,
        paper: countIn(published) ?? null,
      };
    });
  });
}
