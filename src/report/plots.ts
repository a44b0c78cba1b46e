/** @file All figures of the study: functions from tidy rows to Vega-Lite specifications, drawn by figure.ts. */

export * from "./plots/accuracy-by-paradigm.js";
export * from "./plots/acquisition.js";
export { describeContext, type AnyContext, type FigureContext } from "./render/figure-context.js";
export * from "./plots/checkpoint-curves.js";
export * from "./plots/example-order.js";
export * from "./plots/forgetting-matrix.js";
export * from "./plots/game-matrix.js";
export * from "./plots/length-histogram.js";
export * from "./plots/overlap-bars.js";
export * from "./plots/score-bars.js";
export * from "./plots/study-differences.js";
export * from "./plots/surprisal-times.js";
export * from "./plots/training-curves.js";
export * from "./plots/training-rate.js";
export * from "./plots/verdict-forest.js";
export * from "./plots/z-score-boxes.js";
export * from "./plots/interactive-figures.js";
