/** @file What happened during training: loss and learning rate by step; training-rate.ts has the speed. */

import type { TopLevelSpec } from "vega-lite";
import type { Condition, ModelName } from "../../config/config.js";
import { chunks } from "../../data/batches.js";
import { mean } from "../../statistics/summary.js";
import { conditionLabel, conditionStyle } from "../render/palette.js";
import type { PlotlyFigure } from "../render/plotly.js";
import { groupRows } from "../rows/result-metrics.js";
import { conditionScales, conditionsIn, modelsIn } from "./condition-scales.js";
import {
  checkSomeRows,
  describeContext,
  figureTitle,
  type FigureContext,
  type Layer,
  type Panel,
} from "../render/figure-context.js";

/** One recorded step of one run. */
export interface LossRow {
  /** Names the line: a run has one model, one condition, one seed. */
  readonly run: string;
  readonly model: ModelName;
  readonly condition: Condition;
  /** Optimiser updates since the start of the run's phase. */
  readonly step: number;
  readonly lossNats: number;
  readonly measuredOn: "training" | "heldOut";
}

/** The learning rate of one step of one run. */
export interface LearningRateRow {
  readonly run: string;
  readonly model: ModelName;
  readonly condition: Condition;
  readonly step: number;
  readonly learningRate: number;
}

const PANEL_HEIGHT = 240;

/** One panel per model, one legend below; the same axes in all panels. */
function panelsByModel(
  rows: readonly { readonly model: ModelName; readonly condition: Condition }[],
  title: ReturnType<typeof figureTitle>,
  panelOf: (model: ModelName, width: number) => Panel,
): TopLevelSpec {
  const models = modelsIn(rows);
  const width = models.length === 1 ? 560 : 270;
  return {
    title,
    concat: models.map((model) => panelOf(model, width)),
    columns: 2,
    resolve: { scale: { x: "shared", y: "shared" } },
  };
}

const LEGEND = { orient: "bottom", title: "condition", symbolOpacity: 1, columns: 3 } as const;

/** Dashes of seeds, in the order of the rows; where there is one, the dash says the condition once more. */
const SEED_DASHES = [
  [1, 0],
  [4, 2],
  [1, 2],
  [7, 2, 1, 2],
  [2, 4],
];

/** The seed that ends the name of a run, or nothing where the name has none. */
const seedOf = (run: string): string => /\d+$/.exec(run)?.[0] ?? "";

function seriesEncoding(rows: readonly { readonly run: string; readonly condition: Condition }[]) {
  const scales = conditionScales(conditionsIn(rows));
  const seeds = [...new Set(rows.map(({ run }) => seedOf(run)))];
  const bySeed = {
    field: "seed",
    type: "nominal",
    scale: { domain: seeds, range: seeds.map((_, at) => SEED_DASHES[at % SEED_DASHES.length] ?? [1, 0]) },
    legend: { ...LEGEND, title: "seed" },
  } as const;
  const byCondition = { field: "condition", type: "nominal", scale: scales.dash, legend: LEGEND } as const;
  return {
    detail: { field: "run", type: "nominal" },
    color: { field: "condition", type: "nominal", scale: scales.color, legend: LEGEND },
    strokeDash: seeds.length > 1 ? bySeed : byCondition,
    shape: { field: "condition", type: "nominal", scale: scales.shape, legend: LEGEND },
  } as const;
}

/** Points of a training line: more of them are noise over noise where many runs share a panel. */
const MOST_POINTS = 60;

/** Each run's training rows as means of as many neighbours as leave `MOST_POINTS`; a mean stands at its last step. */
function averageNeighbours(rows: readonly LossRow[]): { readonly rows: LossRow[]; readonly most: number } {
  let most = 1;
  const averaged = groupRows(rows, ({ run, model }) => `${model} ${run}`).flatMap((line) => {
    const size = Math.ceil(line.length / MOST_POINTS);
    most = Math.max(most, size);
    return chunks(line, size).flatMap((part) => {
      const last = part.at(-1);
      return last ? [{ ...last, lossNats: mean(part.map(({ lossNats }) => lossNats)) }] : [];
    });
  });
  return { rows: averaged, most };
}

/**
 * Loss by step: one line per run, coloured by condition, one panel per model. Training loss is a thin line of means over
 * neighbouring records, held-out loss a line with marks.
 *
 * @param text title of the figure
 * @throws RangeError when there is no row
 */
