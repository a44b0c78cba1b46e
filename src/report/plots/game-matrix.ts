/** @file The reference game as a matrix: a row per speaker, a column per listener, coloured by how far a pair is from guessing. */
import type { TopLevelSpec } from "vega-lite";
import type { GameMatrixRow } from "../rows/game-rows.js";
import { checkProportion, checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";
import { toPercent } from "../render/percent.js";

/**
 * The matrix with each pair's share of games that succeeded and its 95 % interval, in percent.
 *
 * @param rows as `gameMatrixRows` gives them
 * @throws RangeError when there is no row, or a share is not between 0 and 1
 */
export function gameMatrix(rows: readonly GameMatrixRow[], context: FigureContext): TopLevelSpec {
  checkSomeRows("gameMatrix", rows);
  for (const { success } of rows) checkProportion("gameMatrix", "success", success);
  const percent = (share: number): string => toPercent(share).toFixed(0);
  const chance = rows[0]?.chance ?? 0;
  const values = rows.map((row) => ({
    ...row,
    percent: toPercent(row.success),
    text: `${percent(row.success)} (${percent(row.low)}–${percent(row.high)})`,
  }));
  const [speakers, listeners] = [
    [...new Set(rows.map(({ speaker }) => speaker))],
    [...new Set(rows.map(({ listener }) => listener))],
  ];
  return {
    title: figureTitle(
      "The reference game: who understands whom",
      context,
      `Percent of games in which the listener found the target, with 95 % interval; guessing finds ${percent(chance)} %.`,
    ),
    width: 110 * listeners.length,
    height: 28 * speakers.length,
    data: { values },
    encoding: {
      x: {
        field: "listener",
        type: "nominal",
        sort: listeners,
        axis: { title: "Listener", labelAngle: 0, orient: "top" },
      },
      y: { field: "speaker", type: "nominal", sort: speakers, axis: { title: "Speaker", labelLimit: 200 } },
    },
    layer: [
      {
        mark: { type: "rect", stroke: "#FFFFFF" },
        encoding: {
          color: {
            field: "percent",
            type: "quantitative",
            // White is guessing, blue better; the numbers say the same in grey.
            scale: {
              domain: [0, toPercent(chance), 100],
              range: ["#F5C98A", "#FFFFFF", "#9CC4E4"],
              interpolate: "rgb",
            },
            legend: null,
          },
        },
      },
      {
        mark: { type: "text", color: "#000000", fontSize: 11 },
        encoding: { text: { field: "text", type: "nominal" } },
      },
    ],
  };
}
