/** @file How long prompts and replies are, by source, with counts on a logarithmic axis: poster Figure 1. */

import type { TopLevelSpec } from "vega-lite";
import type { Condition } from "../../config/config.js";
import { conditionStyle } from "../render/palette.js";
import { checkSomeRows, figureTitle, type FigureContext, type Panel } from "../render/figure-context.js";

/** One bar. */
export interface LengthBin {
  readonly source: "switchboard" | "wiki";
  readonly part: "prompt" | "reply";
  /** First length in the bin. */
  readonly from: number;
  /** First length beyond the bin. */
  readonly to: number;
  readonly count: number;
}

/** Width of a bin in poster Figure 1, in the poster's unnamed unit. */
export const POSTER_BIN_WIDTH = 149;

const SOURCE_CONDITION = { switchboard: "switch", wiki: "wiki" } as const satisfies Record<string, Condition>;

/**
 * Count lengths in bins of equal width from 0; empty bins are left out.
 *
 * @param series.lengths whole numbers ≥ 0, [N]
 * @param binWidth whole number above 0, in the unit of the lengths
 * @throws RangeError on a length or a width that no bin can hold
 */
export function binLengths(
  series: Pick<LengthBin, "source" | "part"> & { readonly lengths: readonly number[] },
  binWidth: number = POSTER_BIN_WIDTH,
): LengthBin[] {
  if (!(Number.isInteger(binWidth) && binWidth > 0)) {
    throw new RangeError(`binLengths: the width of a bin must be a whole number above 0, got ${binWidth}.`);
  }
  const counts = new Map<number, number>();
  for (const length of series.lengths) {
    if (!(Number.isInteger(length) && length >= 0)) {
      throw new RangeError(
        `binLengths: a length must be a whole number ≥ 0, got ${length}. Count before binning.`,
      );
    }
    const bin = Math.floor(length / binWidth);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  return [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bin, count]) => ({
      source: series.source,
      part: series.part,
      from: bin * binWidth,
      to: (bin + 1) * binWidth,
      count,
    }));
}

/**
 * Histogram of lengths: one panel per source and part; the same axes in all panels.
 *
 * @param unit what was counted, for the axis
 * @param text title of the figure
 * @throws RangeError when there is no row
 */
export function lengthHistogram(
  bins: readonly LengthBin[],
  context: FigureContext,
  unit: "words" | "tokens",
  text = "Length of instruction examples",
): TopLevelSpec {
  checkSomeRows("lengthHistogram", bins);
  const longest = Math.max(...bins.map((bin) => bin.to));
  const mostFrequent = Math.max(...bins.map((bin) => bin.count));
  const decades = [0, 1, 2, 3, 4, 5, 6].map((power) => 10 ** power).filter((count) => count <= mostFrequent);
  const panels = (["switchboard", "wiki"] as const).flatMap((source) =>
    (["prompt", "reply"] as const).map((part) => ({ source, part })),
  );
  const drawn = panels.filter(({ source, part }) =>
    bins.some((bin) => bin.source === source && bin.part === part),
  );
  const panel = ({ source, part }: (typeof panels)[number]): Panel => ({
    title: { text: `${source}, ${part}`, fontSize: 12 },
    width: 280,
    height: 130,
    data: { values: bins.filter((bin) => bin.source === source && bin.part === part) },
    mark: { type: "bar", color: conditionStyle(SOURCE_CONDITION[source]).color, binSpacing: 1 },
    encoding: {
      x: {
        field: "from",
        type: "quantitative",
        bin: "binned",
        scale: { domain: [0, longest] },
        axis: { title: `length (${unit})`, tickCount: 6 },
      },
      x2: { field: "to" },
      y: {
        field: "count",
        type: "quantitative",
        // From ½, so that a bin with one example has a bar.
        scale: { type: "log", domain: [0.5, mostFrequent * 1.3], nice: false },
        axis: { title: "examples (log scale)", values: decades, format: "~s" },
      },
      y2: { datum: 0.5 },
    },
  });
  return { title: figureTitle(text, context), concat: drawn.map(panel), columns: 2 };
}
