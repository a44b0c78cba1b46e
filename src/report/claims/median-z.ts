/** @file The poster's summary as a comparison: differences of median z-scores, with what their inputs' errors do to them. */
import { median } from "../../statistics/summary.js";
import { zScores } from "../../statistics/z-scores.js";
import type { Comparison, RunName } from "./claim.js";
import {
  absent,
  isMissing,
  type Evidence,
  type Missing,
  type TaskEvidence,
  type Uncertain,
} from "./evidence.js";

/**
 * Median z-score of `more` (mean of its members) minus the mean, or the highest, of `less`.
 *
 * z-scores are per task over the models in `among`, sample standard deviation, as in poster Figures 4 and 6.
 */
export function medianZDifference(
  { tasks, among, more, less, against }: Extract<Comparison, { kind: "medianZ" }>,
  evidence: Evidence,
): Uncertain | Missing {
  const found: TaskEvidence[] = [];
  for (const task of tasks) {
    const ofTask = evidence.task(task);
    if (isMissing(ofTask)) return ofTask;
    const name = among.find((one) => !ofTask.scores.has(one));
    if (name !== undefined) return absent(name, task, ofTask);
    found.push(ofTask);
  }
  const difference = (scoreOf: (task: TaskEvidence, name: RunName) => number): number => {
    const medians = medianOfEach(found, among, scoreOf);
    const of = (names: readonly RunName[]) => names.map((name) => medians.get(name) ?? Number.NaN);
    const rest = of(less);
    return meanOf(of(more)) - (against === "mean" ? meanOf(rest) : Math.max(...rest));
  };
  const value = difference((task, name) => task.scores.get(name)?.score ?? Number.NaN);
  const replicates = Float64Array.from({ length: evidence.replicates }, (_, at) =>
    difference((task, name) => task.scores.get(name)?.replicates[at] ?? Number.NaN),
  );
  return { value, replicates, n: found.reduce((sum, { n }) => sum + n, 0) };
}

/** Median over tasks of each model's z-score; a task on which all models tie says nothing and is left out. */
function medianOfEach(
  tasks: readonly TaskEvidence[],
  among: readonly RunName[],
  scoreOf: (task: TaskEvidence, name: RunName) => number,
): Map<RunName, number> {
  const columns = tasks.flatMap((task) => {
    const scores = among.map((name) => scoreOf(task, name));
    return scores.every((score) => score === scores[0]) ? [] : [zScores(scores)];
  });
  return new Map(
    among.map((name, at) => [
      name,
      columns.length === 0 ? 0 : median(columns.map((column) => column[at] ?? Number.NaN)),
    ]),
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
