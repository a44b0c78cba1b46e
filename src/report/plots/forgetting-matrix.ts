/** @file What each stage of tuning learned and forgot: the loss on every held-out source against pre-training alone. */
import type { TopLevelSpec } from "vega-lite";
import type { Condition, ModelName } from "../../config/config.js";
import type { Result } from "../../runs/study/results.js";
import { mean } from "../../statistics/summary.js";
import { inOneConfiguration } from "../rows/comparable.js";
import { conditionLabel, inPaperOrder } from "../render/palette.js";
import { groupRows } from "../rows/result-metrics.js";
import { checkSomeRows, figureTitle, type FigureContext } from "../render/figure-context.js";

/** One cell: a stage and a source. */
export interface ForgettingRow {
  readonly model: ModelName;
  readonly condition: Condition;
  /** The stage after which it was measured. */
  readonly stage: string;
  /** Position of the stage in its condition, from 0. */
  readonly place: number;
  /** A genre of the pre-training text, or an instruction set. */
  readonly source: string;
  /** Loss after the stage minus loss after pre-training, nats a token; below 0 is learned. */
  readonly changeNats: number;
}

const HELD_OUT = "heldOutNats.";

/**
 * Changes of the held-out losses, from training results; means over seeds where there are several.
 *
 * @param results training results of one study
 * @throws Error when a result lacks the losses after pre-training
 */
export function forgettingRows(results: readonly Result[]): ForgettingRow[] {
  const rows = inOneConfiguration(results).flatMap(({ model, condition, metrics }): ForgettingRow[] => {
    const losses = metrics.filter(({ metric }) => metric.startsWith(HELD_OUT));
    const stages = [...new Set(losses.map(({ part }) => part))].filter((part) => part !== "pre-training");
    return stages.flatMap((stage, place) =>
      losses
        .filter(({ part }) => part === stage)
        .map(({ metric, value, n }): ForgettingRow => {
          const before = losses.find((loss) => loss.part === "pre-training" && loss.metric === metric);
          if (before === undefined)
            throw new Error(
              `forgettingRows: ${model} ${condition} must have ${metric} after pre-training and after ${stage}, got none. Train it again.`,
            );
          if (before.n !== n)
            throw new Error(
              `forgettingRows: ${model} ${condition} must have ${metric} over the same tokens after pre-training and after ${stage}, got ${before.n} and ${n}. Train it again: its scoring rule changed in between.`,
            );
          const changeNats = value - before.value;
          return { model, condition, stage, place, source: metric.slice(HELD_OUT.length), changeNats };
        }),
    );
  });
  const cells = groupRows(
    rows,
    ({ model, condition, stage, source }) => `${model} ${condition} ${stage} ${source}`,
  );
  return inPaperOrder(
    cells.map((ofSeeds) => ({
      ...ofSeeds[0],
      changeNats: mean(ofSeeds.map(({ changeNats }) => changeNats)),
    })),
  );
}

/**
 * The matrix, one panel per model: a row per stage, a column per source.
 *
 * @throws RangeError when there is no row
 */
export function forgettingMatrix(rows: readonly ForgettingRow[], context: FigureContext): TopLevelSpec {
  checkSomeRows("forgettingMatrix", rows);
  const values = rows.map((row) => ({
    ...row,
    stage:
      row.place === 0 && row.stage === row.condition
        ? conditionLabel(row.condition)
        : `${conditionLabel(row.condition)}: after ${row.stage}`,
    text: signed(row.changeNats),
  }));
  const largest = Math.max(...rows.map(({ changeNats }) => Math.abs(changeNats)), 1e-6);
  const models = [...new Set(rows.map(({ model }) => model))];
  const sources = [...new Set(rows.map(({ source }) => source))].sort(
    (a, b) => Number(isSet(a)) - Number(isSet(b)) || (a < b ? -1 : 1),
  );
  const panels = models.map((model) => {
    const own = values.filter((row) => row.model === model);
    return {
      title: { text: model, fontSize: 12 },
      width: 70 * sources.length,
      height: 24 * new Set(own.map(({ stage }) => stage)).size,
      data: { values: own },
      encoding: {
        x: {
          field: "source",
          type: "nominal" as const,
          sort: sources,
          axis: { title: null, labelAngle: -30 },
        },
        y: {
          field: "stage",
          type: "nominal" as const,
          sort: [...new Set(own.map(({ stage }) => stage))],
          axis: { title: null, labelLimit: 260 },
        },
      },
      layer: [
        {
          mark: { type: "rect" as const, stroke: "#FFFFFF" },
          encoding: {
            color: {
              field: "changeNats",
              type: "quantitative" as const,
              // Blue is learned, orange forgotten; the numbers say the same in grey.
              // Mixed in RGB: other ways from white to orange lead through yellow.
              scale: {
                domain: [-largest, 0, largest],
                range: ["#9CC4E4", "#FFFFFF", "#F5C98A"],
                interpolate: "rgb" as const,
              },
              legend: null,
            },
          },
        },
        {
          mark: { type: "text" as const, color: "#000000", fontSize: 11 },
          encoding: { text: { field: "text", type: "nominal" as const } },
        },
      ],
    };
  });
  return {
    title: figureTitle("What tuning learns and forgets", context, "Blue: the loss fell. Orange: it rose."),
    vconcat: panels,
  };
}

/** With its sign, unless it rounds to nothing. */
function signed(changeNats: number): string {
  const size = Math.abs(changeNats).toFixed(2);
  if (Number(size) === 0) return size;
  return `${changeNats < 0 ? "−" : "+"}${size}`;
}

const isSet = (source: string): boolean => source === "switch" || source === "wiki";
