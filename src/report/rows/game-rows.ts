/** @file The reference game as rows: how often each speaker was understood by each listener, and single games to read. */
import { gameSuccess } from "../../evaluation/reference-game.js";
import { speakerPrompt } from "../../data/microworld/reference-game.js";
import type { PlayedGames } from "../../runs/game/reference-game.js";
import type { TidyRow } from "../render/frame.js";
import { toPercent } from "../render/percent.js";
import { conditionLabel } from "../render/palette.js";

/** A speaker with a listener. */
export interface GameMatrixRow {
  readonly speaker: string;
  readonly listener: string;
  /** Share of games in which the listener found the target, 0–1, and its 95 % interval. */
  readonly success: number;
  readonly low: number;
  readonly high: number;
  /** Of guessing. */
  readonly chance: number;
  /** Games, and those in which several scenes were equally probable. */
  readonly n: number;
  readonly ties: number;
}

/** Every speaker with every listener, the grammar's last; conditions by the names that figures give them. */
export const gameMatrixRows = ({ pairings }: Pick<PlayedGames, "pairings">): GameMatrixRow[] =>
  pairings.map(({ speaker, listener, credits, ties }) => {
    const played = credits.map((credit, index) => ({ credit, tie: ties[index] === true }));
    const { success, low, high, chance, n, ties: tied } = gameSuccess(played);
    return {
      speaker: conditionLabel(speaker),
      listener: conditionLabel(listener),
      ...{ success, low, high, chance, n, ties: tied },
    };
  });

/** The matrix as a table, in percent. */
export const gameSuccessRows = (rows: readonly GameMatrixRow[]): TidyRow[] =>
  rows.map(({ speaker, listener, success, low, high, chance, n, ties }) => ({
    speaker,
    listener,
    "success (%)": toPercent(success),
    "low (%)": toPercent(low),
    "high (%)": toPercent(high),
    "guessing (%)": toPercent(chance),
    n,
    ties,
  }));

/**
 * The first games of a speaker with a listener, to read: what the speaker was told, the description, the scene that was chosen, and
 * whether it was the target; "tie" where several scenes were equally probable.
 *
 * @param of.speaker name of a condition or folder, or `grammar: best`, `grammar: literal` or `grammar: blind`
 * @param of.listener name of a condition or folder, or `grammar`
 * @param of.games how many
 * @throws RangeError when the two have not played
 */
export function gameTranscripts(
  { games, speakers, pairings }: PlayedGames,
  {
    speaker,
    listener,
    games: count = 8,
  }: { readonly speaker: string; readonly listener: string; readonly games?: number },
): TidyRow[] {
  const said = speakers.find(({ name }) => name === speaker);
  const heard = pairings.find((one) => one.speaker === speaker && one.listener === listener);
  if (!said || !heard)
    throw new RangeError(
      `gameTranscripts: speaker and listener must have played, got "${speaker}" and "${listener}". Speakers are ${speakers.map(({ name }) => name).join(", ")}; listeners ${[...new Set(pairings.map((one) => one.listener))].join(", ")}.`,
    );
  return games.slice(0, count).map((game, index) => {
    const chosen = game.scenes[heard.choices[index] ?? 0];
    const { adjective, noun, place } = chosen ?? { adjective: "", noun: "", place: "" };
    const isFound = heard.choices[index] === game.target;
    return {
      "speaker is told": speakerPrompt(game),
      description: said.descriptions[index] ?? "",
      chosen: `the ${adjective} ${noun} in the ${place}`,
      found: heard.ties[index] === true ? "tie" : isFound ? "yes" : "no",
    };
  });
}
