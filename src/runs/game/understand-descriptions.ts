/** @file The computation of the stage `game-understanding`: how probable one model finds descriptions of each scene of their games. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { modelListener } from "../../evaluation/game-models.js";
import { grammarDescriptions, type GrammarSpeaker } from "../../evaluation/reference-game.js";
import { openScorer } from "../scoring/open-scorer.js";
import { chatFormOf } from "../scoring/chat-form.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { readStageJson } from "../stages/read-json.js";
import type { GameTemplate } from "./adapt-to-game.js";
import { DESCRIPTIONS, descriptionsSchema, gamesOf, type GameChoice } from "./describe-games.js";

/** Whose descriptions: those of a stage by its hash, or of a speaker of the grammar. */
export type DescriptionSource =
  { readonly stage: string } | { readonly grammar: GrammarSpeaker; readonly seed: number };

/** What decides the log-probabilities. */
export interface UnderstandingInputs {
  /** Hash of the stage of the listener. */
  readonly listener: string;
  readonly descriptions: DescriptionSource;
  readonly games: GameChoice;
  readonly template: GameTemplate;
}

/** File of the stage, and what it holds: of each game, of each description, a value for each scene. */
export const LOG_PROBS = "log-probs.json";
export const logProbsSchema = z.array(z.array(z.array(z.number())));

/** Told of requests as they are answered. */
interface Watched {
  readonly onProgress: (done: number, total: number) => Promise<void>;
}

/** The descriptions of each game. @param folderOf of stages by their hash */
export const descriptionsFrom = (
  source: DescriptionSource,
  games: GameChoice,
  folderOf: StagePlaces["folderOf"],
): string[][] =>
  "stage" in source
    ? readStageJson({ folder: folderOf(source.stage) }, DESCRIPTIONS, descriptionsSchema)
    : grammarDescriptions(gamesOf(games), { speaker: source.grammar, seed: source.seed }).map((text) => [
        text,
      ]);

/** Writes the log-probabilities. */
export const understanding = computation(
  import.meta.url,
  async (
    inputs: UnderstandingInputs,
    { folder, folderOf, onProgress }: StagePlaces & Watched,
  ): Promise<void> => {
    const { listener, games, template } = inputs;
    const descriptions = descriptionsFrom(inputs.descriptions, games, folderOf);
    const scorer = await openScorer({ folder: folderOf(listener) }, { onProgress });
    try {
      const understand = modelListener(scorer.logLikelihood, chatFormOf(template));
      const played = gamesOf(games);
      const logProbs = await understand(
        played.flatMap(({ scenes }, index) =>
          (descriptions[index] ?? []).flatMap((description) =>
            scenes.map((scene) => ({ scene, description })),
          ),
        ),
      );
      let read = 0;
      const grouped = played.map(({ scenes }, index) =>
        (descriptions[index] ?? []).map(() => logProbs.slice(read, (read += scenes.length))),
      );
      writeFileSync(join(folder, LOG_PROBS), JSON.stringify(grouped) + "\n");
    } finally {
      scorer.dispose();
    }
  },
);
