/**
 * @file The poster's summary statistic (Figures 4 and 6): z-scores per task over the models, then the median of a
 * model's z-scores over tasks.
 */
import { mean, median, quantile, sampleStandardDeviation } from "./summary.js";

/**
 * Distances from the mean in sample standard deviations (divisor n − 1).
 *
 * @param values at least two, finite, not all equal, [N]
 * @returns [N], with mean 0 and sample standard deviation 1
 * @throws RangeError when there are fewer than two, one is not finite, or all are equal
 */
export function zScores(values: readonly number[]): number[] {
  const spread = sampleStandardDeviation(values);
  if (values.every((value) => value === values[0])) {
    throw new RangeError(
      `zScores: values must differ, got ${values.length} times ${values[0]}. ` +
        "Without spread nothing stands above the rest; leave the task out and say so.",
    );
  }
  const centre = mean(values);
  return values.map((value) => (value - centre) / spread);
}

/** One published or measured number; the unit may differ between tasks, not within one. */
export interface TaskValue {
  readonly model: string;
  readonly task: string;
  /** Higher is better. */
  readonly value: number;
}

/** How a model compares among the others over several tasks, in standard deviations. */
export interface ModelStanding {
  readonly model: string;
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** Number of tasks. */
  readonly n: number;
}

/**
 * Median and quartiles of each model's z-scores over tasks: one box of the poster's box plots.
 *
 * @param rows one for each model and task; only the models to be compared (the poster: its 8 own, no baselines)
 * @returns one entry per model, in order of first appearance
 * @throws RangeError when a model lacks a task or has it twice, or all models tie on a task (see `tasksWithoutSpread`)
 *
 * Source: CLASS-IT poster, Figures 4 and 6; sample standard deviation and type-7 quartiles inferred from its numbers.
 */
export function medianZScores(rows: readonly TaskValue[]): ModelStanding[] {
  const models = [...new Set(rows.map((row) => row.model))];
  const scoresOf = new Map<string, number[]>(models.map((model) => [model, []]));
  for (const [task, valueOf] of valuesByTask("medianZScores", rows, models)) {
    if (isConstant([...valueOf.values()])) {
      throw new RangeError(
        `medianZScores: models must differ on every task, got one value for all ${models.length} on "${task}". ` +
          "Remove the rows of tasksWithoutSpread(rows) and name those tasks beside the result.",
      );
    }
    const scores = zScores(models.map((model) => valueOf.get(model) ?? Number.NaN));
    scores.forEach((score, index) => scoresOf.get(models[index] ?? "")?.push(score));
  }
  return [...scoresOf].map(([model, scores]) => ({
    model,
    median: median(scores),
    lowerQuartile: quantile(scores, 0.25),
    upperQuartile: quantile(scores, 0.75),
    n: scores.length,
  }));
}

/**
 * Tasks on which every model has the same value, so that z-scores do not exist; usual for small models at chance.
 *
 * @param rows one for each model and task
 * @returns task names in order of first appearance
 * @throws RangeError when a model lacks a task or has it twice
 */
export function tasksWithoutSpread(rows: readonly TaskValue[]): string[] {
  const models = [...new Set(rows.map((row) => row.model))];
  const tables = [...valuesByTask("tasksWithoutSpread", rows, models)];
  return tables.filter(([, valueOf]) => isConstant([...valueOf.values()])).map(([task]) => task);
}

/** task → model → value, after checking that the table is complete, finite and has no second value anywhere. */
function valuesByTask(
  caller: string,
  rows: readonly TaskValue[],
  models: readonly string[],
): Map<string, Map<string, number>> {
  const table = new Map<string, Map<string, number>>();
  for (const { model, task, value } of rows) {
    const valueOf = table.get(task) ?? new Map<string, number>();
    if (valueOf.has(model)) {
      throw new RangeError(
        `${caller}: each model must have a task once, got "${task}" twice for "${model}". ` +
          "Average seeds, or keep one metric, before comparing models.",
      );
    }
    if (!Number.isFinite(value)) {
      throw new RangeError(
        `${caller}: every value must be finite, got ${value} for "${model}" on "${task}". ` +
          "Leave that task or that model out.",
      );
    }
    table.set(task, valueOf.set(model, value));
  }
  for (const [task, valueOf] of table) {
    const absent = models.filter((model) => !valueOf.has(model));
    if (absent.length === 0) continue;
    throw new RangeError(
      `${caller}: every model must have every task, got no "${task}" for ${absent.join(", ")}. ` +
        "Leave that task or those models out.",
    );
  }
  return table;
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}
