/** @file The curriculum as a picture: which examples a condition trains on along its tuning, and how long they are. */
import type { TopLevelSpec } from "vega-lite";
import type { OrderPart } from "../../runs/training/example-order.js";
import { conditionLabel, conditionRank, conditionStyle } from "../render/palette.js";
import { checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";

const SETS = ["switch", "wiki", "text", "preferences"] as const;
const SET_NAMES = {
  switch: "conversation",
  wiki: "questions",
  text: "pre-training text",
  preferences: "preferences",
} as const;
// The colours of the conditions that train on one set alone; text is light, so that three shades are left in grey.
const SET_COLORS = [conditionStyle("switch").color, conditionStyle("wiki").color, "#D9D9D9", "#CC79A7"];
const STRIP_HEIGHT = 22;

/**
 * One strip per condition: the composition of its batches from the first tuning step to the last, and next to it the mean
 * length of their rows.
 *
 * @throws RangeError when there is no row
 */
export function exampleOrderStrips(rows: readonly OrderPart[], context: FigureContext): TopLevelSpec {
  checkSomeRows("exampleOrderStrips", rows);
  const conditions = [...new Set(rows.map(({ condition }) => condition))].sort(
    (a, b) => conditionRank(a) - conditionRank(b),
  );
  const longest = Math.max(...rows.map(({ meanLengthTokens }) => meanLengthTokens));
  const sets = SETS.filter((set) => rows.some((row) => row.set === set));
  const strips = conditions.map((condition, index) => {
    const own = rows.filter((row) => row.condition === condition);
    const isLast = index === conditions.length - 1;
    const x = {
      field: "from",
      type: "quantitative" as const,
      scale: { domain: [0, 1], nice: false },
      axis: isLast ? { title: "share of tuning steps", format: "%", tickCount: 4 } : null,
    };
    const composition = {
      width: 330,
      height: STRIP_HEIGHT,
      data: { values: stacked(own) },
      mark: { type: "rect" as const, strokeWidth: 0 },
      encoding: {
        x,
        x2: { field: "to" },
        y: {
          field: "below",
          type: "quantitative" as const,
          scale: { domain: [0, 1] },
          axis: { title: conditionLabel(condition), labels: false, ticks: false, grid: false, ...SIDEWAYS },
        },
        y2: { field: "above" },
        color: {
          field: "set",
          type: "nominal" as const,
          scale: {
            domain: sets.map((set) => SET_NAMES[set]),
            range: SETS.flatMap((set, at) => (sets.includes(set) ? [SET_COLORS[at] ?? "#000000"] : [])),
          },
          legend: { orient: "top" as const, title: null },
        },
      },
    };
    const length = {
      width: 170,
      height: STRIP_HEIGHT,
      data: { values: own },
      mark: { type: "line" as const, color: "#000000", strokeWidth: 1, interpolate: "step-after" as const },
      encoding: {
        x,
        y: {
          field: "meanLengthTokens",
          type: "quantitative" as const,
          scale: { domain: [0, longest] },
          axis: { title: null, values: [0, Math.round(longest)], grid: false },
        },
      },
    };
    return { hconcat: [composition, length], spacing: 12 };
  });
  return {
    title: figureTitle(
      "Order of examples in tuning",
      context,
      "Left: what each part of tuning holds. Right: mean tokens per row.",
    ),
    vconcat: strips,
    spacing: 6,
  };
}

/** The sets of each part above one another. */
const stacked = (rows: readonly OrderPart[]) =>
  rows.map((row) => {
    const below = rows
      .filter(({ from, set }) => from === row.from && SETS.indexOf(set) < SETS.indexOf(row.set))
      .reduce((sum, { share }) => sum + share, 0);
    return { ...row, set: SET_NAMES[row.set], below, above: below + row.share };
  });

const SIDEWAYS = { titleAngle: 0, titleAlign: "right", titleX: -6, titleY: STRIP_HEIGHT / 2 + 4 } as const;
