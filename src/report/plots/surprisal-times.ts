/** @file Reading time against surprisal: a point for each group of words, with its interval. */
import type { TopLevelSpec } from "vega-lite";
import { modelStyle } from "../render/palette.js";
import type { SurprisalBin } from "../rows/surprisal-bins.js";
import { modelsIn } from "./condition-scales.js";
import { checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";

/**
 * One panel per measure, one line per model.
 *
 * @throws RangeError when there is no row
 */
export function surprisalTimes(rows: readonly SurprisalBin[], context: FigureContext): TopLevelSpec {
  checkSomeRows("surprisalTimes", rows);
  const models = modelsIn(rows);
  const styles = models.map(modelStyle);
  const scale = (range: (string | readonly number[])[]) => ({ domain: [...models], range });
  const legend = { orient: "bottom", title: "decoder" } as const;
  const measures = [...new Set(rows.map(({ measure }) => measure))];
  return {
    title: figureTitle(
      "Reading time by surprisal",
      context,
      "means over groups of as many words, with 95 % intervals over words; nothing held constant",
    ),
    concat: measures.map((measure) => ({
      title: { text: measure, fontSize: 12 },
      width: 270,
      height: 220,
      data: { values: rows.filter((row) => row.measure === measure) },
      encoding: {
        x: { field: "surprisalNats", type: "quantitative" as const, title: "surprisal (nats)" },
        color: {
          field: "model",
          type: "nominal" as const,
          scale: scale(styles.map(({ color }) => color)),
          legend,
        },
      },
      layer: [
        {
          mark: { type: "rule" as const, strokeWidth: 1 },
          encoding: {
            y: {
              field: "lowMs",
              type: "quantitative" as const,
              title: "reading time (ms)",
              scale: { zero: false },
            },
            y2: { field: "highMs" },
          },
        },
        {
          mark: { type: "line" as const, point: { size: 35, filled: true } },
          encoding: {
            y: { field: "timeMs", type: "quantitative" as const },
            shape: {
              field: "model",
              type: "nominal" as const,
              scale: scale(styles.map(({ shape }) => shape)),
              legend,
            },
          },
        },
      ],
    })),
    columns: 2,
    resolve: { scale: { y: "independent" } },
  };
}
