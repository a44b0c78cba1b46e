/** @file Outcomes of fine-tuning as results: under which name, with which metrics; in a study's folder or in one of the reader's. */
import { join } from "node:path";
import { csvFormatRows } from "d3-dsv";
import { SUPERGLUE_TASKS, type SuperglueTask } from "../../evaluation/superglue-tasks.js";
import type { ModelFolder } from "../scoring/model-folder.js";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { describeProvenance } from "../stages/provenance.js";
import { publishResult, type Metric, type Result, type ResultRun } from "../study/results.js";
import type { Study } from "../study/study.js";
import type { FinetuningSettings } from "./budget.js";
import type { FinishedTask, TaskOutcome } from "./outcome.js";

/** Name of a task's result; `frozen` runs, other poolings and attention never stand in the place of the honest one. */
export function finetuningResultName(
  task: SuperglueTask,
  {
    isFrozen,
    pooling,
    attention,
    selection,
  }: Pick<FinetuningSettings, "isFrozen" | "pooling" | "attention" | "selection">,
): string {
  const parts = [
    "superglue",
    task,
    ...(isFrozen ? ["frozen"] : []),
    ...(pooling === "lastToken" ? [] : [pooling]),
    ...(attention === "both" ? ["bothDirections"] : []),
    ...(selection === "heldOutTrain" ? [] : [selection]),
  ];
  return parts.join("-");
}

/** Writes an outcome into the results of a study. */
export function publishFinetuning(
  study: Study,
  run: ResultRun,
  { outcome, runs, table, encoded }: FinishedTask,
): Result {
  return publishResult(study, run, finetuningResultName(outcome.task, outcome.settings), {
    metrics: metricsOf(outcome),
    settings: { ...outcome.settings },
    files: encoded.files,
    stages: runs.map(({ stage }) => stage),
    items: table,
  });
}

function metricsOf({ items: n, ...outcome }: TaskOutcome): Metric[] {
  const metric = (
    name: string,
    part: string,
    scoringRule: Metric["scoringRule"],
    value: number | null,
  ): Metric[] => (value === null ? [] : [{ metric: name, part, scoringRule, value, n, ties: null }]);
  const names = ["accuracy", "f1", "mcc"] as const;
  return [
    ...metric("score", "all", "corrected", outcome.mean),
    ...metric("score", "all", "official", outcome.officialMean),
    ...metric("optimismGap", "all", "none", outcome.meanOptimismGap),
    ...outcome.seeds.flatMap(({ seed, figures, official }) =>
      names.flatMap((name) => [
        ...metric(name, `seed ${seed}`, "corrected", figures[name]),
        ...metric(name, `seed ${seed}`, "official", official[name]),
      ]),
    ),
    ...metric("accuracySeedDeviation", "all", "corrected", outcome.spread.seedDeviation),
    ...metric("accuracyItemError", "all", "corrected", outcome.spread.itemError),
    ...metric("accuracyStandardError", "all", "corrected", outcome.spread.standardError),
    ...metric("minimumDetectableDifference", "all", "none", outcome.minimumDetectable),
    ...metric("scoreLow", "all", "corrected", outcome.interval.low),
    ...metric("scoreHigh", "all", "corrected", outcome.interval.high),
    ...metric("majority", "all", "none", outcome.majority),
    ...metric("trivial", "all", "none", outcome.trivial),
    ...metric("chance", "all", "none", outcome.chance),
    ...Object.entries(outcome.degenerate).flatMap(([name, count]) =>
      metric("degenerateSeeds", name, "corrected", count),
    ),
    ...(outcome.kind === "official" ? [] : metric("trainedOn", outcome.kind, "none", 1)),
  ];
}

/** The task of a published result such as `superglue-rte-frozen`. @throws RangeError when it is no fine-tuning */
export function finetunedTask({ task }: Pick<Result, "task">): SuperglueTask {
  const found = SUPERGLUE_TASKS.find((name) => task.split("-")[1] === name);
  if (task.startsWith("superglue-") && found) return found;
  throw new RangeError(
    `finetunedTask: results must be of fine-tuning, got ${task}. Give those of finetuneAll.`,
  );
}

/** The seeds of fine-tuning a published result is of, in its order. */
export const finetuningSeedsOf = ({ metrics }: Result): number[] =>
  metrics
    .filter(({ metric, scoringRule }) => metric === "accuracy" && scoringRule === "corrected")
    .map(({ part }) => Number(part.slice("seed ".length)));

/** Writes an outcome into a folder, for a model that belongs to no study. */
export function writeOutcome(
  folder: string,
  model: ModelFolder,
  { outcome, table, encoded }: FinishedTask,
): void {
  const name = finetuningResultName(outcome.task, outcome.settings);
  const content = {
    ...outcome,
    files: encoded.files,
    model: { sha256: model.hash },
    provenance: describeProvenance(),
  };
  const rows = [[...table.columns], ...table.rows.map((row) => row.map((cell) => String(cell ?? "")))];
  writeFileAtomically(join(folder, `${name}.items.csv`), `${csvFormatRows(rows)}\n`);
  writeFileAtomically(join(folder, `${name}.json`), JSON.stringify(content, null, 2) + "\n");
}
