/** @file Scored items of a benchmark as a table of ids and numbers, which every year's rules can count. */
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

/** A cell that must be a number. A schema for each of a million cells would take seconds. */
function numberAt(row: ItemTable["rows"][number], column: number): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw new TypeError(
    `readItemTable: column ${column + 1} must have a number in every row, got ${JSON.stringify(value)}. Score the items again.`,
  );
}

function textAt(row: ItemTable["rows"][number], column: number): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw new TypeError(
    `readItemTable: column ${column + 1} must have a text in every row, got ${JSON.stringify(value)}. Score the items again.`,
  );
}

/** The columns as items again. @throws TypeError when a column is missing or holds something else */
export function readItemTable({ columns, rows }: ItemTable): StoredItem[] {
  const column = (name: string): number => columns.indexOf(name);
  const [id, uid, choice, tie] = [column("id"), column("uid"), column("choice"), column("tie")];
  const [share, label, dropped] = [column("humanShare"), column("label"), column("dropped2026")];
  const numbered = (prefix: string): number[] =>
    columns.flatMap((name, index) => (new RegExp(`^${prefix}\\d+$`).test(name) ? [index] : []));
  const [scores, tokens, firsts] = [numbered("logProb"), numbered("tokens"), numbered("unscoredFirst")];
  return rows.map((row) => {
    // An item may have fewer candidates than the others.
    const present = (indices: readonly number[]): number[] =>
      indices.filter((index) => row[index] !== null).map((index) => numberAt(row, index));
    return {
      id: textAt(row, id),
      uid: textAt(row, uid),
      scores: present(scores),
      numTokens: present(tokens),
      ...(firsts.length > 0 && {
        unscoredFirst: firsts.map((index) => (row[index] === null ? null : numberAt(row, index))),
      }),
      choice: numberAt(row, choice),
      tie: row[tie] === 1,
      ...(share >= 0 && { humanShare: numberAt(row, share) }),
      ...(label >= 0 && { label: numberAt(row, label) }),
      ...(dropped >= 0 && row[dropped] === 1 && { isDropped2026: true }),
    };
  });
}
