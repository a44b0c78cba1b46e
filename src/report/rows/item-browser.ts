/**
 * @file Which items two models answer differently: ids and scores, which results keep, and the text where its data is at hand, which
 * nothing keeps.
 */
import { inspectFile } from "../../data/files.js";
import { openManifest } from "../../data/manifest.js";
import { correctFirst } from "../../evaluation/benchmark-summary.js";
import type { BenchmarkName } from "../../evaluation/benchmarks.js";
import { creditForFirst } from "../../evaluation/choices.js";
import { itemsUnder } from "../../evaluation/items-under-rules.js";
import type { Rules } from "../../evaluation/rules.js";
import { defineBenchmark, hasBenchmark } from "../../runs/scoring/tasks/benchmark.js";
import { itemsOfTable } from "../../runs/scoring/tasks/benchmark-metrics.js";
import { findResult, itemsFile, readItems, runFolder, type ResultRun } from "../../runs/study/results.js";
import type { Study } from "../../runs/study/study.js";
import { display, TRANSIENT } from "../render/display.js";
import { runLabel } from "../render/palette.js";
import { showTable, tableBundle } from "../render/table.js";
import type { TidyRow } from "../render/frame.js";
import { contextOf } from "./study-context.js";

/** An item as two models answer it. */
export interface DifferingItem {
  readonly id: string;
  readonly uid: string;
  /** 0 to 1, half for a tie; the first model's and the second's. */
  readonly credits: readonly [number, number];
  /** Log-probability of the correct candidate less that of the best other, nats; above 0 is right. */
  readonly margins: readonly [number, number];
}

/** What is browsed. */
export interface ItemQuestion {
  readonly task: BenchmarkName;
  readonly between: readonly [ResultRun, ResultRun];
  /** The year whose items and candidates count. */
  readonly rules?: Rules;
}

/**
 * The items that two models of a study answer differently, those first on which they differ most.
 *
 * @throws RangeError when a model has no result on the task, or both answered other items
 */
export function differingItems(study: Study, { task, between, rules = 2026 }: ItemQuestion): DifferingItem[] {
  const [first = [], second = []] = between.map((run) => {
    const result = findResult(study, run, task);
    if (result === null)
      throw new RangeError(
        `differingItems: ${runLabel(run.model, run.condition)} must have a result on ${task}, seed ${study.seed}, got none. Score it, or choose another model.`,
      );
    const path = itemsFile(runFolder(study, run), task);
    return itemsOfTable(task, readItems(path), { name: path, rules, files: result.files }).map((item) => {
      const scores = correctFirst(item).scores;
      const [right = Number.NaN, ...wrong] = scores;
      return {
        ...{ id: item.id, uid: item.uid },
        ...{ credit: creditForFirst(scores, "halfCredit"), margin: right - Math.max(...wrong) },
      };
    });
  });
  const differing = first.flatMap((one, at): DifferingItem[] => {
    const other = second[at];
    if (one.id !== other?.id || first.length !== second.length)
      throw new RangeError(
        `differingItems: both models must have answered the same items of ${task}, got "${one.id}" and "${other?.id}" in row ${at + 1}. Score them again.`,
      );
    if (one.credit === other.credit) return [];
    return [
      {
        ...{ id: one.id, uid: one.uid },
        ...{ credits: [one.credit, other.credit], margins: [one.margin, other.margin] },
      },
    ];
  });
  const distance = ({ margins: [a, b] }: DifferingItem): number => Math.abs(a - b);
  return differing.sort((a, b) => distance(b) - distance(a));
}

/** Whether the files that the items came from are there, as far as the manifest names them. */
async function isAtHand(study: Study, { task, between: [run] }: ItemQuestion): Promise<boolean> {
  const manifest = openManifest();
  const files = findResult(study, run, task)?.files.filter(({ path }) => manifest.has(path)) ?? [];
  const states = await Promise.all(files.map(({ path }) => inspectFile(path)));
  return states.every(({ state }) => state === "verified");
}

/**
 * Shows the items that two models answer differently: ids and scores as a table that stays, and the text of their candidates, the
 * correct one first, where the data is at hand. The text is in no saved notebook.
 *
 * @param question.maxRows items shown of each table
 * @throws as {@link differingItems}
 */
export async function browseItems(
  study: Study,
  question: ItemQuestion & { readonly maxRows?: number },
): Promise<void> {
  const { task, between, rules = 2026, maxRows = 20 } = question;
  const items = differingItems(study, question);
  const [first, second] = between.map(({ model, condition }) => runLabel(model, condition));
  const right = (which: 0 | 1): number =>
    items.filter(({ credits }) => credits[which] > credits[(1 - which) as 0 | 1]).length;
  const rows = items.map(({ id, uid, margins: [a, b] }): TidyRow => ({
    ...{ item: id, paradigm: uid },
    ...{ [`margin of ${first} (nats)`]: a, [`margin of ${second} (nats)`]: b },
  }));
  showTable(rows.length > 0 ? rows : [{ item: "none" }], {
    caption: `${task}: items that ${first} and ${second} answer differently, rules of ${rules}`,
    note: `${right(0)} are better answered by ${first}, ${right(1)} by ${second}. Margin: log-probability of the correct candidate less that of the best other.`,
    context: contextOf(study),
    digits: 3,
    maxRows,
  });
  if (items.length === 0 || !hasBenchmark(study, task) || !(await isAtHand(study, question))) return;
  const { items: defined } = await defineBenchmark(study, task);
  const texts = new Map(itemsUnder(task, defined, rules).map(({ id, candidates }) => [id, candidates]));
  const told = items.slice(0, maxRows).map(({ id }): TidyRow => {
    const candidates = (texts.get(id) ?? []).map(({ context, continuation }) => `${context}${continuation}`);
    const [correct = null, ...others] = candidates;
    return { item: id, correct, others: others.join(" / ") };
  });
  display(
    tableBundle(told, {
      caption: "Their text, from the data at hand",
      missing: "not in the data at hand",
      maxRows,
    }),
    { [TRANSIENT]: true },
  );
}
