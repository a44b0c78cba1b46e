/** @file Accuracy of each phenomenon or subset as dots, with the chance line. */

import type { TopLevelSpec } from "vega-lite";
import type { Condition, ModelName } from "../../config.js";
import { conditionLabel } from "../palette.js";
import { conditionScales, conditionsIn, modelsIn } from "./condition-scales.js";
import {
  CHANCE_MARK,
  checkProportion,
  checkSomeRows,
  figureTitle,
  type FigureContext,
  type Panel,
} from "./figure-context.js";
import { toPercent } from "../percent.js";

/** Accuracy of one model on one phenomenon. Proportions, not percents. */
export interface PhenomenonRow {
  readonly model: ModelName;
  readonly condition: Condition;
  readonly phenomenon: string;
  readonly accuracy: number;
  readonly n: number;
  readonly chance: number;
}

/**
 * A dot for each phenomenon and condition, one panel a model; phenomena in the order of the rows.
 *
 * @param text title of the figure
 * @throws RangeError on a value outside 0 to 1
 */
export function accuracyByPhenomenon(
  rows: readonly PhenomenonRow[],
  context: FigureContext,
  text = "Accuracy by phenomenon",
): TopLevelSpec {
  checkSomeRows("accuracyByPhenomenon", rows);
  for (const row of rows) {
    checkProportion("accuracyByPhenomenon", "accuracy", row.accuracy);
    checkProportion("accuracyByPhenomenon", "chance", row.chance);
  }
  const phenomena = [...new Set(rows.map((row) => row.phenomenon))];
  const sizeOf = new Map(rows.map((row) => [row.phenomenon, row.n]));
  const label = (phenomenon: string): string =>
    `${phenomenon} (${(sizeOf.get(phenomenon) ?? 0).toLocaleString("en-US")})`;
  const labels = phenomena.map(label);
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
          phenomenon: label(row.phenomenon),
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
            field: "phenomenon",
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
