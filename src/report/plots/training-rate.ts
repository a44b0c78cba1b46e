/** @file How fast training runs, by model and engine. */

import type { TopLevelSpec } from "vega-lite";
import type { ModelName } from "../../config/config.js";
import { modelColors, modelsIn } from "./condition-scales.js";
import { checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";

/** A measured training speed. */
export interface TrainingRateRow {
  readonly model: ModelName;
  /** How the step was run, such as "compiled, bfloat16". */
  readonly engine: string;
  readonly tokensPerSecond: number;
}

/**
 * Tokens a second as bars: one group an engine in the order of the rows, one bar per model.
 *
 * @param text title of the figure
 * @throws RangeError when there is no row
 */
export function trainingRateBars(
  rows: readonly TrainingRateRow[],
  context: FigureContext,
  text = "Training rate",
): TopLevelSpec {
  checkSomeRows("trainingRateBars", rows);
  const engines = [...new Set(rows.map((row) => row.engine))];
  const models = modelsIn(rows);
  const largest = Math.max(...rows.map((row) => row.tokensPerSecond));
  const domain = [0, largest * 1.15]; // room for the label
  const x = {
    field: "tokensPerSecond",
    type: "quantitative",
    title: "training rate (tokens/s)",
    axis: { tickCount: 6 },
    scale: { domain, nice: false },
  } as const;
  const y = { field: "engine", type: "nominal", sort: engines, axis: { title: null, ticks: false } } as const;
  const yOffset = { field: "model", type: "nominal", scale: { domain: models } } as const;
  return {
    title: figureTitle(text, context),
    width: 480,
    height: { step: 18, for: "offset" },
    data: { values: [...rows] },
    layer: [
      {
        mark: { type: "bar" },
        encoding: {
          x,
          y,
          yOffset,
          color: {
            field: "model",
            type: "nominal",
            scale: modelColors(models),
            legend: { orient: "bottom", title: null },
          },
        },
      },
      {
        mark: { type: "text", align: "left", dx: 4, fontSize: 11 },
        encoding: {
          x,
          y,
          yOffset,
          text: { field: "tokensPerSecond", type: "quantitative", format: ",.3~r" },
        },
      },
    ],
  };
}
