/** @file Scored items of a benchmark as a table of ids and numbers, which every year's rules can count. */
import { z } from "zod";
import { correctFirst, type StoredItem } from "../../../evaluation/benchmark-summary.js";
import type { BenchmarkName } from "../../../evaluation/benchmarks.js";
import { creditForFirst } from "../../../evaluation/choices.js";
import { storedUnder, yearsOf } from "../../../evaluation/items-under-rules.js";
import type { ItemTable } from "../../study/results.js";

// Half a millionth of a nat: an eightieth of what two ways of adding the same float32 probabilities differ by.
const DECIMALS = 6;

/**
 * Scored items as columns: id, uid, a score and a number of tokens for each candidate that any year compares; choice, tie and credit
 * under the benchmark's first rules; people's share; where first tokens are never scored, those too; and which items 2026 drops.
 *
 * @param items with ids of 2025
 */
export function itemTable(name: BenchmarkName, items: readonly StoredItem[]): ItemTable {
  // Choices are made between the candidates of one year: of three, two may be compared.
  const counted = new Map(storedUnder(name, items, yearsOf(name)[0]).map((item) => [item.id, item]));
  const candidates = items.reduce((most, { scores }) => Math.max(most, scores.length), 0);
  const numbered = (prefix: string): string[] =>
    Array.from({ length: candidates }, (_, index) => `${prefix}${index}`);
  const hasShares = items.some(({ humanShare }) => humanShare !== undefined);
  // With a start token every first token has a probability, and the columns would be empty.
  const hasUnscored = items.some(({ unscoredFirst = [] }) => unscoredFirst.some((token) => token !== null));
  const hasLabels = items.some(({ label }) => label !== undefined);
  const hasDropped = name === "entity_tracking";
  const padded = (values: readonly (number | null)[]): (number | null)[] =>
    Array.from({ length: candidates }, (_, index) => values[index] ?? null);
  return {
    columns: [
      "id",
      "uid",
      ...numbered("logProb"),
      ...numbered("tokens"),
      ...(hasUnscored ? numbered("unscoredFirst") : []),
      "choice",
      "tie",
      "credit",
      ...(hasShares ? ["humanShare"] : []),
      ...(hasLabels ? ["label"] : []),
      ...(hasDropped ? ["dropped2026"] : []),
    ],
    rows: items.map((item) => {
      const { id, uid, scores, numTokens, unscoredFirst = [], humanShare, label, isDropped2026 } = item;
      const { choice, tie, ...ofYear } = counted.get(id) ?? item;
      return [
        id,
        uid,
        ...padded(scores.map((score) => Number(score.toFixed(DECIMALS)))),
        ...padded(numTokens),
        ...(hasUnscored ? padded(unscoredFirst) : []),
        choice,
        tie ? 1 : 0,
        Number(creditForFirst(correctFirst(ofYear).scores, "halfCredit").toFixed(DECIMALS)),
        ...(hasShares ? [humanShare ?? null] : []),
        ...(hasLabels ? [label ?? 0] : []),
        ...(hasDropped ? [isDropped2026 ? 1 : 0] : []),
      ];
    }),
  };
}

const cell = z.union([z.string(), z.number(), z.null()]);

/** The columns as items again. @throws Error when a column is missing or holds something else */
export function readItemTable({ columns, rows }: ItemTable): StoredItem[] {
  const [id, uid, choice, tie] = ["id", "uid", "choice", "tie"].map((name) => columns.indexOf(name));
  const [share = -1, label = -1, dropped = -1] = ["humanShare", "label", "dropped2026"].map((name) =>
    columns.indexOf(name),
  );
  const numbered = (prefix: string): number[] =>
    columns.flatMap((name, index) => (new RegExp(`^${prefix}\\d+$`).test(name) ? [index] : []));
  const [scoreColumns, tokenColumns] = [numbered("logProb"), numbered("tokens")];
  const firstColumns = numbered("unscoredFirst");
  const number = z.number();
  return rows.map((row) => {
    const at = (index: number | undefined): string | number | null => cell.parse(row[index ?? -1]);
    const present = (indices: readonly number[]): number[] =>
      indices
        .map(at)
        .filter((value) => value !== null)
        .map((value) => number.parse(value));
    return {
      id: z.string().parse(at(id)),
      uid: z.string().parse(at(uid)),
      scores: present(scoreColumns),
      numTokens: present(tokenColumns),
      ...(firstColumns.length > 0 && {
        unscoredFirst: firstColumns.map((index) => number.nullable().parse(at(index))),
      }),
      choice: number.parse(at(choice)),
      tie: at(tie) === 1,
      ...(share >= 0 && { humanShare: number.parse(at(share)) }),
      ...(label >= 0 && { label: number.parse(at(label)) }),
      ...(dropped >= 0 && at(dropped) === 1 && { isDropped2026: true }),
    };
  });
}