export function learningCurves(
  rows: readonly LossRow[],
  context: FigureContext,
  text = "Loss during training",
): TopLevelSpec {
  checkSomeRows("learningCurves", rows);
  const hasHeldOut = rows.some((row) => row.measuredOn === "heldOut");
  const hasTraining = rows.some((row) => row.measuredOn === "training");
  const training = averageNeighbours(rows.filter((row) => row.measuredOn === "training"));
  const heldOut = rows.filter((row) => row.measuredOn === "heldOut");
  const explanations = [
    ...(hasTraining
      ? [`thin: training batches${training.most > 1 ? `, means of up to ${training.most} records` : ""}`]
      : []),
    ...(hasHeldOut ? ["with marks: held-out text"] : []),
  ].join("; ");
  const { shape, strokeDash, ...series } = seriesEncoding(rows);
  const encoding = {
    x: { field: "step", type: "quantitative", title: "optimiser step" },
    y: { field: "lossNats", type: "quantitative", title: "loss (nats per token)", scale: { zero: false } },
    ...series,
  } as const;
  const valuesOf = (model: ModelName, of: readonly LossRow[]) =>
    of
      .filter((row) => row.model === model)
      .map((row) => ({ ...row, condition: conditionLabel(row.condition), seed: seedOf(row.run) }));
  const trainingLayer = (model: ModelName): Layer => ({
    data: { values: valuesOf(model, training.rows) },
    mark: { type: "line", strokeWidth: 1, opacity: hasHeldOut ? 0.5 : 1 },
    // Beside held-out loss the marks tell conditions apart; noise in dashes would only blur.
    encoding: hasHeldOut ? encoding : { ...encoding, strokeDash },
  });
  const heldOutLayer = (model: ModelName): Layer => ({
    data: { values: valuesOf(model, heldOut) },
    encoding,
    layer: [
      { mark: { type: "line", strokeWidth: 2 } },
      { mark: { type: "point", filled: true, size: 45, opacity: 1 }, encoding: { shape } },
    ],
  });
  return panelsByModel(rows, figureTitle(text, context, explanations), (model, width) => ({
    title: { text: model, fontSize: 12 },
    width,
    height: PANEL_HEIGHT,
    layer: [...(hasTraining ? [trainingLayer(model)] : []), ...(hasHeldOut ? [heldOutLayer(model)] : [])],
  }));
}

/**
 * Learning rate by step: one line per run, coloured by condition, one panel per model.
 *
 * @param text title of the figure
 * @throws RangeError when there is no row
 */
export function scheduleCurves(
  rows: readonly LearningRateRow[],
  context: FigureContext,
  text = "Learning rate",
): TopLevelSpec {
  checkSomeRows("scheduleCurves", rows);
  const values = rows.map((row) => ({
    ...row,
    condition: conditionLabel(row.condition),
    seed: seedOf(row.run),
  }));
  const { detail, color, strokeDash } = seriesEncoding(rows);
  return panelsByModel(rows, figureTitle(text, context), (model, width) => ({
    title: { text: model, fontSize: 12 },
    width,
    height: PANEL_HEIGHT,
    data: { values: values.filter((row) => row.model === model) },
    mark: { type: "line", strokeWidth: 2 },
    encoding: {
      x: { field: "step", type: "quantitative", title: "optimiser step" },
      y: {
        field: "learningRate",
        type: "quantitative",
        title: "learning rate",
        axis: { labelExpr: "datum.value === 0 ? '0' : format(datum.value, '~e')" },
      },
      detail,
      color,
      strokeDash,
    },
  }));
}

/**
 * The same loss curves to zoom and hover over, for plotly.ts.
 *
 * @param text title of the figure
 * @throws RangeError when there is no row
 */
export function interactiveLearningCurves(
  rows: readonly LossRow[],
  context: FigureContext,
  text = "Loss during training",
): PlotlyFigure {
  checkSomeRows("interactiveLearningCurves", rows);
  const lines = new Map<string, LossRow[]>();
  for (const row of rows) {
    const key = `${row.run} ${row.measuredOn}`;
    const line = lines.get(key);
    if (line) line.push(row);
    else lines.set(key, [row]);
  }
  return {
    data: [...lines.values()].flatMap((line) => {
      const [first] = line;
      if (!first) return [];
      const isHeldOut = first.measuredOn === "heldOut";
      return {
        type: "scatter",
        mode: isHeldOut ? "lines+markers" : "lines",
        name: `${first.run}, ${isHeldOut ? "held-out" : "training"}`,
        // Two decoders of one condition share its colour: the dash tells them apart.
        line: {
          color: conditionStyle(first.condition).color,
          dash: first.model === "llama100M" ? "dot" : "solid",
          width: isHeldOut ? 2 : 1,
        },
        x: line.map((row) => row.step),
        y: line.map((row) => row.lossNats),
      };
    }),
    layout: {
      title: { text: `${text}<br><sub>${describeContext(context)}</sub>` },
      height: 420,
      xaxis: { title: { text: "optimiser step" } },
      yaxis: { title: { text: "loss (nats per token)" } },
    },
  };
}
