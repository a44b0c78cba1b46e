/** @file The paper's summary over tasks: z-scores of the models as boxes, poster Figures 4 and 6. */

import type { TopLevelSpec } from "vega-lite";
import type { Condition, ModelName } from "../../config/config.js";
import { conditionLabel, inPaperOrder, runLabel } from "../render/palette.js";
import { conditionScales, conditionsIn } from "./condition-scales.js";
import { checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";

/** The z-score of one model on one task, over the compared models (sample standard deviation, n − 1). */
export interface ZScoreRow {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly task: string;
  readonly z: number;
}

/** A median the paper gives for a model. */
export interface PosterMedian {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly median: number;
}

/**
 * A box for each model: median, quartiles, whiskers to the extremes, and each task as a dot.
 *
 * @param posterMedians drawn as diamonds where given
 * @param text title of the figure
 * @throws RangeError when there is no row
 *
 * Source: quartiles by linear interpolation (type 7), as in the poster's plotting library.
 */
export function zScoreBoxes(
  rows: readonly ZScoreRow[],
  context: FigureContext,
  posterMedians: readonly PosterMedian[] = [],
  text = "z-scores over tasks",
): TopLevelSpec {
  checkSomeRows("zScoreBoxes", rows);
  const runs = [...new Set(inPaperOrder(rows).map((row) => runLabel(row.model, row.condition)))];
  const named = <Row extends { readonly model: ModelName; readonly condition: Condition }>(row: Row) => ({
    ...row,
    run: runLabel(row.model, row.condition),
    condition: conditionLabel(row.condition),
  });
  const y = {
    field: "run",
    type: "nominal",
    sort: runs,
    scale: { domain: runs },
    axis: { title: null, ticks: false },
  } as const;
  const x = {
    type: "quantitative",
    title: "z-score over the compared models (standard deviations)",
    axis: { tickCount: 8 },
  } as const;
  const color = {
    field: "condition",
    type: "nominal",
    scale: conditionScales(conditionsIn(rows)).color,
    legend: null,
  } as const;
  const tasks = new Set(rows.map((row) => row.task)).size;
  return {
    title: figureTitle(
      text,
      context,
      `box: quartiles and median; whiskers: extremes; dots: the ${tasks} tasks` +
        (posterMedians.length > 0 ? "; diamond: the poster's median" : ""),
    ),
    width: 520,
    height: { step: 32 },
    data: { values: rows.map(named) },
    layer: [
      {
        mark: { type: "rule", color: "#999999" },
        data: { values: [{ zero: 0 }] },
        encoding: { x: { ...x, field: "zero" } },
      },
      {
        mark: {
          type: "boxplot",
          extent: "min-max",
          size: 18,
          box: { fillOpacity: 0.35 },
          median: { color: "#000000", strokeWidth: 2.5 },
        },
        encoding: { x: { ...x, field: "z" }, y, color },
      },
      {
        mark: { type: "point", filled: true, size: 16, opacity: 0.9 },
        encoding: { x: { ...x, field: "z" }, y, color },
      },
      {
        data: { values: posterMedians.map(named) },
        mark: {
          type: "point",
          shape: "diamond",
          filled: true,
          fill: "white",
          stroke: "black",
          size: 70,
          opacity: 1,
        },
        encoding: { x: { ...x, field: "median" }, y },
      },
    ],
  };
}
