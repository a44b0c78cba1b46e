/** @file One colour, one mark and one dash for each condition and model, the same in every figure; and their names. */

import type { Condition, ModelName, PublishedCondition } from "../../config/config.js";
import { CONTROLS, isControl, isPublished } from "../../config/curricula.js";
import { deriveSeed } from "../../random.js";

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
] as const satisfies readonly PublishedCondition[];

/** The models as the poster lists them: the smaller first. */
export const MODELS_IN_PAPER_ORDER = ["llama100M", "llama140M"] as const satisfies readonly ModelName[];

/**
 * Colours of Okabe and Ito, in an order whose lightness differs as well (L* 0, 46, 71, 61, 54, 33), so that a grey
 * print keeps them apart.
 *
 * Differs: their green is darkened (to L* 33), because at its own lightness it prints as the grey of two others, and
 * their yellow, too pale for a line on white, is not used.
 */
const CONDITION_STYLES: Readonly<Record<PublishedCondition, SeriesStyle>> = {
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

/**
 * Controls and hybrids: muted colours of Paul Tol, told apart by mark and dash as well.
 *
 * Source: Tol 2021, Colour Schemes, "muted".
 */
const CONTROL_STYLES: Readonly<Record<keyof typeof CONTROLS, SeriesStyle>> = {
  moreText: { label: "more text", color: "#777777", shape: "circle", dash: [3, 3] },
  moreTextSteps: { label: "more text, steps", color: "#BBBBBB", shape: "circle", dash: [6, 3, 1, 3] },
  switchMatched: { label: "switch, matched", color: "#332288", shape: "square", dash: [3, 3] },
  wikiMatched: { label: "wiki, matched", color: "#999933", shape: "triangle-up", dash: [3, 3] },
  permutedReplies: { label: "permuted replies", color: "#AA4499", shape: "cross", dash: [3, 3] },
  alternating: { label: "alternating", color: "#117733", shape: "cross", dash: [12, 2] },
  switchIntoWiki: { label: "switch into wiki", color: "#882255", shape: "diamond", dash: [12, 2] },
  wikiIntoSwitch: { label: "wiki into switch", color: "#CC6677", shape: "triangle-down", dash: [12, 2] },
  shortestFirst: { label: "shortest first", color: "#44AA99", shape: "square", dash: [1, 2] },
  frequentFirst: { label: "frequent first", color: "#88CCEE", shape: "circle", dash: [1, 2] },
  mergedReplay: { label: "merged, replay", color: "#117733", shape: "square", dash: [4, 2] },
  switchDpo: { label: "switch → DPO", color: "#332288", shape: "diamond", dash: [4, 2] },
  switchSimPo: { label: "switch → SimPO", color: "#882255", shape: "square", dash: [4, 2] },
  switchTurns: { label: "switch, turns", color: "#88CCEE", shape: "square", dash: [4, 2] },
  switchThenWikiReplay: {
    label: "switch → wiki, replay",
    color: "#AA4499",
    shape: "diamond",
    dash: [4, 2],
  },
};

/** Marks of a reader's own conditions, by their names. */
const OWN_SHAPES = ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross"] as const;

/** How a condition is drawn; one of the reader's own is grey and has the mark its name draws. */
export function conditionStyle(condition: Condition): SeriesStyle {
  if (isPublished(condition)) return CONDITION_STYLES[condition];
  if (isControl(condition)) return CONTROL_STYLES[condition];
  const shape = OWN_SHAPES[deriveSeed(0, condition) % OWN_SHAPES.length] ?? "circle";
  return { label: condition, color: "#5A5A5A", shape, dash: [5, 1, 1, 1] };
}

/** How a model is drawn where conditions are not told apart by colour. */
export function modelStyle(model: ModelName): SeriesStyle {
  return MODEL_STYLES[model];
}

/** A condition as figures and tables print it. */
export function conditionLabel(condition: Condition): string {
  return conditionStyle(condition).label;
}

/**
 * A model and its condition as figures print them, "140M switch → wiki".
 *
 * @param model the decoder, by the name that the poster's sizes gave it
 */
export function runLabel(model: ModelName, condition: Condition): string {
  return `${model.replace("llama", "")} ${conditionLabel(condition)}`;
}

/** Place of a condition: the paper's, then the kit's controls, then the reader's own. */
export function conditionRank(condition: Condition): number {
  const known: readonly string[] = [...CONDITIONS_IN_PAPER_ORDER, ...Object.keys(CONTROLS)];
  const place = known.indexOf(condition);
  return place < 0 ? known.length : place;
}

/** Models and conditions in the paper's order: rows of a table, bars of a figure. The given list is left alone. */
export function inPaperOrder<Row extends { readonly model: ModelName; readonly condition: Condition }>(
  rows: readonly Row[],
): Row[] {
  const rank = ({ model, condition }: Row): number =>
    MODELS_IN_PAPER_ORDER.indexOf(model) * 1000 + conditionRank(condition);
  return [...rows].sort(
    (a, b) => rank(a) - rank(b) || (a.condition < b.condition ? -1 : a.condition === b.condition ? 0 : 1),
  );
}
