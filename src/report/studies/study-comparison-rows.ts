/** @file Comparisons of studies, and the studies themselves, as tables. */
import { listStudies } from "../../runs/study/named-study.js";
import { readResults } from "../../runs/study/results.js";
import { describeChanges } from "../../runs/study/study-change.js";
import { DEFAULT_STUDY, scaleFolderOf, type Study } from "../../runs/study/study.js";
import type { TidyRow } from "../render/frame.js";
import { conditionLabel } from "../render/palette.js";
import type { StudyComparison } from "./study-comparison.js";
import type { StudyDifference } from "./study-difference.js";

/**
 * Comparisons of one unit as a table, a row per study, model and measure.
 *
 * @param unit `points` for scores, `nats/token` for losses
 * @returns one row that says so where there is nothing to compare
 */
export function comparisonRows(
  comparisons: readonly StudyComparison[],
  unit: StudyDifference["unit"],
): TidyRow[] {
  const name = unit === "points" ? "%" : unit;
  const rows = comparisons.flatMap(({ first, second, differences }) =>
    differences
      .filter((one) => one.unit === unit)
      .map((one): TidyRow => ({
        studies: `${second} against ${first}`,
        model: one.model,
        condition: conditionLabel(one.condition),
        [unit === "points" ? "task" : "held-out source"]: one.measure,
        ...(unit === "points" && { rules: one.rules.join(" and ") }),
        [`first (${name})`]: one.first,
        [`second (${name})`]: one.second,
        [`difference (${unit})`]: one.difference,
        from: one.interval?.low ?? null,
        to: one.interval?.high ?? null,
        "interval over": one.over,
        n: one.n,
        seeds: one.seeds.join(", "),
      })),
  );
  return rows.length > 0 ? rows : [{ studies: "nothing to compare", note: NOTHING }];
}

const NOTHING = "no other study has results of the same models here: notebook 03 says how to make one";

/** The studies of a scale and what each changes, as a table, seen from any of them. */
export function studyRows(study: Study): TidyRow[] {
  const resultsFolder = scaleFolderOf(study);
  return [
    { study: DEFAULT_STUDY, changes: "nothing", results: readResults(resultsFolder).length },
    ...listStudies(resultsFolder).map(({ name, changes, folder }) => ({
      study: name,
      changes: describeChanges(changes),
      results: readResults(folder).length,
    })),
  ];
}
