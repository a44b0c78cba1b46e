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

/**
 * The columns as items again.
 *
 * @param name what errors call the table: the path of its file
 * @throws TypeError naming file, row (from 1) and column where a column is missing or holds something else
 */
export function readItemTable({ columns, rows }: ItemTable, name: string): StoredItem[] {
  const refuse = (must: string, got: string): never => {
    throw new TypeError(
      `readItemTable: ${name} must have ${must}, got ${got}. Delete the file and score the items again.`,
    );
  };
  const required = (column: string): number => {
    const at = columns.indexOf(column);
    return at < 0 ? refuse(`a column ${column}`, columns.join(", ")) : at;
  };
  // A schema for each of a million cells would take seconds.
  const numberAt = (row: number, at: number): number => {
    const value = rows[row]?.[at];
    return typeof value === "number" ? value : refuse(...wrongCell("a number", row, at));
  };
  const textAt = (row: number, at: number): string => {
    const value = rows[row]?.[at];
    return typeof value === "string" ? value : refuse(...wrongCell("a text", row, at));
  };
  const wrongCell = (what: string, row: number, at: number): [string, string] => [
    `${what} as ${columns[at]} of row ${row + 1}`,
    JSON.stringify(rows[row]?.[at] ?? null),
  ];
  const [id, uid, choice, tie] = [required("id"), required("uid"), required("choice"), required("tie")];
  const optional = (column: string): number => columns.indexOf(column);
  const [share, label, dropped] = [optional("humanShare"), optional("label"), optional("dropped2026")];
  const numbered = (prefix: string): number[] =>
    columns.flatMap((column, index) => (new RegExp(`^${prefix}\\d+$`).test(column) ? [index] : []));
  const [scores, tokens, firsts] = [numbered("logProb"), numbered("tokens"), numbered("unscoredFirst")];
  return rows.map((row, place) => {
    // An item may have fewer candidates than the others.
    const present = (indices: readonly number[]): number[] =>
      indices.filter((index) => row[index] !== null).map((index) => numberAt(place, index));
    return {
      id: textAt(place, id),
      uid: textAt(place, uid),
      scores: present(scores),
      numTokens: present(tokens),
      ...(firsts.length > 0 && {
        unscoredFirst: firsts.map((index) => (row[index] === null ? null : numberAt(place, index))),
      }),
      choice: numberAt(place, choice),
      tie: row[tie] === 1,
      ...(share >= 0 && { humanShare: numberAt(place, share) }),
      ...(label >= 0 && { label: numberAt(place, label) }),
      ...(dropped >= 0 && row[dropped] === 1 && { isDropped2026: true }),
    };
  });
}
