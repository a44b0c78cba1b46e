/** @file What figures and tables say of the study they are drawn from, and where they go. */
import { join } from "node:path";
import { describeChanges } from "../../runs/study/study-change.js";
import { DEFAULT_STUDY, type Studies, type Study } from "../../runs/study/study.js";
import type { AnyContext, FigureContext } from "../render/figure-context.js";

/** One study or several as a list. */
export const listed = (studies: Studies): readonly [Study, ...Study[]] =>
  "config" in studies ? [studies] : studies;

/**
 * What every figure of a study, or of its seeds, says of itself.
 *
 * @param more.n what was counted, "13,400 pairs"
 * @param more.rules years whose rules scored
 * @param more.paperFigure the figure it redraws, "poster Figure 1"
 * @param more.note a limit the reader must know
 * @throws RangeError when studies differ in their settings
 */
export function contextOf(studies: Studies, more: AnyContext = {}): FigureContext {
  const all = listed(studies);
  const [first, ...others] = all;
  const { config, source } = first;
  const other = others.find((each) => settingsInWords(each) !== settingsInWords(first));
  if (other)
    throw new RangeError(
      `contextOf: studies of one figure must differ in their seeds alone, got ${settingsInWords(first) || "the default study"} and ${settingsInWords(other) || "the default study"}. Draw a figure of each, or compare them with compareStudies.`,
    );
  const study = settingsInWords(first);
  return {
    ...{ scale: config.scale, source, seeds: all.map(({ seed }) => seed) },
    ...(study !== "" && { study }),
    ...more,
  };
}

/** `study full-loss: instructions.lossOn = "full" (default "reply")`; empty for the scale's own settings. */
export function settingsInWords({ name, changes }: Pick<Study, "name" | "changes">): string {
  const what = describeChanges(changes);
  if (name === DEFAULT_STUDY) return what === "" ? "" : `changed: ${what}`;
  return `study ${name}: ${what}`;
}

/**
 * Folder for a study's figures, and for its tables.
 *
 * @param kind `figures` or `tables`
 * @returns `results/<scale>/<kind>`, as `showFigure` and `tableFiles` take it
 */
export function outputFolder(study: Study, kind: "figures" | "tables"): string {
  return join(study.resultsFolder, kind);
}
