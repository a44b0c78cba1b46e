/** @file One colour, one mark and one dash for each condition and model, the same in every figure; and their names. */

import { CONDITIONS, type Condition, type ModelName } from "../config.js";

/** How a series is drawn. The mark and the dash say the same as the colour, for who does not see it. */
export interface SeriesStyle {
  readonly label: string;
  /** sRGB, `#RRGGBB`. */
  readonly color: string;
  readonly shape: "circle" | "square" | "diamond" | "triangle-up" | "triangle-down" | "cross";
  /** Lengths of dash and gap in pixels; [1, 0] is a solid line. */
  readonly dash: readonly [number, number, ...number[]];
}

/**
 * The conditions as the poster's tables and figures list them.
 *
 * Source: CLASS-IT poster, Figures 2 to 6; results/paper/finetuning.csv keeps the order.
 */
export const CONDITIONS_IN_PAPER_ORDER = [
  "base",
  "switch",
  "wiki",
  "switchThenWiki",
  "wikiThenSwitch",
  "merged",
] as const satisfies readonly Condition[];

/** The models as the poster lists them: the smaller first. */
export const MODELS_IN_PAPER_ORDER = ["llama100M", "llama140M"] as const satisfies readonly ModelName[];

/**
 * Colours of Okabe and Ito, in an order whose lightness differs as well (L* 0, 46, 71, 61, 54, 33), so that a grey
 * print keeps them apart.
 *
 * Differs: their green is darkened (to L* 33), because at its own lightness it prints as the grey of two others, and
 * their yellow, too pale for a line on white, is not used.
 */
const CONDITION_STYLES: Readonly<Record<Condition, SeriesStyle>> = {
  base: { label: "base", color: "#000000", shape: "circle", dash: [1, 0] },
  switch: { label: "switch", color: "#0072B2", shape: "square", dash: [6, 2] },
  wiki: { label: "wiki", color: "#E69F00", shape: "triangle-up", dash: [2, 2] },
  switchThenWiki: { label: "switch → wiki", color: "#CC79A7", shape: "diamond", dash: [8, 2, 2, 2] },
  wikiThenSwitch: { label: "wiki → switch", color: "#D55E00", shape: "triangle-down", dash: [4, 2, 1, 2] },
  merged: { label: "merged", color: "#005A41", shape: "cross", dash: [10, 3] },
};

/** The two Okabe-Ito colours that no condition has, L* 58 and 70. */
const MODEL_STYLES: Readonly<Record<ModelName, SeriesStyle>> = {
  llama100M: { label: "llama100M", color: "#56B4E9", shape: "square", dash: [6, 2] },
  llama140M: { label: "llama140M", color: "#009E73", shape: "circle", dash: [1, 0] },
};

/** How a condition is drawn. */
export function conditionStyle(condition: Condition): SeriesStyle {
  return CONDITION_STYLES[condition];
}

/** How a model is drawn where conditions are not told apart by colour. */
export function modelStyle(model: ModelName): SeriesStyle {
  return MODEL_STYLES[model];
}

/** A condition as figures and tables print it. */
export function conditionLabel(condition: Condition): string {
  return CONDITION_STYLES[condition].label;
}

/** A model and its condition as figures print them, "140M switch → wiki". */
export function runLabel(model: ModelName, condition: Condition): string {
  return `${model.replace("llama", "")} ${conditionLabel(condition)}`;
}

/** Models and conditions in the paper's order: rows of a table, bars of a figure. The given list is left alone. */
export function inPaperOrder<Row extends { readonly model: ModelName; readonly condition: Condition }>(
  rows: readonly Row[],
): Row[] {
  const rank = (row: Row): number =>
    MODELS_IN_PAPER_ORDER.indexOf(row.model) * CONDITIONS.length +
    CONDITIONS_IN_PAPER_ORDER.indexOf(row.condition);
  return [...rows].sort((a, b) => rank(a) - rank(b));
}
