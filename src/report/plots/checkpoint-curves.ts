/** @file How a score grows with the words a model has seen, through pre-training and tuning. */
import type { TopLevelSpec } from "vega-lite";
import type { CheckpointScore } from "../../runs/scoring/checkpoint-scores.js";
import { conditionLabel } from "../render/palette.js";
import { conditionScales, conditionsIn, modelsIn } from "./condition-scales.js";
import { CHANCE_MARK, checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";
import { toPercent } from "../render/percent.js";

/**
 * One panel per model, one line per condition; marks are checkpoints.
 *
 * @param rows scores from 0 to 1 by words seen
 * @param text title of the figure
 * @param chance score of guessing, 0 to 1, drawn as a line; null draws none
 * @throws RangeError when there is no row
 */
export function checkpointCurves(
  rows: readonly CheckpointScore[],
  context: FigureContext,
  text: string,
  chance: number | null = null,
): TopLevelSpec {
  checkSomeRows("checkpointCurves", rows);
  const scales = conditionScales(conditionsIn(rows));
  const legend = { orient: "bottom", title: "condition", columns: 3 } as const;
  const models = modelsIn(rows);
  return {
    title: figureTitle(text, context, "marks: checkpoints and ends of stages; dashed: guessing"),
    concat: models.map((model) => ({
      title: { text: model, fontSize: 12 },
      width: models.length === 1 ? 560 : 270,
      height: 220,
      layer: [
        ...(chance === null
          ? []
          : [
              {
                data: { values: [{ percent: toPercent(chance) }] },
                mark: CHANCE_MARK,
                encoding: { y: { field: "percent", type: "quantitative" as const } },
              },
            ]),
        {
          data: {
            values: rows
              .filter((row) => row.model === model)
              .map((row) => ({
                condition: conditionLabel(row.condition),
                millions: row.wordsSeen / 1e6,
                percent: toPercent(row.value),
              })),
          },
          mark: { type: "line" as const, point: { size: 40, filled: true } },
          encoding: {
            x: { field: "millions", type: "quantitative" as const, title: "words seen (millions)" },
            y: {
              field: "percent",
              type: "quantitative" as const,
              title: "accuracy (%)",
              scale: { zero: false },
            },
            color: { field: "condition", type: "nominal" as const, scale: scales.color, legend },
            strokeDash: { field: "condition", type: "nominal" as const, scale: scales.dash, legend },
            shape: { field: "condition", type: "nominal" as const, scale: scales.shape, legend },
          },
        },
      ],
    })),
    columns: 2,
    resolve: { scale: { x: "shared", y: "shared" } },
  };
}
