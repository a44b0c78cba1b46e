/**
 * @file Old results under another year's rules: counted again from the items that were kept, without the model and without its data.
 */
import { join } from "node:path";
import { correctFirst, summariseBenchmark, type StoredItem } from "../../evaluation/benchmark-summary.js";
import { benchmarkOf, isBenchmark, type BenchmarkName } from "../../evaluation/benchmarks.js";
import { creditForFirst } from "../../evaluation/choices.js";
import { yearsOf } from "../../evaluation/items-under-rules.js";
import type { Rules } from "../../evaluation/rules.js";
import { itemsFile, readItems, type Result } from "../study/results.js";
import { benchmarkMetrics, itemsOfTable } from "./tasks/benchmark-metrics.js";

/**
 * Whether a year scores a task. Reading times and fine-tuning belong to every year.
 *
 * @param task name of a result
 */
export const isScoredUnder = (task: string, rules: Rules): boolean =>
  !isBenchmark(task) || yearsOf(task).includes(rules);

const itemsPath = (resultsFolder: string, { model, condition, seed, task }: Result): string =>
  itemsFile(join(resultsFolder, model, condition, `seed-${seed}`), task);

/** The items of a result as a year's rules have them. */
function itemsUnder(
  resultsFolder: string,
  result: Result,
  { task, rules }: { readonly task: BenchmarkName; readonly rules: Rules },
): StoredItem[] {
  const name = itemsPath(resultsFolder, result);
  return itemsOfTable(task, readItems(name), { name, rules, files: result.files });
}

/**
 * Results as a year's rules count them. Those of tasks that the year does not have are left out; reading times are scored alike in
 * every year.
 *
 * @param resultsFolder `results/<scale>`, which has the items
 * @param results as they were published
 * @throws Error when the items of a result are not there; RangeError when they do not say which of them the year drops
 */
export function resultsUnder(resultsFolder: string, results: readonly Result[], rules: Rules): Result[] {
  return results
    .filter(({ task }) => isScoredUnder(task, rules))
    .map((result) => {
      const { task, files } = result;
      // A result's own metrics are those of the first year that has its task.
      if (!isBenchmark(task) || yearsOf(task)[0] === rules) return result;
      const name = itemsPath(resultsFolder, result);
      return { ...result, metrics: benchmarkMetrics(task, readItems(name), { name, rules, files }) };
    });
}

/** Answers of one model to a benchmark's items. */
export interface ItemCredits {
  readonly ids: readonly string[];
  /** The uid of each, [N] */
  readonly groups: readonly string[];
  /** 0 to 1, corrected scoring rule: half for a tie of two candidates, [N] */
  readonly credits: readonly number[];
}

/**
 * What each item of a result earns under a year's rules, under the corrected scoring rule.
 *
 * @throws as {@link resultsUnder}
 */
export function itemCreditsUnder(
  resultsFolder: string,
  result: Result,
  { task, rules }: { readonly task: BenchmarkName; readonly rules: Rules },
): ItemCredits {
  const items = itemsUnder(resultsFolder, result, { task, rules });
  return {
    ids: items.map(({ id }) => id),
    groups: items.map(({ uid }) => uid),
    credits: items.map((item) => creditForFirst(correctFirst(item).scores, "halfCredit")),
  };
}

/** What choosers that know nothing would score on the items of a result; proportions. */
export interface Baselines {
  readonly chance: number | null;
  /** Null where the candidates of every item are equally long. */
  readonly fewestTokens: number | null;
}

/**
 * Guessing, and taking the candidate with the fewest tokens, on the items of a result.
 *
 * @throws as {@link resultsUnder}
 */
export function baselinesUnder(
  resultsFolder: string,
  result: Result,
  { task, rules }: { readonly task: BenchmarkName; readonly rules: Rules },
): Baselines {
  const items = itemsUnder(resultsFolder, result, { task, rules });
  const { fewestTokens } = summariseBenchmark(task, items, { rules });
  return { chance: benchmarkOf(task).chance, fewestTokens };
}
