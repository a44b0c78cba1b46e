/**
 * @file Games played for preference pairs by any two models, as cached stages. Nothing here trains, so that a training stage may
 * ask for the pairs of the model it begins with; models of conditions are in `game-preferences.ts`.
 */
import type { PreferencePair } from "../../data/instructions/preference-pairs.js";
import { deriveSeed } from "../../random.js";
import { computeStage } from "../stages/computed-stage.js";
import type { Named } from "../stages/computation.js";
import { readStageJson } from "../stages/read-json.js";
import type { Stage } from "../stages/stage.js";
import type { Study } from "../study/study.js";
import { adaptPlayer, describeGames, understandDescriptions } from "./players.js";
import { PAIRS, pairsSchema, preferring } from "./prefer-descriptions.js";

/** Pairs, and the stage that keeps them in `pairs.json`. */
export interface GamePairs {
  readonly pairs: readonly PreferencePair[];
  readonly stage: Stage;
}

/**
 * Pairs from games that none are measured on.
 *
 * @param of.speaker, of.listener models by their stage or folder, before the adaptation; names are for progress alone
 * @param of.draws descriptions of each game, at least 2
 * @param of.temperature above 0
 * @throws RangeError when draws or temperature are too small
 */
export async function playForPairs(
  study: Study,
  {
    speaker,
    listener,
    games,
    draws,
    temperature,
    adaptationSteps: steps,
  }: {
    readonly speaker: { readonly name: string; readonly model: Named };
    readonly listener: { readonly name: string; readonly model: Named };
    readonly games: number;
    readonly draws: number;
    readonly temperature: number;
    readonly adaptationSteps: number;
  },
): Promise<GamePairs> {
  requireDraws({ draws, temperature });
  const choice = { count: games, seed: deriveSeed(0, "reference game: learned from") };
  const said = await describeGames(study, await adaptPlayer(study, { ...speaker, steps }), {
    games: choice,
    temperature,
    draws,
  });
  const heard = await understandDescriptions(study, await adaptPlayer(study, { ...listener, steps }), {
    descriptions: said,
    games: choice,
  });
  const stage = await computeStage(study.cacheFolder, {
    kind: "game-preferences",
    inputs: { descriptions: said.stage.hash, understanding: heard.stage.hash, games: choice },
    computation: preferring,
    parents: [said.stage, heard.stage],
    given: {},
  });
  return { pairs: readStageJson(stage, PAIRS, pairsSchema), stage };
}

/** @throws RangeError when fewer than two descriptions are drawn, or none differently */
export function requireDraws({
  draws,
  temperature,
}: {
  readonly draws: number;
  readonly temperature: number;
}): void {
  if (!Number.isInteger(draws) || draws < 2 || !(temperature > 0))
    throw new RangeError(
      `gamePreferences: draws must be a whole number from 2 and temperature above 0, got ${draws} and ${temperature}. Correct them.`,
    );
}
