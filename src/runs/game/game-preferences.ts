/** @file What a model learns from games: pairs of descriptions, of which one was understood and the other was not. */
import type { Condition, ModelName } from "../../config/config.js";
import type { PreferencePair } from "../../data/instructions/preference-pairs.js";
import { deriveSeed } from "../../random.js";
import { computeStage } from "../stages/computed-stage.js";
import { readStageJson } from "../stages/read-json.js";
import type { Stage } from "../stages/stage.js";
import type { Study } from "../study/study.js";
import { adaptPlayer, describeGames, understandDescriptions } from "./players.js";
import { PAIRS, pairsSchema, preferring } from "./prefer-descriptions.js";
import { gameSettings } from "./reference-game.js";
import { trainedModel } from "../training/training.js";

/** Who plays for the pairs, and how often. */
export interface GamePreferenceOptions {
  /** The decoder of both conditions. */
  readonly model: ModelName;
  readonly speaker: Condition;
  /** The speaker itself where it is left out. */
  readonly listener?: Condition;
  /** Games, none of which models are measured on. */
  readonly games: number;
  /** Descriptions drawn of each game; 4 unless said otherwise. */
  readonly draws?: number;
  /** Above 0; 1 unless said otherwise. */
  readonly temperature?: number;
  /** As in `playReferenceGame`. */
  readonly adaptationSteps?: number;
}

/**
 * Pairs from games that two models of a study play, trained first where the cache does not hold them: the speaker describes each
 * target several times, and what the listener understood is preferred to what misled it.
 *
 * @returns the pairs, and the stage that keeps them in `pairs.json`
 * @throws RangeError for an unknown model or condition, or a number out of its range
 */
export async function gamePreferences(
  study: Study,
  options: GamePreferenceOptions,
): Promise<{ readonly pairs: readonly PreferencePair[]; readonly stage: Stage }> {
  const { model, speaker, listener = speaker, draws = 4, temperature = 1, games, ...more } = options;
  const { adaptationSteps: steps } = gameSettings(study, { model, conditions: [speaker], games, ...more });
  if (!Number.isInteger(draws) || draws < 2 || !(temperature > 0))
    throw new RangeError(
      `gamePreferences: draws must be a whole number from 2 and temperature above 0, got ${draws} and ${temperature}. Correct them.`,
    );
  const choice = { count: games, seed: deriveSeed(0, "reference game: learned from") };
  const playerOf = async (condition: Condition) => {
    const { stage } = await trainedModel(study, { model, condition });
    return adaptPlayer(study, { name: condition, model: stage, steps });
  };
  const descriptions = await describeGames(study, await playerOf(speaker), {
    games: choice,
    temperature,
    draws,
  });
  const heard = await understandDescriptions(study, await playerOf(listener), {
    descriptions,
    games: choice,
  });
  const said = descriptions.stage;
  const stage = await computeStage(study.cacheFolder, {
    kind: "game-preferences",
    inputs: { descriptions: said.hash, understanding: heard.stage.hash, games: choice },
    computation: preferring,
    parents: [said, heard.stage],
    given: {},
  });
  return { pairs: readStageJson(stage, PAIRS, pairsSchema), stage };
}
