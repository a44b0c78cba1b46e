/** @file Scores as bars, ours next to the paper's: accuracies, and the share of reading times that surprisal explains. */

import type { TopLevelSpec } from "vega-lite";
import type { Condition, ModelName } from "../../config/config.js";
import { conditionLabel, inPaperOrder, runLabel } from "../render/palette.js";
import { conditionScales, conditionsIn } from "./condition-scales.js";
import {
  CHANCE_MARK,
  checkProportion,
  checkSomeRows,
  figureTitle,
  type FigureContext,
  type Layer,
  type Panel,
} from "../render/figure-context.js";
import { toPercent } from "../render/percent.js";
import { decimal } from "../render/decimal.js";

/** Our score and the paper's, of one model on one task. Proportions, not percents. */
export interface ScoreRow {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly task: string;
  /** Null when it was not measured: no bar is drawn. */
  readonly value: number | null;
  /** Ends of our 95 % confidence interval. */
  readonly low?: number | null;
  readonly high?: number | null;
  /** Null when the paper has no such number. */
  readonly paper: number | null;
  readonly paperQualifier?: "below" | "approximately" | null;
  /** Score of guessing, by chance or one class for every item, drawn as a line. */
  readonly chance?: number | null;
  /** Items of the task, in our evaluation. */
  readonly n?: number | null;
}

interface BarsDesign {
  readonly caller: string;
  readonly axisTitle: string;
  readonly decimals: number;
  readonly maxColumns: number;
  readonly ticks: { readonly tickCount: number } | { readonly values: number[] };
  /** Longest bar the axis must hold, in percent, of the longest drawn. */
  readonly longestBar: (largestPercent: number) => number;
}

const BAR_HEIGHT = 12;
const LABEL_WIDTH = 34;
const ROW_WIDTH = 490; // with labels and gaps about 700 px
const QUALIFIERS = { below: "<", approximately: "≈" } as const;

/** One bar: the row's own number or the paper's. */
function barsOf(row: ScoreRow, decimals: number) {
  const named = { run: runLabel(row.model, row.condition), condition: conditionLabel(row.condition) };
  const sign = row.paperQualifier ? QUALIFIERS[row.paperQualifier] : "";
  const low = row.low ?? null;
  const high = row.high ?? null;
  return [
    ...(row.value === null
      ? []
      : [
          {
            ...named,
            origin: "ours",
            percent: toPercent(row.value),
            low: low === null ? null : toPercent(low),
            high: high === null ? null : toPercent(high),
            end: toPercent(Math.max(row.value, high ?? 0)),
            label: decimal(toPercent(row.value), decimals),
          },
        ]),
    ...(row.paper === null
      ? []
      : [
          {
            ...named,
            origin: "paper",
            percent: toPercent(row.paper),
            low: null,
            high: null,
            end: toPercent(row.paper),
            label: sign + decimal(toPercent(row.paper), decimals),
          },
        ]),
  ];
}

function checkRows(caller: string, rows: readonly ScoreRow[]): void {
  checkSomeRows(caller, rows);
  const seen = new Set<string>();
  for (const row of rows) {
    const key = `${row.task}, ${runLabel(row.model, row.condition)}`;
    if (seen.has(key)) {
      throw new RangeError(
        `${caller}: a task must have one row per model, got two for ${key}. Average seeds first.`,
      );
    }
    seen.add(key);
    for (const name of ["value", "low", "high", "paper", "chance"] as const)
      checkProportion(caller, name, row[name]);
  }
}

