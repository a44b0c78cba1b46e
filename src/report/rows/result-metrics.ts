/** @file Finding one metric of a result, and results that differ in nothing but their seed. */
import type { Condition, ModelName } from "../../config/config.js";
import type { Metric, Result } from "../../runs/study/results.js";

/** Which of a result's metrics; of the whole task unless a part is named. */
export interface MetricName {
  readonly metric: string;
  readonly scoringRule: Metric["scoringRule"];
  readonly part?: string;
}

/** The metric of a result, or undefined where it has none of that name. */
export const findMetric = (
  { metrics }: Result,
  { metric, scoringRule, part = "all" }: MetricName,
): Metric | undefined =>
  metrics.find(
    (found) => found.metric === metric && found.part === part && found.scoringRule === scoringRule,
  );

/** The metric of a result. @throws Error when it has none of that name */
export function metricOf(result: Result, name: MetricName): Metric {
  const found = findMetric(result, name);
  if (found) return found;
  throw new Error(
    `metricOf: ${result.task} of ${result.model} ${result.condition} must have ${name.scoringRule} ${name.metric} of ${name.part ?? "all"}, got none. Run its notebook again.`,
  );
}

/** Rows that have one key, in order of first appearance. */
export function groupRows<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): readonly (readonly [Row, ...Row[]])[] {
  const groups = new Map<string, [Row, ...Row[]]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return [...groups.values()];
}

/** Rows by model, condition and task: those of a group differ in their seeds alone. */
export const groupSeeds = <
  Row extends { readonly model: ModelName; readonly condition: Condition; readonly task: string },
>(
  rows: readonly Row[],
) => groupRows(rows, ({ model, condition, task }) => `${model} ${condition} ${task}`);
