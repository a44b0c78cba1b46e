/** @file How much of the reference game each scale plays, and how models learn its language (docs/evaluation.md#the-reference-game). */
import type { Scale } from "../../config/config.js";

/** Sizes of a game. */
export interface GameBudget {
  readonly games: number;
  /** Steps of the adaptation to the game's language. */
  readonly adaptationSteps: number;
}

/** Smoke proves that the way runs; at laptop scale an interval is about ±5 percentage points wide. */
export const GAME_BUDGETS: Readonly<Record<Scale, GameBudget>> = {
  smoke: { games: 32, adaptationSteps: 24 },
  laptop: { games: 400, adaptationSteps: 400 },
  paper: { games: 2_000, adaptationSteps: 400 },
};

/** Examples a step of the adaptation. */
export const ADAPTATION_BATCH = 16;
/** The adaptation's peak rate as a multiple of that of instruction tuning, whose thousands of steps it does not have. */
export const ADAPTATION_RATE_FACTOR = 5;
/** Longest description in tokens. */
export const DESCRIPTION_TOKENS = 24;
