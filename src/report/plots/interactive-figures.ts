/** @file The main figures to hover over: each mark says its n, interval and seeds. The printed ones are score-bars.ts and verdict-forest.ts. */
import type { VerdictEffect } from "../claims/verdict-rows.js";
import { conditionStyle, inPaperOrder, runLabel } from "../render/palette.js";
import { toPercent } from "../render/percent.js";
import type { PlotlyFigure } from "../render/plotly.js";
import { groupRows } from "../rows/result-metrics.js";
import { checkSomeRows, describeContext, type FigureContext } from "../render/figure-context.js";
import type { ScoreRow } from "./score-bars.js";
import { decimal } from "../render/decimal.js";

const seedsOf = (context: FigureContext): string =>
  context.source === "published" ? "" : `<br>seeds ${context.seeds.join(", ")}`;
const titleOf = (text: string, context: FigureContext): { readonly text: string } => ({
  text: `${text}<br><sub>${describeContext(context)}</sub>`,
});
const round = (value: number, digits = 1): string => decimal(value, digits);

/**
 * Scores as bars over tasks, one colour a condition; 100M models are hatched. Click a name in the legend to hide it.
 *
 * @param rows proportions; those that were not measured are left out
 * @param text title of the figure
 * @throws RangeError when there is no row
 */
export function interactiveScores(
  rows: readonly ScoreRow[],
  context: FigureContext,
  text: string,
): PlotlyFigure {
  checkSomeRows("interactiveScores", rows);
  const runs = groupRows(inPaperOrder(rows), ({ model, condition }) => runLabel(model, condition));
  return {
    data: runs.map((own) => {
      const [{ model, condition }] = own;
      const measured = own.flatMap((row) => (row.value === null ? [] : [{ ...row, value: row.value }]));
      const hover = measured.map(({ value, low, high, n, paper }) =>
        [
          `${round(toPercent(value))} %`,
          ...(typeof low === "number" && typeof high === "number"
            ? [`95 % interval ${round(toPercent(low))} to ${round(toPercent(high))}`]
            : []),
          ...(typeof n === "number" ? [`n = ${n.toLocaleString("en-US")}`] : []),
          ...(paper === null ? [] : [`paper ${round(toPercent(paper))} %`]),
        ].join("<br>"),
      );
      return {
        type: "bar",
        name: runLabel(model, condition),
        x: measured.map(({ task }) => task),
        y: measured.map(({ value }) => toPercent(value)),
        error_y: {
          type: "data",
          symmetric: false,
          array: measured.map(({ value, high }) => toPercent((high ?? value) - value)),
          arrayminus: measured.map(({ value, low }) => toPercent(value - (low ?? value))),
          color: "#777777",
          thickness: 1,
          width: 2,
        },
        marker: {
          color: conditionStyle(condition).color,
          ...(model === "llama100M" && { pattern: { shape: "/", solidity: 0.4 } }),
        },
        customdata: hover,
        hovertemplate: `<b>%{x}</b>, %{fullData.name}<br>%{customdata}${seedsOf(context)}<extra></extra>`,
      };
    }),
    layout: {
      title: titleOf(text, context),
      height: 440,
      barmode: "group",
      yaxis: { title: { text: "score (%)" }, rangemode: "tozero" },
      xaxis: { automargin: true },
    },
  };
}

const VERDICT_MARKS = {
  supported: { color: "#0072B2", symbol: "circle" },
  "not supported": { color: "#D55E00", symbol: "square" },
  inconclusive: { color: "#8C8C8C", symbol: "diamond" },
} as const;

/**
 * Effects of claims with their intervals, one trace a verdict; only those in percentage points, which share an axis.
 *
 * @param text title of the figure
 * @throws RangeError when there is no such effect
 */
export function interactiveVerdicts(
  effects: readonly VerdictEffect[],
  context: FigureContext,
  text = "What the numbers say of each claim",
): PlotlyFigure {
  const inPoints = effects.filter(({ unit }) => unit === "points");
  checkSomeRows("interactiveVerdicts", inPoints);
  return {
    data: groupRows(inPoints, ({ verdict }) => verdict).map((own) => {
      const mark = VERDICT_MARKS[own[0].verdict];
      return {
        type: "scatter",
        mode: "markers",
        name: own[0].verdict,
        x: own.map(({ effect }) => effect),
        y: own.map(({ label }) => label),
        marker: { size: 10, ...mark },
        error_x: {
          type: "data",
          symmetric: false,
          array: own.map(({ effect, interval }) => (interval?.high ?? effect) - effect),
          arrayminus: own.map(({ effect, interval }) => effect - (interval?.low ?? effect)),
          color: mark.color,
        },
        customdata: own.map(({ effect, interval }) =>
          interval
            ? `${round(effect, 2)} points, 95 % interval ${round(interval.low, 2)} to ${round(interval.high, 2)}`
            : `${round(effect, 2)} points, no interval`,
        ),
        hovertemplate: `<b>%{y}</b><br>%{customdata}${seedsOf(context)}<extra>%{fullData.name}</extra>`,
      };
    }),
    layout: {
      title: titleOf(text, context),
      height: 520,
      xaxis: { title: { text: "effect (percentage points)" }, zeroline: true },
      yaxis: {
        automargin: true,
        autorange: "reversed",
        categoryorder: "array",
        categoryarray: inPoints.map(({ label }) => label),
      },
    },
  };
}
