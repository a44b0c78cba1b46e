/**
 * @file The reference game between the models of a study: every condition as a speaker with every condition as a listener, next
 * to the grammar's own players. What one model says and understands is a cached stage each (`players.ts`).
 */
import { z } from "zod";
import { MODELS, type Condition, type ModelName } from "../../config/config.js";
import { descriptionLogProb, type Game } from "../../data/microworld/reference-game.js";
import { GRAMMAR_SPEAKERS, judgeGame, type PlayedGame } from "../../evaluation/reference-game.js";
import { deriveSeed } from "../../random.js";
import { modelFolder } from "../scoring/model-folder.js";
import { keptValue } from "../study/kept.js";
import type { Study } from "../study/study.js";
import { trainedModel } from "../training/training.js";
import { gamesOf, type GameChoice } from "./describe-games.js";
import { GAME_BUDGETS } from "./game-settings.js";
import {
  adaptPlayer,
  describeGames,
  grammarDescribes,
  understandDescriptions,
  type Descriptions,
  type Player,
} from "./players.js";

/** Who plays, how often and how. */
export interface GameOptions {
  /** The decoder of the conditions. */
  readonly model: ModelName;
  readonly conditions: readonly Condition[];
  /** Other models, as Hugging Face folders by the names that tables give them. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Fewer or more than the scale's. */
  readonly games?: number;
  /** Steps on the game's language that every model gets; 0 leaves all as they are. */
  readonly adaptationSteps?: number;
  /** 0, the default, takes the most probable token each time. */
  readonly temperature?: number;
}

const sceneSchema = z.object({ adjective: z.string(), noun: z.string(), place: z.string() });
const playedGamesSchema = z.object({
  model: z.enum(MODELS),
  games: z.array(z.object({ id: z.string(), scenes: z.array(sceneSchema), target: z.number() })),
  /** What each speaker said, in the order of the games; `grammar: best` and the like are the grammar's. */
  speakers: z.array(z.object({ name: z.string(), descriptions: z.array(z.string()) })),
  /** Each speaker with each listener: the scene that was chosen, whether others were as probable, and the credit, in the order of the games. */
  pairings: z.array(
    z.object({
      speaker: z.string(),
      listener: z.string(),
      choices: z.array(z.number()),
      ties: z.array(z.boolean()),
      credits: z.array(z.number()),
    }),
  ),
});
/** All games of some models, as `playReferenceGame` gives them. */
export type PlayedGames = Readonly<z.infer<typeof playedGamesSchema>>;

/** What tables call the grammar's listener; its speakers have their kind behind a colon. */
export const GRAMMAR = "grammar";
const grammarName = (speaker: string): string => `${GRAMMAR}: ${speaker}`;

/**
 * Plays the reference game between every two of some models, and of each with the grammar's players. Models of conditions are
 * trained first where the cache does not hold them; then all get the same short adaptation to the game's language.
 *
 * @param options who plays, how often and how
 * @returns games, descriptions and choices; for the same seed the same
 * @throws RangeError for an unknown model or condition, or when nobody plays
 */
export function playReferenceGame(study: Study, options: GameOptions): Promise<PlayedGames> {
  const settings = gameSettings(study, options);
  const { folders, ...rest } = settings;
  const hashes = Object.entries(folders).map(([name, folder]) => ({ name, hash: modelFolder(folder).hash }));
  return keptValue(
    study,
    { name: "reference-game", inputs: { ...rest, folders: hashes } },
    playedGamesSchema,
    () => play(study, settings),
  );
}

/** Options with those of the scale where none are given. */
export function gameSettings(study: Study, options: GameOptions): Required<GameOptions> {
  const { games, adaptationSteps } = GAME_BUDGETS[study.config.scale];
  const settings = { games, adaptationSteps, temperature: 0, folders: {}, ...options };
  if (settings.conditions.length + Object.keys(settings.folders).length === 0)
    throw new RangeError("playReferenceGame: a model must play, got no condition and no folder. Name one.");
  for (const [name, value, least] of [
    ["games", settings.games, 1],
    ["adaptationSteps", settings.adaptationSteps, 0],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new RangeError(
        `playReferenceGame: ${name} must be a whole number from ${least}, got ${value}. Correct the option.`,
      );
  return settings;
}

/** The games that models are measured on; those they learn from are others. */
export const measuredGames = (count: number): GameChoice => ({
  count,
  seed: deriveSeed(0, "reference game: measured"),
});

async function play(study: Study, settings: Required<GameOptions>): Promise<PlayedGames> {
  const { model, temperature } = settings;
  const choice = measuredGames(settings.games);
  const games = gamesOf(choice);
  const players = await openPlayers(study, settings);
  const speakers: { name: string; descriptions: Descriptions }[] = [];
  for (const player of players)
    speakers.push({
      name: player.name,
      descriptions: await describeGames(study, player, { games: choice, temperature, draws: 1 }),
    });
  for (const speaker of GRAMMAR_SPEAKERS)
    speakers.push({ name: grammarName(speaker), descriptions: grammarDescribes(choice, speaker, study) });
  const pairings: PlayedGames["pairings"] = [];
  for (const { name, descriptions } of speakers) {
    for (const player of players) {
      const { logProbs } = await understandDescriptions(study, player, { descriptions, games: choice });
      pairings.push(
        pairing(
          name,
          player.name,
          judge(games, descriptions, (game, draw) => logProbs[game]?.[draw]),
        ),
      );
    }
    pairings.push(pairing(name, GRAMMAR, judgeByGrammar(games, descriptions)));
  }
  return {
    model,
    games: games.map(({ id, scenes, target }) => ({ id, scenes: [...scenes], target })),
    speakers: speakers.map(({ name, descriptions }) => ({
      name,
      descriptions: descriptions.texts.map(([text = ""]) => text),
    })),
    pairings,
  };
}

/** The models of conditions and folders, adapted. */
async function openPlayers(
  study: Study,
  { model, conditions, folders, adaptationSteps: steps }: Required<GameOptions>,
): Promise<Player[]> {
  const players: Player[] = [];
  for (const condition of conditions) {
    const { stage } = await trainedModel(study, { model, condition });
    players.push(await adaptPlayer(study, { name: condition, model: stage, steps }));
  }
  for (const [name, folder] of Object.entries(folders))
    players.push(await adaptPlayer(study, { name, model: modelFolder(folder), steps }));
  return players;
}

/** Each description of each game as a listener took it; the descriptions of a game together. */
export const judge = (
  games: readonly Game[],
  { texts }: Pick<Descriptions, "texts">,
  logProbsOf: (game: number, draw: number) => readonly number[] | undefined,
): PlayedGame[] =>
  games.flatMap((game, index) =>
    (texts[index] ?? []).map((description, draw) =>
      judgeGame(game, { description, logProbs: logProbsOf(index, draw) ?? [] }),
    ),
  );

/** The same with the grammar's listener. */
export const judgeByGrammar = (
  games: readonly Game[],
  descriptions: Pick<Descriptions, "texts">,
): PlayedGame[] =>
  judge(games, descriptions, (game, draw) =>
    games[game]?.scenes.map((scene) => descriptionLogProb(scene, descriptions.texts[game]?.[draw] ?? "")),
  );

const pairing = (
  speaker: string,
  listener: string,
  played: readonly PlayedGame[],
): PlayedGames["pairings"][number] => ({
  speaker,
  listener,
  choices: played.map(({ choice }) => choice),
  ties: played.map(({ tie }) => tie),
  credits: played.map(({ credit }) => credit),
});
