/** @file What a study changes, model by model: differences to another study with their intervals. */
import type { TopLevelSpec } from "vega-lite";
import { modelStyle, runLabel } from "../render/palette.js";
import type { StudyComparison } from "../studies/study-comparison.js";
import type { StudyDifference } from "../studies/study-difference.js";
import { checkSomeRows, figureTitle, type FigureContext, type Panel } from "../render/figure-context.js";

const TITLES = {
  points: "difference (percentage points)",
  "nats/token": "difference of the loss (nats/token)",
} as const;

/**
 * A panel per measure: a mark for each model at its difference, a rule for the 95 % interval, a dashed line where nothing changed.
 *
 * @param comparison.differences those of one unit are drawn
 * @param unit `points` of scores, or `nats/token` of losses
 * @throws RangeError when there is no difference of this unit
 */
export function studyDifferences(
  { first, second, changes, differences }: StudyComparison,
  context: FigureContext,
  unit: StudyDifference["unit"],
): TopLevelSpec {
  const drawn = differences.filter((one) => one.unit === unit);
  checkSomeRows("studyDifferences", drawn);
  const nameOf = ({ measure, rules }: StudyDifference): string =>
    rules.length === 0 ? measure : `${measure}, rules of ${rules.join(" and ")}`;
  const panel = (name: string): Panel => {
    const values = drawn
      .filter((one) => nameOf(one) === name)
      .map(({ model, condition, difference, interval }) => ({
        run: runLabel(model, condition),
        color: modelStyle(model).color,
        difference,
        low: interval?.low ?? difference,
        high: interval?.high ?? difference,
      }));
    const runs = values.map(({ run }) => run);
    const y = {
      field: "run",
      type: "nominal",
      sort: runs,
      scale: { domain: runs },
      axis: { title: null, ticks: false, grid: true },
    } as const;
    const x = { type: "quantitative", title: TITLES[unit], axis: { tickCount: 5 } } as const;
    const color = { field: "color", type: "nominal", scale: null, legend: null } as const;
    return {
      title: name,
      width: 150,
      height: { step: 18 },
      data: { values },
      layer: [
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
          mark: { type: "point", filled: true, size: 60, opacity: 1 },
          encoding: { x: { ...x, field: "difference" }, y, color },
        },
      ],
    };
  };
  return {
    title: figureTitle(
      `${second} against ${first}`,
      context,
      ...[first, second].flatMap((name) => (changes[name] ? [`${name}: ${changes[name]}`] : [])),
      `mark: ${second} less ${first}; rule: 95 % interval`,
    ),
    columns: 2,
    concat: [...new Set(drawn.map(nameOf))].map(panel),
  };
}
