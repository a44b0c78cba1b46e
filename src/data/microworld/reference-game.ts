/**
 * @file Games of reference in the microworld: a speaker names one of four scenes, a listener finds it. Scenes, what can be said of
 * them, and how probable that is are exact here; models that play are in `evaluation/game-models.ts`.
 */
import { integerBelow, shuffled, type Random } from "../../random.js";
import * as lexicon from "./lexicon.js";
import { pick } from "./pick.js";

/** An object, how it looks and where it is. */
export interface Scene {
  readonly adjective: string;
  readonly noun: string;
  readonly place: string;
}

/** Four scenes, of which the speaker knows one and the listener has to find it. */
export interface Game {
  readonly id: string;
  /** In the order in which the listener has them. */
  readonly scenes: readonly Scene[];
  /** Index of the scene that is meant. */
  readonly target: number;
}

/** Scenes of a game; a listener who guesses finds one in as many. */
export const SCENES_PER_GAME = 4;

const FEATURES = ["adjective", "noun", "place"] as const;
/** The most frequent words of each list, so that tokenizers of small models have seen them. */
const WORDS = {
  adjective: lexicon.OBJECT_ADJECTIVES.slice(0, 10),
  noun: lexicon.OBJECTS.slice(0, 16).map(({ singular }) => singular),
  place: lexicon.PLACES.slice(0, 12),
} as const;

/**
 * Games whose four scenes share one feature and have every combination of two values of the others, so that of the three
 * descriptions one names the target alone and each of the others fits one scene more.
 *
 * @param options.count  games, at least 1
 * @param options.random fixes everything
 * @throws RangeError when `count` is not a positive whole number
 */
export function referenceGames(options: { readonly count: number; readonly random: Random }): Game[] {
  const { count, random } = options;
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(
      `referenceGames: count must be a whole number of at least 1, got ${count}. Correct it.`,
    );
  return Array.from({ length: count }, (_, index) => ({
    id: `game_${index}`,
    scenes: drawScenes(random),
    target: integerBelow(SCENES_PER_GAME, random),
  }));
}

function drawScenes(random: Random): Scene[] {
  const shared = pick(FEATURES, random);
  const values = (feature: (typeof FEATURES)[number]): readonly string[] => {
    const [first = "", second = ""] = shuffled(WORDS[feature], random);
    return feature === shared ? [first] : [first, second];
  };
  const [adjectives, nouns, places] = [values("adjective"), values("noun"), values("place")];
  const scenes = adjectives.flatMap((adjective) =>
    nouns.flatMap((noun) => places.map((place) => ({ adjective, noun, place }))),
  );
  return shuffled(scenes, random);
}

/** Everything that can truly be said of a scene: two of its three features, in three ways. */
export function descriptionsOf({ adjective, noun, place }: Scene): readonly string[] {
  return [
    `The ${adjective} ${noun}.`,
    `The ${noun} in the ${place}.`,
    `The ${adjective} one in the ${place}.`,
  ];
}

/**
 * Natural log of the probability of a description of a scene, where all that is true is said equally often: ln ⅓, or −∞ for
 * what is not true of it or not said in this language.
 */
export const descriptionLogProb = (scene: Scene, description: string): number =>
  descriptionsOf(scene).includes(description) ? -Math.log(descriptionsOf(scene).length) : -Infinity;

/** The one description of the target that fits no other scene. */
export function bestDescription({ scenes, target }: Game): string {
  const meant = scenes[target];
  const best =
    meant &&
    descriptionsOf(meant).find(
      (description) => scenes.filter((scene) => descriptionsOf(scene).includes(description)).length === 1,
    );
  if (best !== undefined) return best;
  throw new RangeError(
    `bestDescription: a game must have a description that fits its target alone, got none in scenes ${JSON.stringify(scenes)}. Take games of referenceGames.`,
  );
}

/** A true description of the target, whatever the other scenes are. */
export function anyDescription({ scenes, target }: Game, random: Random): string {
  const meant = scenes[target];
  return meant ? pick(descriptionsOf(meant), random) : "";
}

/** A description of a scene that has nothing to do with any game. */
export const blindDescription = (random: Random): string =>
  pick(descriptionsOf(pick(drawScenes(random), random)), random);

/** "the red lamp in the garden" */
const named = ({ adjective, noun, place }: Scene): string => `the ${adjective} ${noun} in the ${place}`;

/** What the speaker is told: the target, then the scenes that are not meant. */
export function speakerPrompt({ scenes, target }: Game): string {
  const [meant, others] = [scenes[target], scenes.filter((_, index) => index !== target).map(named)];
  return `I mean ${meant ? named(meant) : ""}, not ${others.slice(0, -1).join(", ")} or ${others.at(-1) ?? ""}.`;
}

/** A scene by itself, as a listener imagines that it is meant. */
export const listenerPrompt = (scene: Scene): string => `I mean ${named(scene)}.`;

/** A prompt of the game and what is said of it. */
export interface GameExample {
  readonly id: string;
  readonly prompt: string;
  readonly reply: string;
}

/**
 * Examples of the game's language for a model that has never played: prompts of speakers and of listeners by turns, each with
 * one of all true descriptions. Which of them helps the listener, they do not teach.
 *
 * @param options.count  examples, exactly
 * @param options.random fixes everything
 */
export function gameExamples(options: { readonly count: number; readonly random: Random }): GameExample[] {
  return referenceGames(options).map((game, index) => {
    const meant = game.scenes[game.target];
    return {
      id: `example_${index}`,
      prompt: index % 2 === 0 || !meant ? speakerPrompt(game) : listenerPrompt(meant),
      reply: anyDescription(game, options.random),
    };
  });
}
