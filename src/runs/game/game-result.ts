/** @file The reference game of one model with itself and with the grammar's players, as a table of numbers and its metrics. */
import { z } from "zod";
import type { PlayedGame } from "../../evaluation/reference-game.js";
import { readRows } from "../scoring/tasks/read-rows.js";
import type { ItemTable, Metric } from "../study/results.js";

/**
 * Who plays with whom: the model with itself, as a speaker with the grammar's listener, and as a listener with the grammar's
 * best and blind speakers.
 */
export const GAME_PARTS = ["self", "speaker", "listener", "listenerOfBlind"] as const;
/** Name of a pairing. */
export type GamePart = (typeof GAME_PARTS)[number];

/** Credits and ties of each game, a pair of columns for each pairing. */
export function gameTable(played: Readonly<Record<GamePart, readonly PlayedGame[]>>): ItemTable {
  return {
    columns: ["id", ...GAME_PARTS.flatMap((part) => [`${part}Credit`, `${part}Tie`])],
    rows: played.self.map(({ id }, index) => [
      id,
      ...GAME_PARTS.flatMap((part) => {
        const { credit = 0, tie = false } = played[part][index] ?? {};
        return [credit, tie ? 1 : 0];
      }),
    ]),
  };
}

const [credit, tie] = [z.number().min(0).max(1), z.union([z.literal(0), z.literal(1)])];
const rowSchema = z.tuple([z.string(), credit, tie, credit, tie, credit, tie, credit, tie]);

/**
 * How often each pairing succeeded, from the table alone.
 *
 * @param path of the file it is read from, for errors
 * @throws TypeError naming file and row (from 1) where it is no such table
 */
export function gameMetrics(table: ItemTable, path: string): Metric[] {
  const rows = readRows(table, rowSchema, path);
  return GAME_PARTS.map((part, index) => {
    const credits = rows.map((row) => Number(row[1 + 2 * index]));
    return {
      metric: "success",
      part,
      scoringRule: "none",
      value: credits.reduce((sum, value) => sum + value, 0) / rows.length,
      n: rows.length,
      ties: rows.filter((row) => row[2 + 2 * index] === 1).length,
    };
  });
}
