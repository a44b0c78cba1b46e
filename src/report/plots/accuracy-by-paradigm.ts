/** @file Accuracy of each paradigm or subset as dots, with the chance line. */

import type { TopLevelSpec } from "vega-lite";
import type { Condition, ModelName } from "../../config/config.js";
import { conditionLabel } from "../render/palette.js";
import { conditionScales, conditionsIn, modelsIn } from "./condition-scales.js";
import {
  CHANCE_MARK,
  checkProportion,
  checkSomeRows,
  figureTitle,
  type FigureContext,
  type Panel,
} from "../render/figure-context.js";
import { toPercent } from "../render/percent.js";

/** Accuracy of one model on one paradigm. Proportions, not percents. */
export interface ParadigmRow {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly paradigm: string;
  readonly accuracy: number;
  readonly n: number;
  readonly chance: number;
}

/**
 * A dot for each paradigm and condition, one panel per model; paradigms in the order of the rows.
 *
 * @param text title of the figure
 * @throws RangeError on a value outside 0 to 1
 */
export function accuracyByParadigm(
  rows: readonly ParadigmRow[],
  context: FigureContext,
  text = "Accuracy by paradigm",
): TopLevelSpec {
  checkSomeRows("accuracyByParadigm", rows);
  for (const row of rows) {
    checkProportion("accuracyByParadigm", "accuracy", row.accuracy);
    checkProportion("accuracyByParadigm", "chance", row.chance);
  }
  const paradigms = [...new Set(rows.map((row) => row.paradigm))];
  const sizeOf = new Map(rows.map((row) => [row.paradigm, row.n]));
  const label = (paradigm: string): string =>
    `${paradigm} (${(sizeOf.get(paradigm) ?? 0).toLocaleString("en-US")})`;
  const labels = paradigms.map(label);
  const conditions = conditionsIn(rows);
  const scales = conditionScales(conditions);
  const models = modelsIn(rows);
  const chances = [...new Set(rows.map((row) => row.chance))];
  const legend = { orient: "bottom", title: "condition", columns: 6, symbolSize: 60 } as const;
  const domain = [0, 100];
  const x = { type: "quantitative", scale: { domain }, title: "accuracy (%)" } as const;
  const panel = (model: ModelName, index: number): Panel => ({
    title: { text: model, fontSize: 12 },
    width: models.length === 1 ? 440 : 225,
    height: conditions.length === 1 ? { step: 16 } : { step: 8, for: "offset" },
    data: {
      values: rows
        .filter((row) => row.model === model)
        .map((row) => ({
          paradigm: label(row.paradigm),
          condition: conditionLabel(row.condition),
          percent: toPercent(row.accuracy),
        })),
    },
    layer: [
      {
        data: { values: chances.map((chance) => ({ chance: toPercent(chance) })) },
        mark: CHANCE_MARK,
        encoding: { x: { ...x, field: "chance" } },
      },
      {
        mark: { type: "point", filled: true, size: 45, opacity: 1 },
        encoding: {
          x: { ...x, field: "percent" },
          y: {
            field: "paradigm",
            type: "nominal",
            sort: labels,
            scale: { domain: labels },
            axis: { title: null, grid: true, labels: index % 2 === 0, ticks: false },
          },
          yOffset: { field: "condition", type: "nominal", scale: { domain: scales.color.domain } },
          color: { field: "condition", type: "nominal", scale: scales.color, legend },
          shape: { field: "condition", type: "nominal", scale: scales.shape, legend },
        },
      },
    ],
  });
  return {
    title: figureTitle(text, context, "dashed: chance; in brackets: n of each row"),
    concat: models.map(panel),
    columns: 2,
    align: "each",
    spacing: 14,
  };
}
