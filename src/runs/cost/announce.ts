/** @file Telling what a run costs before it is spent: what will be computed, what the cache supplies, and how long it takes. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { mean } from "../../statistics/summary.js";
import { taskScoring } from "../scoring/score-task.js";
import { defineTask, type Task } from "../scoring/tasks.js";
import type { TurnTask } from "../scoring/tasks/turn-task.js";
import { keyOf } from "../stages/computed-stage.js";
import { approximately, LONG_SECONDS } from "../stages/long-work.js";
import { notify } from "../stages/progress.js";
import { describeProvenance } from "../stages/provenance.js";
import { hashStage } from "../stages/stage.js";
import { keptResult } from "../study/kept.js";
import { readResults, type ResultRun } from "../study/results.js";
import { scaleFolderOf, type Study } from "../study/study.js";
import { modelKey, planTraining, type TrainingPlan } from "./training-plan.js";

const count = (number: number, name: string): string => `${number} ${name}${number === 1 ? "" : "s"}`;

/** What is trained and what is not, in one sentence each; null where it takes less than a minute. */
export function describeTraining({ stages, cached, kept, rates, seconds }: TrainingPlan): string | null {
  if (stages.length === 0 || seconds < LONG_SECONDS) return null;
  const first = stages.filter(({ stage }) => stage === "pre-training").length;
  const parts = [
    ...(first > 0 ? [`pre-training of ${count(first, "model")}`] : []),
    ...(first < stages.length ? [count(stages.length - first, "tuning stage")] : []),
  ];
  const measured = [...rates].map(([model, rate]) => `${model} ${Math.round(rate).toLocaleString("en-US")}`);
  const time = `about ${approximately(seconds)} at the rates measured here (tokens/s: ${measured.join(", ")})`;
  return (
    `To be trained: ${parts.join(" and ")}, ${count(
      stages.reduce((sum, { steps }) => sum + steps, 0),
      "step",
    )}, ${time}. ` +
    `From the cache: ${count(cached, "stage")}. From kept results: ${count(kept, "training run")}.`
  );
}

/**
 * Says what training comes, if it takes longer than a minute.
 *
 * @param options.needsWeights whether kept results do not do, because the models themselves are needed
 * @returns the plan
 */
export async function announceTraining(
  studies: readonly Study[],
  runs: readonly ResultRun[],
  options: { readonly needsWeights: boolean },
): Promise<TrainingPlan> {
  const plan = await planTraining(studies, runs, options);
  const text = describeTraining(plan);
  if (text !== null) notify(text);
  return plan;
}

/** Says what scoring comes and what must be trained for it, each if it takes longer than a minute. */
export async function announceScoring(
  studies: readonly Study[],
  runs: readonly ResultRun[],
  tasks: readonly (Task | TurnTask)[],
): Promise<void> {
  const asked = studies.flatMap((study) =>
    runs.flatMap((run) => tasks.map((task) => ({ study, run, task }))),
  );
  const missing = asked.filter(({ study, run, task }) => keptResult(study, run, task) === null);
  if (missing.length === 0) return;
  const needed = runs.filter((run) => missing.some((one) => one.run === run));
  const { models } = await announceTraining(studies, needed, { needsWeights: true });
  const times: (number | null)[] = [];
  let cached = 0;
  for (const { study, run, task } of missing) {
    const { choice, files } = await defineTask(study, task);
    const model = models.get(modelKey(study, run)) ?? null;
    const hash = hashStage("evaluation", keyOf({ model, weights: null, items: choice, files }, taskScoring));
    if (existsSync(join(study.cacheFolder, `evaluation-${hash}`))) cached++;
    else times.push(measuredScoring(study, run, task));
  }
  const known = times.filter((time) => time !== null);
  const seconds = known.reduce((sum, time) => sum + time, 0);
  if (times.length === 0 || (known.length === times.length && seconds < LONG_SECONDS)) return;
  const rest = times.length - known.length;
  const time = [
    ...(known.length > 0 ? [`about ${approximately(seconds)} as measured here`] : []),
    ...(rest > 0 ? [`${count(rest, "time")} not measured yet`] : []),
  ];
  notify(
    `To be scored: ${count(times.length, "result")}, ${time.join(", ")}. ` +
      `From the cache: ${cached}. From kept results: ${asked.length - missing.length}.`,
  );
}

/** Mean seconds of the same task and decoder in results of this machine; null where there are none. */
function measuredScoring(study: Study, { model }: ResultRun, task: Task | TurnTask): number | null {
  const { device, processor, cores } = describeProvenance();
  const found = [...new Set([study.resultsFolder, scaleFolderOf(study)])]
    .flatMap((folder) => readResults(folder))
    .filter(
      ({ provenance, ...result }) =>
        result.task === task &&
        result.model === model &&
        provenance.device === device &&
        provenance.processor === processor &&
        provenance.cores === cores,
    )
    .flatMap(({ stages }) => stages.flatMap(({ kind, seconds }) => (kind === "evaluation" ? [seconds] : [])));
  return found.length === 0 ? null : mean(found);
}
