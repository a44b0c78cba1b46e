/** @file Scored choices of turns as a table of ids and numbers, and the metrics that follow from it alone. */
import { creditForFirst, chooseCandidate } from "../../../evaluation/choices.js";
import type { ScoredTurnChoice } from "../../../evaluation/turn-choice.js";
import { summariseTurns, type TurnFigures } from "../../../evaluation/turn-figures.js";
import type { ItemTable, Metric } from "../../study/results.js";

/**
 * A row for each choice: its sums, tokens and pointwise mutual information, a column for each candidate, the true one first; choice, tie
 * and credit are of the sums. `inTraining` is 1 where the training text holds the true turn after its context, and blank where nobody
 * looked.
 */
export function turnTable(scored: readonly ScoredTurnChoice[]): ItemTable {
  const candidates = scored.reduce((most, { sum }) => Math.max(most, sum.length), 0);
  const numbered = (prefix: string): string[] =>
    Array.from({ length: candidates }, (_, index) => `${prefix}${index}`);
  const padded = (values: readonly number[]): (number | null)[] =>
    Array.from({ length: candidates }, (_, index) => values[index] ?? null);
  return {
    columns: [
      "id",
      "uid",
      ...["logProb", "tokens", "pmi"].flatMap(numbered),
      "choice",
      "tie",
      "credit",
      "inTraining",
    ],
    rows: scored.map(({ id, uid, sum, numTokens, pmi, isInTraining }) => {
      const { choice, tie } = chooseCandidate(sum, id);
      return [
        id,
        uid,
        ...[sum, numTokens, pmi].flatMap(padded),
        choice,
        tie ? 1 : 0,
        creditForFirst(sum, "halfCredit"),
        isInTraining === undefined ? null : isInTraining ? 1 : 0,
      ];
    }),
  };
}

/**
 * The table as scored choices again.
 *
 * @param path of the file it is read from, for errors
 * @throws TypeError naming file, row (from 1) and column where a column is missing or holds something else
 */
export function readTurnTable({ columns, rows }: ItemTable, path: string): ScoredTurnChoice[] {
  const columnOf = (name: string): number => {
    const at = columns.indexOf(name);
    if (at >= 0) return at;
    throw new TypeError(
      `readTurnTable: ${path} must have a column ${name}, got ${columns.join(", ")}. Delete the file and score the items again.`,
    );
  };
  const [id, uid, held] = [columnOf("id"), columnOf("uid"), columnOf("inTraining")];
  const numbered = (prefix: string): number[] =>
    columns.flatMap((column, index) => (new RegExp(`^${prefix}\\d+$`).test(column) ? [index] : []));
  const [sums, tokens, pmis] = [numbered("logProb"), numbered("tokens"), numbered("pmi")];
  return rows.map((row, place) => {
    const refuse = (at: number, what: string): never => {
      throw new TypeError(
        `readTurnTable: ${path} must have ${what} as ${columns[at]} of row ${place + 1}, got ${JSON.stringify(row[at] ?? null)}. Delete the file and score the items again.`,
      );
    };
    const numberAt = (at: number): number => {
      const value = row[at];
      return typeof value === "number" ? value : refuse(at, "a number");
    };
    const textAt = (at: number): string => {
      const value = row[at];
      return typeof value === "string" ? value : refuse(at, "a text");
    };
    // An item may have fewer candidates than the others.
    const count = sums.filter((at) => row[at] !== null).length;
    if (count < 2) refuse(sums[0] ?? id, "at least two candidates, the first");
    const first = (all: readonly number[]): number[] => all.slice(0, count).map(numberAt);
    return {
      id: textAt(id),
      uid: textAt(uid),
      sum: first(sums),
      numTokens: first(tokens),
      pmi: first(pmis),
      ...(row[held] !== null && { isInTraining: numberAt(held) === 1 }),
    };
  });
}

/** Part of a metric: the group of items and the score. */
export const turnPart = ({ uid, score }: Pick<TurnFigures, "uid" | "score">): string => `${uid}_${score}`;

/**
 * The metrics of choices of turns. Each part is `<uid>_<score>`: `recallAt1` (`corrected`: candidates that tie share it; `official`: a
 * tie is wrong), `recallAt1WithoutOverlap` where the training text was looked through, `meanRank`, `pairAccuracy` and `chance`.
 *
 * @param path of the file the table is read from, for errors
 * @throws TypeError as {@link readTurnTable}
 */
export function turnMetrics(table: ItemTable, path: string): Metric[] {
  return summariseTurns(readTurnTable(table, path)).flatMap((figures): Metric[] => {
    const { n, ties, withoutOverlap } = figures;
    const metric = (name: string, value: number, scoringRule: Metric["scoringRule"] = "none"): Metric => ({
      metric: name,
      part: turnPart(figures),
      scoringRule,
      value,
      n,
      ties,
    });
    return [
      metric("recallAt1", figures.recallAt1, "corrected"),
      metric("recallAt1", figures.strictRecallAt1, "official"),
      ...(withoutOverlap
        ? [
            {
              ...metric("recallAt1WithoutOverlap", withoutOverlap.recallAt1),
              n: withoutOverlap.n,
              ties: null,
            },
          ]
        : []),
      metric("meanRank", figures.meanRank),
      metric("pairAccuracy", figures.pairAccuracy),
      metric("chance", figures.chance),
    ];
  });
}