function scoreBars(
  rows: readonly ScoreRow[],
  context: FigureContext,
  text: string,
  design: BarsDesign,
): TopLevelSpec {
  checkRows(design.caller, rows);
  const ordered = inPaperOrder(rows);
  const runs = [...new Set(ordered.map((row) => runLabel(row.model, row.condition)))];
  const tasks = [...new Set(rows.map((row) => row.task))];
  const color = conditionScales(conditionsIn(rows)).color;
  const origins = ["ours", "paper"].filter((origin) =>
    rows.some((row) => (origin === "ours" ? row.value : row.paper) !== null),
  );
  // Rows of panels as equal as they can be, each as wide as a page.
  const columns = Math.ceil(tasks.length / Math.ceil(tasks.length / design.maxColumns));
  const panelWidth = Math.floor(ROW_WIDTH / columns);
  const isCompared = origins.length === 2;
  const panel = (task: string, index: number): Panel => {
    const mine = ordered.filter((row) => row.task === task);
    const values = mine.flatMap((row) => barsOf(row, design.decimals));
    const n = mine.find((row) => typeof row.n === "number")?.n;
    const chance = mine.find((row) => typeof row.chance === "number")?.chance;
    const longest = design.longestBar(Math.max(0, ...values.map((bar) => bar.end)));
    const isLeft = index % columns === 0;
    const domain = [0, longest * (1 + LABEL_WIDTH / panelWidth)];
    const x = { type: "quantitative", scale: { domain, nice: false } } as const;
    const offset = { field: "origin", type: "nominal", scale: { domain: origins } } as const;
    const axis = { title: null, labels: isLeft, ticks: false, domain: false } as const;
    const y = {
      field: "run",
      type: "nominal",
      sort: runs,
      scale: { domain: runs, padding: 0.25 },
      axis,
    } as const;
    const fill = { field: "condition", type: "nominal", scale: color, legend: null } as const;
    const chanceLayer = (at: number): Layer => ({
      mark: CHANCE_MARK,
      data: { values: [{ chance: toPercent(at) }] },
      encoding: { x: { ...x, field: "chance" } },
    });
    return {
      title: {
        text: task,
        ...(n ? { subtitle: `n = ${n.toLocaleString("en-US")}` } : {}),
        fontSize: 11,
        anchor: "start",
        offset: 6,
      },
      width: panelWidth,
      height: { step: BAR_HEIGHT, for: "offset" },
      data: { values },
      layer: [
        {
          mark: { type: "bar", strokeWidth: 1.2 },
          encoding: {
            x: { ...x, field: "percent", axis: { title: design.axisTitle, ...design.ticks } },
            y,
            yOffset: offset,
            fill: isCompared
              ? { condition: { test: "datum.origin === 'paper'", value: "white" }, ...fill }
              : fill,
            stroke: fill,
          },
        },
        {
          mark: { type: "rule", color: "#777777", strokeWidth: 1.2 },
          transform: [{ filter: "datum.low !== null && datum.high !== null" }],
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y, yOffset: offset },
        },
        {
          mark: { type: "text", align: "left", dx: 3, fontSize: 9, color: "#222222" },
          encoding: { x: { ...x, field: "end" }, y, yOffset: offset, text: { field: "label" } },
        },
        ...(typeof chance === "number" ? [chanceLayer(chance)] : []),
      ],
    };
  };
  const explanation = [
    ...(isCompared ? ["filled: ours, hollow: the paper's"] : []),
    ...(rows.some((row) => typeof row.low === "number") ? ["grey rule: 95 % interval"] : []),
    ...(rows.some((row) => typeof row.chance === "number") ? ["dashed: score of guessing"] : []),
  ].join("; ");
  return {
    title: figureTitle(text, context, ...(explanation ? [explanation] : [])),
    concat: tasks.map(panel),
    columns,
    align: "each",
    spacing: { row: 14, column: 14 },
  };
}

/**
 * Accuracies (or F1) in percent: one panel per task in the order given, one line of bars a model and condition.
 *
 * @param text title of the figure
 * @param axisTitle with its unit, percent
 * @throws RangeError on a value outside 0 to 1, or two rows for one model and task
 */
export function accuracyBars(
  rows: readonly ScoreRow[],
  context: FigureContext,
  text = "Accuracy",
  axisTitle = "accuracy (%)",
): TopLevelSpec {
  return scoreBars(rows, context, text, {
    caller: "accuracyBars",
    axisTitle,
    decimals: 1,
    maxColumns: 4,
    ticks: { values: [0, 25, 50, 75, 100] },
    longestBar: () => 100,
  });
}

/**
 * Share of the variance left by the baseline that surprisal explains, in percent: one panel per measure.
 *
 * @param text title of the figure
 * @throws RangeError on a value outside 0 to 1, or two rows for one model and measure
 */
export function readingBars(
  rows: readonly ScoreRow[],
  context: FigureContext,
  text = "Reading times explained by surprisal",
): TopLevelSpec {
  return scoreBars(rows, context, text, {
    caller: "readingBars",
    axisTitle: "ΔR² (% of the variance left)",
    decimals: 2,
    maxColumns: 2,
    ticks: { tickCount: 5 },
    longestBar: (largestPercent) => (largestPercent > 0 ? largestPercent : 1),
  });
}
