/**
 * @file Playing games of reference: who describes, who understands, and how often the listener finds what the speaker meant. The
 * games themselves are in `data/microworld/reference-game.ts`; models that play in `game-models.ts`.
 */
import {
  anyDescription,
  bestDescription,
  blindDescription,
  descriptionLogProb,
  SCENES_PER_GAME,
  type Game,
  type Scene,
} from "../data/microworld/reference-game.js";
import { deriveSeed, seeded } from "../random.js";
import { wilsonInterval, type Interval } from "../statistics/summary.js";

/** A speaker: one description for each game, in order. */
export type Describe = (games: readonly Game[]) => Promise<readonly string[]>;
/** A listener: log p(description | scene), one for each pair, in order. */
export type Understand = (
  pairs: readonly { readonly scene: Scene; readonly description: string }[],
) => Promise<readonly number[]>;

/** What became of a game. */
export interface PlayedGame {
  readonly id: string;
  readonly description: string;
  /** log p(description | scene), a value for each scene. */
  readonly logProbs: readonly number[];
  /** The most probable scene; the first of several. */
  readonly choice: number;
  /** Whether several scenes are equally probable and most probable. */
  readonly tie: boolean;
  /** 1 for the target, 0 for another scene; where m scenes tie, 1/m if the target is one of them. */
  readonly credit: number;
}

/**
 * Plays games: the speaker describes each target, the listener picks the scene under which the description is most probable.
 *
 * @returns a row for each game, in order
 * @throws RangeError when a player does not answer everything, or a log-probability is not a number
 */
export async function playGames(
  games: readonly Game[],
  { describe, understand }: { readonly describe: Describe; readonly understand: Understand },
): Promise<PlayedGame[]> {
  const descriptions = await describe(games);
  const pairs = games.flatMap(({ scenes }, index) =>
    scenes.map((scene) => ({ scene, description: descriptions[index] ?? "" })),
  );
  const logProbs = await understand(pairs);
  if (descriptions.length !== games.length || logProbs.length !== pairs.length)
    throw new RangeError(
      `playGames: players must answer all ${games.length} games and ${pairs.length} scenes, got ${descriptions.length} and ${logProbs.length} answers. Return one for each, in order.`,
    );
  let read = 0;
  return games.map((game, index) =>
    judgeGame(game, {
      description: descriptions[index] ?? "",
      logProbs: logProbs.slice(read, (read += game.scenes.length)),
    }),
  );
}

/** What a listener's log-probabilities mean for a game. @throws RangeError when one is not a number */
export function judgeGame(
  { id, target }: Game,
  { description, logProbs }: Pick<PlayedGame, "description" | "logProbs">,
): PlayedGame {
  if (logProbs.some((logProb) => Number.isNaN(logProb)))
    throw new RangeError(
      `playGames: log-probabilities must be numbers, got NaN in ${id}. The model is broken.`,
    );
  const most = Math.max(...logProbs);
  const best = logProbs.flatMap((logProb, scene) => (logProb === most ? [scene] : []));
  return {
    id,
    description,
    logProbs,
    choice: best[0] ?? 0,
    tie: best.length > 1,
    credit: best.includes(target) ? 1 / best.length : 0,
  };
}

/** How often listeners found the target. */
export interface GameSuccess extends Interval {
  /** Mean credit, 0–1. */
  readonly success: number;
  readonly n: number;
  readonly ties: number;
  /** Of guessing. */
  readonly chance: number;
}

/**
 * The share of games that succeeded, with its 95 % interval (Wilson).
 *
 * @param played at least one
 */
export function gameSuccess(played: readonly Pick<PlayedGame, "credit" | "tie">[]): GameSuccess {
  const n = played.length;
  const successes = played.reduce((sum, { credit }) => sum + credit, 0);
  return {
    success: successes / n,
    ...wilsonInterval({ successes, n, confidence: 0.95 }),
    n,
    ties: played.filter(({ tie }) => tie).length,
    chance: 1 / SCENES_PER_GAME,
  };
}

/**
 * Speakers of the grammar. `best` says what fits the target alone and always succeeds with the grammar's listener; `literal` says
 * anything true, and succeeds in 2/3 of games; `blind` describes a scene of no game, and succeeds with any listener as often
 * as guessing.
 */
export const GRAMMAR_SPEAKERS = ["best", "literal", "blind"] as const;
/** Name of one. */
export type GrammarSpeaker = (typeof GRAMMAR_SPEAKERS)[number];

/** How often each succeeds with the grammar's listener in the long run. */
export const GRAMMAR_SUCCESS: Readonly<Record<GrammarSpeaker, number>> = {
  best: 1,
  literal: 2 / 3,
  blind: 1 / SCENES_PER_GAME,
};

/** What a speaker of the grammar says. @param seed of what it draws */
export const grammarDescriptions = (
  games: readonly Game[],
  { speaker, seed }: { readonly speaker: GrammarSpeaker; readonly seed: number },
): string[] =>
  games.map((game) => {
    const random = seeded(deriveSeed(seed, `${speaker} ${game.id}`));
    switch (speaker) {
      case "best":
        return bestDescription(game);
      case "literal":
        return anyDescription(game, random);
      case "blind":
        return blindDescription(random);
    }
  });

/** The listener that knows what can be said of each scene. */
export const grammarListener: Understand = (pairs) =>
  Promise.resolve(pairs.map(({ scene, description }) => descriptionLogProb(scene, description)));
