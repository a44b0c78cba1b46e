/** @file What every figure must say of itself: scale, kind of text, seeds, n, and the paper's figure number. */

import type { TopLevelSpec } from "vega-lite";
import type { Scale } from "../../config/config.js";

/** What the subtitle of a figure can say besides its origin. */
export interface AnyContext {
  /** What was counted, "13,400 pairs"; printed as it is. */
  readonly n?: string;
  /** The figure it redraws, "poster Figure 1". */
  readonly paperFigure?: string;
  /** Years whose rules scored. */
  readonly rules?: readonly number[];
  /** A limit the reader must know, such as stand-in questions in place of the released ones. */
  readonly note?: string;
}

/** Where the rows of a figure come from. It is printed in the subtitle of every figure. */
export type FigureContext =
  | (AnyContext & {
      readonly scale: Scale;
      /** Text of people, or of the seeded grammar. */
      readonly source: "real" | "microworld";
      readonly seeds: readonly number[];
      /** The study's name where it has one, and what it changes of its scale's settings. */
      readonly study?: string;
    })
  | (AnyContext & { readonly source: "published" });

/** One panel of a figure made of several. */
export type Panel = Extract<TopLevelSpec, { concat: unknown }>["concat"][number];

/** The line of what guessing scores. */
export const CHANCE_MARK = { type: "rule" as const, strokeDash: [3, 2], color: "#555555" };

/** One layer of a panel. */
export type Layer = Extract<Panel, { layer: unknown }>["layer"][number];

const SOURCES = { real: "real text", microworld: "microworld (generated text)" } as const;

/** The context in words: "smoke scale, microworld (generated text), seed 42". */
export function describeContext(context: FigureContext): string {
  const origin =
    context.source === "published"
      ? ["numbers published by the paper"]
      : [
          `${context.scale} scale`,
          SOURCES[context.source],
          ...(context.seeds.length > 0
            ? [`${context.seeds.length === 1 ? "seed" : "seeds"} ${context.seeds.join(", ")}`]
            : []),
          ...(context.study === undefined ? [] : [context.study]),
        ];
  const { n, rules = [], paperFigure, note } = context;
  return [
    ...origin,
    ...(n === undefined ? [] : [`n = ${n}`]),
    ...(rules.length === 0 ? [] : [`rules of ${rules.join(" and ")}`]),
    ...(paperFigure === undefined ? [] : [`after ${paperFigure}`]),
    ...(note === undefined ? [] : [note]),
  ].join(", ");
}

/** The title of a figure, the context below it, and what a reader needs to read the marks; figure-layout.ts wraps the lines. */
export function figureTitle(text: string, context: FigureContext, ...explanations: readonly string[]) {
  return { text, subtitle: [describeContext(context), ...explanations.filter((line) => line !== "")] };
}

/** Refuse a proportion outside [0, 1]: a percentage taken for one would draw a bar per hundred times too long. */
export function checkProportion(caller: string, name: string, value: number | null | undefined): void {
  if (value === null || value === undefined) return;
  if (!(value >= 0 && value <= 1)) {
    throw new RangeError(
      `${caller}: ${name} must be a proportion from 0 to 1, got ${value}. Divide percents by 100.`,
    );
  }
}

/** Refuse an empty figure, which would look like a result of nothing. */
export function checkSomeRows(caller: string, rows: readonly unknown[]): void {
  if (rows.length === 0) {
    throw new RangeError(
      `${caller}: there must be at least one row to draw, got none. Check what was selected.`,
    );
  }
}
