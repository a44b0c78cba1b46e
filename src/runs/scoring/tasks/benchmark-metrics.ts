/** @file The metrics of a benchmark under a year's rules, from its kept items alone. */
import {
  summariseBenchmark,
  type BenchmarkFigures,
  type StoredItem,
} from "../../../evaluation/benchmark-summary.js";
import type { BenchmarkName } from "../../../evaluation/benchmarks.js";
import { droppedEntityItems } from "../../../evaluation/dropped-entity-items.js";
import { storedUnder } from "../../../evaluation/items-under-rules.js";
import type { Rules } from "../../../evaluation/rules.js";
import type { ItemTable, Metric, Result } from "../../study/results.js";
import { readItemTable } from "./item-table.js";

/** Whose rules count, the files the items are of, and where the table is. */
export interface CountedUnder {
  /** What errors call the table: the path of its file. */
  readonly name: string;
  readonly rules: Rules;
  readonly files: Result["files"];
}

/**
 * Kept items of a benchmark as a year's rules have them.
 *
 * @param table.columns those of {@link itemTable}; tables from before the rules of 2026 do not say which items those drop, the official
 *   files' numbers do
 * @throws RangeError when the year has no such task, or the table lacks what its rules need; TypeError naming file and row where it is no
 *   such table
 */
export function itemsOfTable(
  benchmark: BenchmarkName,
  table: ItemTable,
  { name, rules, files }: CountedUnder,
): StoredItem[] {
  const items = readItemTable(table, name);
  if (benchmark !== "entity_tracking" || rules === 2025 || table.columns.includes("dropped2026"))
    return storedUnder(benchmark, items, rules);
  const dropped = droppedEntityItems(files);
  return storedUnder(
    benchmark,
    items.map((item) => (dropped.has(item.id) ? { ...item, isDropped2026: true } : item)),
    rules,
  );
}

/**
 * The metrics of a benchmark from its kept items.
 *
 * @throws RangeError as {@link itemsOfTable}
 */
export function benchmarkMetrics(name: BenchmarkName, table: ItemTable, under: CountedUnder): Metric[] {
  const { rules } = under;
  const items = itemsOfTable(name, table, under);
  const summary = summariseBenchmark(name, items, { rules });
  const { n, ties } = summary;
  const metric = (
    of: Pick<Metric, "metric" | "part" | "scoringRule" | "value"> & Partial<Pick<Metric, "n" | "ties">>,
  ): Metric => ({ n, ties, ...of });
  const counts = (uid: string): Pick<Metric, "n" | "ties"> => {
    const exact = items.filter((item) => item.uid === uid);
    // A split of entity tracking is no uid itself: it holds those of all its operations.
    const own = exact.length > 0 ? exact : items.filter((item) => item.uid.startsWith(`${uid}_`));
    return { n: own.length, ties: own.filter((item) => item.tie).length };
  };
  const kind = summary.unit === "correlation" ? "spearman" : "accuracy";
  const parts = (figures: BenchmarkFigures | null, of: "official" | "corrected"): Metric[] => {
    if (figures === null) return [];
    return [
      metric({ metric: kind, part: "all", scoringRule: of, value: figures.average }),
      ...(kind === "accuracy"
        ? Object.entries(figures.by["UID"] ?? {}).map(([uid, value]) =>
            metric({ metric: kind, part: uid, scoringRule: of, value, ...counts(uid) }),
          )
        : []),
    ];
  };
  const whole = (
    name: string,
    scoringRule: Metric["scoringRule"],
    value: number | null | undefined,
  ): Metric[] =>
    value === null || value === undefined ? [] : [metric({ metric: name, part: "all", scoringRule, value })];
  return [
    ...parts(summary.official, "official"),
    ...parts(summary.corrected, "corrected"),
    ...whole("accuracyPerToken", "corrected", summary.perToken),
    ...whole("firstFormShare", "official", summary.firstFormShare),
    ...whole("accuracyIfTiesWrong", "official", summary.official.averageIfTiesWrong),
    ...whole("accuracyIfTiesRight", "official", summary.official.averageIfTiesRight),
  ];
}
