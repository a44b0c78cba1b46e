/** @file How much of the items of each task the training text holds, as one bar per task; ours, no figure of the paper. */

import type { TopLevelSpec } from "vega-lite";
import { checkProportion, checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";
import { toPercent } from "../render/percent.js";

/** Items of one task whose overlap is in one range. */
export interface OverlapBin {
  readonly task: string;
  readonly range: (typeof OVERLAP_RANGES)[number];
  /** Share of the task's items, 0–1. */
  readonly share: number;
  /** Items of the task in all ranges. */
  readonly n: number;
}

/** Ranges of the share of an item's n-grams that was found. */
export const OVERLAP_RANGES = ["none", "up to 10 %", "10 to 50 %", "50 to under 100 %", "all"] as const;

/** From pale to dark, so that a grey print keeps them apart (L* 93, 80, 61, 42, 16). */
const COLORS = ["#e9ecef", "#a6cee3", "#5e9bc5", "#2166a0", "#08274a"];

/**
 * Count items by range of overlap; a range without items has a share of 0.
 *
 * @param series.task name, as the figure prints it
 * @param series.overlaps share of each item's n-grams that was found, 0–1, [at least 1]
 * @throws RangeError when a share is not one, or there is none
 */
export function binOverlaps(series: {
  readonly task: string;
  readonly overlaps: readonly number[];
}): OverlapBin[] {
  const { task, overlaps } = series;
  checkSomeRows("binOverlaps", overlaps);
  const counts = OVERLAP_RANGES.map(() => 0);
  for (const overlap of overlaps) {
    checkProportion("binOverlaps", "overlap", overlap);
    const range = overlap === 0 ? 0 : overlap <= 0.1 ? 1 : overlap <= 0.5 ? 2 : overlap < 1 ? 3 : 4;
    counts[range] = (counts[range] ?? 0) + 1;
  }
  return OVERLAP_RANGES.map((range, index) => ({
    task,
    range,
    share: (counts[index] ?? 0) / overlaps.length,
    n: overlaps.length,
  }));
}

/**
 * One bar of 100 % a task, in the order of the rows; its colours say which share of an item's n-grams was found.
 *
 * @param ngrams what was looked for, "13-grams of words"
 * @param text title of the figure
 * @throws RangeError when there is no row, or a share is not from 0 to 1
 */
export function overlapBars(
  bins: readonly OverlapBin[],
  context: FigureContext,
  ngrams: string,
  text = "Overlap with the pre-training text",
): TopLevelSpec {
  checkSomeRows("overlapBars", bins);
  for (const { share } of bins) checkProportion("overlapBars", "share", share);
  const label = ({ task, n }: OverlapBin): string => `${task} (${n.toLocaleString("en-US")})`;
  const labels = [...new Set(bins.map(label))];
  // A bar without length would still have an edge.
  const drawn = bins.filter(({ share }) => share > 0);
  const values = drawn.map((bin) => ({
    label: label(bin),
    range: bin.range,
    order: OVERLAP_RANGES.indexOf(bin.range),
    percent: toPercent(bin.share),
  }));
  return {
    title: figureTitle(
      text,
      context,
      `Share of an item's ${ngrams} that the text holds; number of items in brackets.`,
    ),
    width: 430,
    height: { step: 20 },
    data: { values },
    mark: { type: "bar", stroke: "#555555", strokeWidth: 0.4 },
    encoding: {
      x: {
        field: "percent",
        type: "quantitative",
        stack: "zero",
        scale: { domain: [0, 100] },
        axis: { title: "items (%)", tickCount: 6 },
      },
      y: { field: "label", type: "nominal", sort: labels, axis: { title: null, ticks: false } },
      color: {
        field: "range",
        type: "nominal",
        scale: { domain: [...OVERLAP_RANGES], range: COLORS },
        legend: { orient: "bottom", title: "found of an item" },
      },
      order: { field: "order", type: "quantitative" },
    },
  };
}
