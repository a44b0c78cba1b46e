/** @file Outcomes of fine-tuning as the tables that `class-it finetune` prints. */
import { DEGENERACIES, figureOf, namedDegeneracies } from "../evaluation/superglue-summary.js";
import { SUPERGLUE_CONFIGS } from "../evaluation/superglue-tasks.js";
import type { TidyRow } from "../report/render/frame.js";
import { tableMarkdown } from "../report/render/table.js";
import type { TaskOutcome } from "../runs/finetuning/outcome.js";

/** One task: a row per seed. */
export function describeOutcome(name: string, outcome: TaskOutcome): string {
  const { label, metric } = SUPERGLUE_CONFIGS[outcome.task];
  const rows: TidyRow[] = outcome.seeds.map(({ seed, figures, epoch, official, degeneracies }) => ({
    seed,
    epoch,
    accuracy: figures.accuracy,
    F1: figures.f1,
    MCC: figures.mcc,
    [`official ${metric}`]: figureOf(official, metric),
    degenerate: degeneracies.join(", ") || "no",
  }));
  const found = namedDegeneracies(outcome.degenerate);
  return tableMarkdown(rows, {
    caption: `${label}: ${name}, ${outcome.items} items, ${outcome.trainItems} to train on (${outcome.kind})`,
    maxRows: rows.length,
    missing: "not defined for more than two classes.",
    note: [
      "Proportions from 0 to 1.",
      ...outcome.notes.map((note) => `Note: ${note}.`),
      ...found.map((each) => `Degenerate: ${DEGENERACIES[each]}.`),
    ].join(" "),
  });
}

/** All tasks: means over seeds, spread, and what each set can tell. */
export function describeOutcomes(
  outcomes: readonly { readonly name: string; readonly outcome: TaskOutcome }[],
): string {
  const rows: TidyRow[] = outcomes.map(({ name, outcome }) => ({
    model: name,
    task: SUPERGLUE_CONFIGS[outcome.task].label,
    metric: SUPERGLUE_CONFIGS[outcome.task].metric,
    mean: outcome.mean,
    "official choice": outcome.officialMean,
    "optimism gap": outcome.meanOptimismGap,
    majority: outcome.majority,
    "deviation over seeds": outcome.spread.seedDeviation,
    "error over items": outcome.spread.itemError,
    "detectable difference": outcome.minimumDetectable,
    n: outcome.items,
    degenerate: Object.entries(outcome.degenerate)
      .map(([each, count]) => `${each} in ${count} of ${outcome.seeds.length}`)
      .join(", "),
  }));
  return tableMarkdown(rows, {
    caption: "Fine-tuning",
    maxRows: rows.length,
    missing: "one seed has no spread; the official selection has no gap.",
    note: "Proportions from 0 to 1. Errors and detectable differences are of the accuracy, the latter of two models that disagree on 15 % of the items.",
  });
}
