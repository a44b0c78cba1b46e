/** @file The scales that give conditions and models their colour, mark and dash in a Vega-Lite figure. */

import {
  MODELS_IN_PAPER_ORDER,
  conditionLabel,
  conditionRank,
  conditionStyle,
  modelStyle,
} from "../render/palette.js";
import type { Condition, ModelName } from "../../config/config.js";

/** Conditions that occur, in the paper's order, others after them. */
export function conditionsIn(rows: readonly { readonly condition: Condition }[]): Condition[] {
  const found = [...new Set(rows.map(({ condition }) => condition))].sort();
  return found.sort((a, b) => conditionRank(a) - conditionRank(b));
}

/** Models that occur, in the paper's order. */
export function modelsIn(rows: readonly { readonly model: ModelName }[]): ModelName[] {
  return MODELS_IN_PAPER_ORDER.filter((model) => rows.some((row) => row.model === model));
}

/** Colour, shape and dash scales over the labels of the given conditions. */
export function conditionScales(conditions: readonly Condition[]) {
  const domain = conditions.map(conditionLabel);
  const styles = conditions.map(conditionStyle);
  return {
    color: { domain, range: styles.map((style) => style.color) },
    shape: { domain, range: styles.map((style) => style.shape) },
    dash: { domain, range: styles.map((style) => [...style.dash]) },
  };
}

/** The colour scale over the given models. */
export function modelColors(models: readonly ModelName[]) {
  return { domain: [...models], range: models.map((model) => modelStyle(model).color) };
}
