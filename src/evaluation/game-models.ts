/** @file Models as speakers and listeners of the reference game. What becomes of a game is in `reference-game.ts`. */
import { listenerPrompt, speakerPrompt } from "../data/microworld/reference-game.js";
import { generateText, type ChatForm, type TextModel } from "../model/generate.js";
import { deriveSeed, seeded } from "../random.js";
import type { LogLikelihood } from "./log-likelihood.js";
import type { Describe, Understand } from "./reference-game.js";

/** A model as a listener. @param form the words around prompt and reply, as in its tuning */
export function modelListener(logLikelihood: LogLikelihood, { wrap }: Pick<ChatForm, "wrap">): Understand {
  return async (pairs) => {
    const said = pairs.filter(({ description }) => description !== "");
    const scored = await logLikelihood(
      said.map(({ scene, description }) => ({
        context: wrap(listenerPrompt(scene)),
        continuation: ` ${description}`,
        tokenization: "joined",
      })),
    );
    const answers = new Map(said.map((pair, index) => [pair, scored[index]?.logProb ?? Number.NaN]));
    // Silence is equally probable of every scene.
    return pairs.map((pair) => answers.get(pair) ?? 0);
  };
}

/** How a model speaks. */
export interface SpeakerSettings {
  readonly form: ChatForm;
  readonly maxNewTokens: number;
  /** 0 takes the most probable token. */
  readonly temperature: number;
  /** Of what is drawn; null where nothing is. */
  readonly seed: number | null;
}

/** A model as a speaker. @param onGame called and awaited after each description */
export function modelSpeaker(
  model: TextModel,
  { form, maxNewTokens, temperature, seed }: SpeakerSettings,
  onGame: (done: number, total: number) => void | Promise<void> = () => undefined,
): Describe {
  return async (games) => {
    const descriptions: string[] = [];
    for (const game of games) {
      const { text } = await generateText(model, form.wrap(speakerPrompt(game)), {
        maxNewTokens,
        temperature,
        stopBefore: form.turns,
        ...(seed !== null && { random: seeded(deriveSeed(seed, game.id)) }),
      });
      descriptions.push(text.trim());
      await onGame(descriptions.length, games.length);
    }
    return descriptions;
  };
}
