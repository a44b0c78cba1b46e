/** @file Who plays the reference game: models of a study or of folders, adapted to its language; and what they say and understand. */
import { deriveSeed } from "../../random.js";
import type { GrammarSpeaker } from "../../evaluation/reference-game.js";
import { computeStage } from "../stages/computed-stage.js";
import { foldersOf, type Named } from "../stages/computation.js";
import { takeTurn } from "../stages/interrupt.js";
import { reportProgress } from "../stages/progress.js";
import { readStageJson } from "../stages/read-json.js";
import type { Stage } from "../stages/stage.js";
import type { Study } from "../study/study.js";
import { adapting, type GameTemplate } from "./adapt-to-game.js";
import { DESCRIPTIONS, describing, descriptionsSchema, type GameChoice } from "./describe-games.js";
import { ADAPTATION_BATCH, ADAPTATION_RATE_FACTOR, DESCRIPTION_TOKENS } from "./game-settings.js";
import {
  descriptionsFrom,
  LOG_PROBS,
  logProbsSchema,
  understanding,
  type DescriptionSource,
} from "./understand-descriptions.js";

/** A model that plays. */
export interface Player {
  readonly name: string;
  /** Its stage or folder, after the adaptation. */
  readonly model: Named;
  /** The stage of the adaptation; none where there was none. */
  readonly adaptation: Stage | null;
}

/** Stages of the past have no names; progress has. */
const watched = (label: string) => ({
  onProgress: async (done: number, total: number) => {
    reportProgress({ type: "work", label, done, total });
    await takeTurn();
  },
});

/** The template of a study in the game, where released texts have none. */
export const gameTemplateOf = ({ config }: Study): GameTemplate =>
  config.instructions.chatTemplate === "released" ? "plainRoles" : config.instructions.chatTemplate;

/** A model adapted to the game's language. The examples and their order are the same for every model. */
export async function adaptPlayer(
  study: Study,
  { name, model, steps }: { readonly name: string; readonly model: Named; readonly steps: number },
): Promise<Player> {
  if (steps === 0) return { name, model, adaptation: null };
  const { learningRate, optimizer, precision } = study.config.instructionTuning;
  const adaptation = await computeStage(study.cacheFolder, {
    kind: "game-adaptation",
    inputs: {
      model: model.hash,
      template: gameTemplateOf(study),
      steps,
      batchSize: ADAPTATION_BATCH,
      learningRate: ADAPTATION_RATE_FACTOR * learningRate,
      optimizer,
      precision,
      seed: deriveSeed(0, "reference game: adaptation"),
    },
    computation: adapting,
    parents: [model],
    given: watched(`${name}: game's language`),
  });
  return { name, model: adaptation, adaptation };
}

/** What is said of some games, and by which stage; a speaker of the grammar needs none. */
export interface Descriptions {
  readonly source: DescriptionSource;
  readonly stage: Stage | null;
  /** Of each game, one for each draw. */
  readonly texts: readonly (readonly string[])[];
}

/** What a model says. @param of.draws descriptions of each game */
export async function describeGames(
  study: Study,
  { name, model }: Player,
  of: { readonly games: GameChoice; readonly temperature: number; readonly draws: number },
): Promise<Descriptions & { readonly stage: Stage }> {
  const stage = await computeStage(study.cacheFolder, {
    kind: "game-descriptions",
    inputs: {
      speaker: model.hash,
      ...of,
      template: gameTemplateOf(study),
      maxNewTokens: DESCRIPTION_TOKENS,
      seed: of.temperature > 0 ? study.seed : null,
    },
    computation: describing,
    parents: [model],
    given: watched(`${name} describes`),
  });
  const texts = readStageJson(stage, DESCRIPTIONS, descriptionsSchema);
  return { source: { stage: stage.hash }, stage, texts };
}

/** What a speaker of the grammar says, once of each game. */
export function grammarDescribes(
  games: GameChoice,
  grammar: GrammarSpeaker,
  { seed }: Pick<Study, "seed">,
): Descriptions {
  const source = { grammar, seed };
  return { source, stage: null, texts: descriptionsFrom(source, games, foldersOf([])) };
}

/** How probable a model finds descriptions: of each game, of each draw, a value for each scene. */
export async function understandDescriptions(
  study: Study,
  { name, model }: Player,
  { descriptions, games }: { readonly descriptions: Descriptions; readonly games: GameChoice },
): Promise<{ readonly stage: Stage; readonly logProbs: readonly (readonly (readonly number[])[])[] }> {
  const { source, stage: said } = descriptions;
  const stage = await computeStage(study.cacheFolder, {
    kind: "game-understanding",
    inputs: { listener: model.hash, descriptions: source, games, template: gameTemplateOf(study) },
    computation: understanding,
    parents: said ? [model, said] : [model],
    given: watched(`${name} understands`),
  });
  return { stage, logProbs: readStageJson(stage, LOG_PROBS, logProbsSchema) };
}
