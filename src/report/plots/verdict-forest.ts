/** @file Every claim as an effect with its interval, coloured by its verdict: the synthesis in one figure, ours. */

import type { TopLevelSpec } from "vega-lite";
import type { VerdictEffect } from "../claims/verdict-rows.js";
import {
  checkSomeRows,
  figureTitle,
  type FigureContext,
  type Layer,
  type Panel,
} from "../render/figure-context.js";

const VERDICTS = ["supported", "not supported", "inconclusive"] as const;
/** Okabe and Ito's blue and vermilion, and grey; the mark says the same. */
const COLORS = ["#0072B2", "#D55E00", "#8C8C8C"];
const SHAPES = ["circle", "square", "diamond"];
const TITLES = {
  points: "effect (percentage points)",
  "standard deviations": "difference of median z (standard deviations)",
} as const;

/**
 * One line per claim: the effect as a mark, its 95 % interval as a rule, no effect as a dashed line. Points and standard
 * deviations have panels of their own.
 *
 * @param text title of the figure
 * @throws RangeError when there is no row
 */
export function verdictForest(
  effects: readonly VerdictEffect[],
  context: FigureContext,
  text = "What the numbers say of each claim",
): TopLevelSpec {
  checkSomeRows("verdictForest", effects);
  const units = (["points", "standard deviations"] as const).filter((unit) =>
    effects.some((effect) => effect.unit === unit),
  );
  const color = {
    field: "verdict",
    type: "nominal",
    scale: { domain: [...VERDICTS], range: COLORS },
    legend: { orient: "bottom", title: null },
  } as const;
  const shape = { ...color, scale: { domain: [...VERDICTS], range: SHAPES } } as const;
  const panel = (unit: VerdictEffect["unit"]): Panel => {
    const values = effects
      .filter((effect) => effect.unit === unit)
      .map(({ label, verdict, effect, interval, margin }) => ({
        claim: label,
        verdict,
        margin,
        effect,
        low: interval?.low ?? effect,
        high: interval?.high ?? effect,
      }));
    const claims = values.map(({ claim }) => claim);
    const y = {
      field: "claim",
      type: "nominal",
      sort: claims,
      scale: { domain: claims },
      axis: { title: null, ticks: false, grid: true },
    } as const;
    const x = { type: "quantitative", title: TITLES[unit], axis: { tickCount: 7 } } as const;
    const bands = values.flatMap(({ claim, margin }) =>
      margin === null ? [] : [{ claim, from: -margin, to: margin }],
    );
    const bandLayer: Layer = {
      mark: { type: "bar", color: "#DDDDDD", height: 14 },
      data: { values: bands },
      encoding: { x: { ...x, field: "from" }, x2: { field: "to" }, y },
    };
    return {
      width: 380,
      height: { step: 20 },
      data: { values },
      layer: [
        ...(bands.length === 0 ? [] : [bandLayer]),
        {
          mark: { type: "rule", color: "#555555", strokeDash: [3, 2] },
          data: { values: [{ none: 0 }] },
          encoding: { x: { ...x, field: "none" } },
        },
        {
          mark: { type: "rule", strokeWidth: 2 },
          encoding: { x: { ...x, field: "low" }, x2: { field: "high" }, y, color },
        },
        {
          mark: { type: "point", filled: true, size: 70, opacity: 1 },
          encoding: { x: { ...x, field: "effect" }, y, color, shape },
        },
      ],
    };
  };
  return {
    title: figureTitle(
      text,
      context,
      "mark: effect; rule: 95 % interval; band: what is claimed to be no difference; verdicts after Holm over all claims",
    ),
    vconcat: units.map(panel),
  };
}
