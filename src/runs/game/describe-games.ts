/** @file The computation of the stage `game-descriptions`: what one model says of the target of each game. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { referenceGames, type Game } from "../../data/microworld/reference-game.js";
import { openTokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { modelSpeaker } from "../../evaluation/game-models.js";
import { loadModel } from "../../model/checkpoint.js";
import type { ChatForm } from "../../model/generate.js";
import { deriveSeed, seeded } from "../../random.js";
import { chatFormOf } from "../scoring/chat-form.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import type { GameTemplate } from "./adapt-to-game.js";

/** Which games: the first of those that a seed draws. */
export interface GameChoice {
  readonly count: number;
  readonly seed: number;
}

/** The games of a choice. */
export const gamesOf = ({ count, seed }: GameChoice): Game[] =>
  referenceGames({ count, random: seeded(seed) });

/** What decides descriptions. */
export interface DescriptionInputs {
  /** Hash of the stage of the speaker. */
  readonly speaker: string;
  readonly games: GameChoice;
  readonly template: GameTemplate;
  readonly maxNewTokens: number;
  readonly temperature: number;
  /** Descriptions of each game. */
  readonly draws: number;
  /** Of what is drawn; null where nothing is. */
  readonly seed: number | null;
}

/** File of the stage, and what it holds: the descriptions of each game. */
export const DESCRIPTIONS = "descriptions.json";
export const descriptionsSchema = z.array(z.array(z.string()));

/** Told of games as they are described. */
interface Watched {
  readonly onProgress: (done: number, total: number) => Promise<void>;
}

/** Writes the descriptions. */
export const describing = computation(
  import.meta.url,
  async (
    inputs: DescriptionInputs,
    { folder, folderOf, onProgress }: StagePlaces & Watched,
  ): Promise<void> => {
    const { template, maxNewTokens, temperature, draws, seed } = inputs;
    const games = gamesOf(inputs.games);
    const form: ChatForm = chatFormOf(template);
    const origin = folderOf(inputs.speaker);
    const tokenizer = await openTokenizer(origin);
    const { architecture, weights } = loadModel(origin);
    const descriptions: string[][] = games.map(() => []);
    try {
      for (let draw = 0; draw < draws; draw++) {
        const ofDraw = seed === null ? null : deriveSeed(seed, `draw ${draw}`);
        const settings = { form, maxNewTokens, temperature, seed: ofDraw };
        const describe = modelSpeaker({ architecture, weights, tokenizer }, settings, (done, total) =>
          onProgress(draw * total + done, draws * total),
        );
        const said = await describe(games);
        for (const [index, description] of said.entries()) descriptions[index]?.push(description);
      }
    } finally {
      tf.dispose({ ...weights });
    }
    writeFileSync(join(folder, DESCRIPTIONS), JSON.stringify(descriptions) + "\n");
  },
);
