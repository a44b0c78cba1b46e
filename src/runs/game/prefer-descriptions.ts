/**
 * @file The computation of the stage `game-preferences`: of several descriptions of a target, those by which a listener found it
 * are better than those that misled it.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { PreferencePair } from "../../data/instructions/preference-pairs.js";
import { speakerPrompt, type Game } from "../../data/microworld/reference-game.js";
import { judgeGame } from "../../evaluation/reference-game.js";
import { computation, type StagePlaces } from "../stages/computation.js";
import { readStageJson } from "../stages/read-json.js";
import { DESCRIPTIONS, descriptionsSchema, gamesOf, type GameChoice } from "./describe-games.js";
import { LOG_PROBS, logProbsSchema } from "./understand-descriptions.js";

/** What decides the pairs. */
export interface PreferenceInputs {
  /** Hashes of the stages of what was said and of what was understood. */
  readonly descriptions: string;
  readonly understanding: string;
  readonly games: GameChoice;
}

/** File of the stage, and what it holds. */
export const PAIRS = "pairs.json";
export const pairsSchema = z.array(
  z.object({ id: z.string(), prompt: z.string(), chosen: z.string(), rejected: z.string() }),
);

/** Writes the pairs. */
export const preferring = computation(
  import.meta.url,
  (inputs: PreferenceInputs, { folder, folderOf }: StagePlaces): Promise<void> => {
    const said = readStageJson({ folder: folderOf(inputs.descriptions) }, DESCRIPTIONS, descriptionsSchema);
    const heard = readStageJson({ folder: folderOf(inputs.understanding) }, LOG_PROBS, logProbsSchema);
    const pairs = gamesOf(inputs.games).flatMap((game, index) =>
      pairsOfGame(game, { descriptions: said[index] ?? [], logProbs: heard[index] ?? [] }),
    );
    writeFileSync(join(folder, PAIRS), JSON.stringify(pairs) + "\n");
    return Promise.resolve();
  },
);

/**
 * The first description that succeeded with the first that failed, the second with the second, and so on; none counts twice,
 * and an empty one or one by which the listener could only guess not at all.
 *
 * @param of.logProbs of each description, a value for each scene
 */
export function pairsOfGame(
  game: Game,
  {
    descriptions,
    logProbs,
  }: { readonly descriptions: readonly string[]; readonly logProbs: readonly (readonly number[])[] },
): PreferencePair[] {
  const credits = new Map<string, number>();
  for (const [draw, description] of descriptions.entries())
    if (description !== "")
      credits.set(description, judgeGame(game, { description, logProbs: logProbs[draw] ?? [] }).credit);
  const ofCredit = (wanted: number) =>
    [...credits].flatMap(([description, credit]) => (credit === wanted ? [description] : []));
  const [succeeded, failed] = [ofCredit(1), ofCredit(0)];
  return succeeded.slice(0, failed.length).map((chosen, index) => ({
    id: `${game.id}_${index}`,
    prompt: speakerPrompt(game),
    chosen,
    rejected: failed[index] ?? "",
  }));
}
