/** @file Own fine-tuning as rows: scores beside poster Figure 2, degenerate runs, and what each set can tell. */
import { DEGENERACIES, namedDegeneracies } from "../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS } from "../evaluation/superglue-tasks.js";
import { mean } from "../statistics/summary.js";
import type { SubjectOutcome } from "../runs/finetuning-study.js";
import type { TidyRow } from "./frame.js";
import { conditionLabel } from "./palette.js";
import type { ScoreRow } from "./plots/score-bars.js";
import { publishedFinetuning } from "./published.js";

const label = ({ outcome }: SubjectOutcome): string => SUPERGLUE_CONFIGS[outcome.task].label;

/** Of the official items alone: substitutes and generated items are not the poster's tasks. */
function publishedBeside(row: SubjectOutcome): number | null {
  if (row.outcome.kind !== "official") return null;
  const found = publishedFinetuning().find(
    ({ model, condition, task }) =>
      model === row.model && (condition ?? "base") === row.condition && task === label(row),
  );
  return found?.proportion ?? null;
}

const marks = ({ outcome }: SubjectOutcome): string =>
  [
    ...(outcome.kind === "official" ? [] : [outcome.kind]),
    ...(outcome.settings.isFrozen ? ["frozen"] : []),
    ...(Object.keys(outcome.degenerate).length > 0 ? ["degenerate"] : []),
  ].join(", ");

/**
 * Mean over seeds beside the poster's one run, with a 95 % interval over seeds and items; the task's name says what is
 * degenerate, a substitute or generated.
 *
 * @param outcomes as `finetuneAll` gives them
 * @returns proportions; the poster's score is null where its items are not ours
 */
export function finetuningScores(outcomes: readonly SubjectOutcome[]): ScoreRow[] {
  return outcomes.map((row) => {
    const { outcome, model, condition } = row;
    // A task is drawn in one panel: it is marked where any of its runs is.
    const found = new Set(
      outcomes
        .filter((other) => other.outcome.task === outcome.task)
        .flatMap((other) => marks(other).split(", ")),
    );
    const marked = [...found].filter((mark) => mark !== "").join(", ");
    return {
      ...{ model, condition, value: outcome.mean, paper: publishedBeside(row) },
      task: marked === "" ? label(row) : `${label(row)} (${marked})`,
      ...outcome.interval,
      chance: outcome.trivial,
      n: outcome.items,
    };
  });
}

/** The mean over tasks of each model, ours and the poster's over the same ones; none where a task is a substitute. */
export function finetuningMeans(outcomes: readonly SubjectOutcome[]): TidyRow[] {
  const subjects = [...new Set(outcomes.map(({ model, condition }) => `${model} ${condition}`))];
  return subjects.map((subject) => {
    const own = outcomes.filter(({ model, condition }) => `${model} ${condition}` === subject);
    const published = own.map(publishedBeside).filter((value) => value !== null);
    return {
      model: own[0]?.model ?? null,
      condition: conditionLabel(own[0]?.condition ?? "base"),
      tasks: own.length,
      "mean, ours (%)": 100 * mean(own.map(({ outcome }) => outcome.mean)),
      "mean, official choice (%)": 100 * mean(own.map(({ outcome }) => outcome.officialMean)),
      "paper's mean of the same tasks (%)": published.length === own.length ? 100 * mean(published) : null,
    };
  });
}

/** Each run's degenerate seeds, in words. */
export function degenerateRuns(outcomes: readonly SubjectOutcome[]): TidyRow[] {
  const rows = outcomes.flatMap((row) =>
    namedDegeneracies(row.outcome.degenerate).map((name) => ({
      model: row.model,
      condition: conditionLabel(row.condition),
      task: label(row),
      seeds: `${row.outcome.degenerate[name]} of ${row.outcome.seeds.length}`,
      what: DEGENERACIES[name],
    })),
  );
  return rows.length > 0 ? rows : [{ model: "none", condition: null, task: null, seeds: null, what: null }];
}

/** Where the spread of each score comes from, and the difference its set could show, in points. */
export function finetuningSpread(outcomes: readonly SubjectOutcome[]): TidyRow[] {
  return outcomes.map((row) => {
    const { spread, minimumDetectable, meanOptimismGap, items, seeds } = row.outcome;
    return {
      model: row.model,
      condition: conditionLabel(row.condition),
      task: label(row),
      n: items,
      seeds: seeds.length,
      "deviation over seeds": spread.seedDeviation === null ? null : 100 * spread.seedDeviation,
      "error over items": 100 * spread.itemError,
      "detectable difference": 100 * minimumDetectable,
      "optimism of the official choice": meanOptimismGap === null ? null : 100 * meanOptimismGap,
    };
  });
}
