/** @file What models of a study learn from games: pairs of descriptions, of which one was understood and the other was not. */
import type { Condition, ModelName } from "../../config/config.js";
import type { Study } from "../study/study.js";
import { trainedModel } from "../training/training.js";
import { playForPairs, requireDraws, type GamePairs } from "./play-for-pairs.js";
import { gameSettings } from "./reference-game.js";

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
export async function gamePreferences(study: Study, options: GamePreferenceOptions): Promise<GamePairs> {
  const { model, speaker, listener = speaker, draws = 4, temperature = 1, games, ...more } = options;
  const { adaptationSteps } = gameSettings(study, { model, conditions: [speaker], games, ...more });
  requireDraws({ draws, temperature });
  const modelOf = async (condition: Condition) => ({
    name: condition,
    model: (await trainedModel(study, { model, condition })).stage,
  });
  return playForPairs(study, {
    speaker: await modelOf(speaker),
    listener: await modelOf(listener),
    ...{ games, draws, temperature, adaptationSteps },
  });
}
