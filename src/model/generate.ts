/**
 * @file Text from a model: the most probable token or one drawn by chance, again and again. `cached-decoder.ts` says how
 * probable each is; the words around a prompt are those of `data/instructions/chat-template.ts`, given by the caller.
 */
import type { ArchitectureConfig } from "../config/config.js";
import type { Tokenizer } from "../data/tokenizer/tokenizer.js";
import type { Random } from "../random.js";
import { GrowingText } from "./cached-decoder.js";
import { checkTokens } from "./decoder.js";
import { settledText } from "./settled-text.js";
import type { Weights } from "./weights.js";

/** A model that can write. */
export interface TextModel {
  readonly weights: Weights;
  readonly architecture: ArchitectureConfig;
  readonly tokenizer: Tokenizer;
}

/** How tokens are chosen. */
export interface SamplingOptions {
  /** Logits are divided by it; 0, the default, takes the most probable token. */
  readonly temperature?: number;
  /** Draws only from the most probable tokens that reach this share together; 1, the default, from all. */
  readonly topP?: number;
  /** Needed above temperature 0. */
  readonly random?: Random;
}

/** How long a text becomes, and what ends it. */
export interface GenerationOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  /** Whether the model's end tokens end the text; true by default. Otherwise they are tokens like any other. */
  readonly stopAtEnd?: boolean;
  /** Texts before which the new one ends. */
  readonly stopBefore?: readonly string[];
  /**
   * Called and awaited after each token, with the text that has become certain since the last call; that may be none. All
   * pieces together are the text. What it throws ends the writing.
   */
  readonly onText?: (piece: string) => void | Promise<void>;
}

/** What a model wrote. */
export interface GeneratedText {
  /** Without the prompt, special tokens and what it ended before; prompt and text joined are what both decode to. */
  readonly text: string;
  /** All new tokens, the one that ended it included. */
  readonly ids: readonly number[];
  /** What ended it: an end token, a text of `stopBefore`, or `maxNewTokens`. */
  readonly ended: "endToken" | "stopText" | "length";
}

/**
 * Continues a prompt.
 *
 * @param prompt text; the tokenizer's own start token goes before it
 * @param options.maxNewTokens at most so many; together with the prompt not more than the model's `maxLengthTokens`
 * @throws RangeError when prompt and new tokens together exceed the model's maximum, the prompt has no token, or one
 *   that the model does not embed, or an option is out of its range or without effect
 *
 * Source: Holtzman et al. 2020 for `topP`, nucleus sampling.
 */
export async function generateText(
  model: TextModel,
  prompt: string,
  options: GenerationOptions,
): Promise<GeneratedText> {
  const [promptIds = []] = await model.tokenizer.encodeIds([prompt], { addSpecialTokens: true });
  return continueTokens(model, promptIds, options);
}

/**
 * Continues a prompt of tokens, which may hold end tokens between the turns of a conversation.
 *
 * @param promptIds all of it, start token included
 * @throws RangeError as `generateText` does
 */
export async function continueTokens(
  { tokenizer, architecture, weights }: TextModel,
  promptIds: readonly number[],
  options: GenerationOptions,
): Promise<GeneratedText> {
  const { maxNewTokens, stopAtEnd = true, stopBefore = [], onText } = options;
  checkOptions(options);
  if (promptIds.length === 0 || promptIds.length + maxNewTokens > architecture.maxLengthTokens)
    throw new RangeError(
      `generateText: a prompt must have a token, and with ${maxNewTokens} new ones not exceed the model's ${architecture.maxLengthTokens}, got ${promptIds.length}. Change the prompt or maxNewTokens.`,
    );
  checkTokens(promptIds, architecture);
  const growing = new GrowingText(weights, architecture);
  try {
    const ids: number[] = [];
    const written = () => tokenizer.decodeAfter(promptIds, ids);
    const ending = { stopBefore, cleansUpSpaces: tokenizer.cleansUpSpaces };
    let shown = "";
    const show = async (text: string): Promise<void> => {
      const piece = text.startsWith(shown) ? text.slice(shown.length) : "";
      shown += piece;
      await onText?.(piece);
    };
    const finish = async (text: string, ended: GeneratedText["ended"]): Promise<GeneratedText> => {
      await show(text);
      return { text, ids, ended };
    };
    let next = promptIds;
    while (ids.length < maxNewTokens) {
      const id = chooseToken(await growing.append(next), options);
      ids.push(id);
      if (stopAtEnd && tokenizer.endIds.includes(id)) return await finish(await written(), "endToken");
      if (stopBefore.length > 0 || onText) {
        const text = await written();
        const stops = stopBefore.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
        if (stops.length > 0) return await finish(text.slice(0, Math.min(...stops)), "stopText");
        await show(settledText(text, ending));
      }
      next = [id];
    }
    return await finish(await written(), "length");
  } finally {
    growing.dispose();
  }
}

/** How a conversation is written down: what is around a prompt, and what begins the next turn. */
export interface ChatForm {
  /** The text up to where the reply begins. */
  readonly wrap: (prompt: string) => string;
  /** Beginnings of a turn, such as "\nUser:"; the reply ends before the first of them. */
  readonly turns: readonly string[];
}

/**
 * The reply to a prompt in the form a model was tuned on.
 *
 * @param prompt what is asked, without the words around it
 * @param options.form the words around prompt and reply, as in tuning
 * @returns as `generateText`, up to the end token or the next turn, without spaces around it
 * @throws RangeError as `generateText` does
 */
export async function chat(
  model: TextModel,
  prompt: string,
  { form, ...options }: Omit<GenerationOptions, "stopAtEnd" | "stopBefore"> & { readonly form: ChatForm },
): Promise<GeneratedText> {
  const reply = await generateText(model, form.wrap(prompt), { ...options, stopBefore: form.turns });
  return { ...reply, text: reply.text.trim() };
}

/** @throws RangeError that names the option */
function checkOptions({
  maxNewTokens,
  temperature = 0,
  topP = 1,
  random,
  stopBefore,
}: GenerationOptions): void {
  const refuse = (what: string, must: string, got: unknown): never => {
    throw new RangeError(`generateText: ${what} must ${must}, got ${String(got)}. Correct the option.`);
  };
  if (!Number.isInteger(maxNewTokens) || maxNewTokens < 1)
    refuse("maxNewTokens", "be a whole number from 1", maxNewTokens);
  if (!Number.isFinite(temperature) || temperature < 0) refuse("temperature", "be 0 or above", temperature);
  if (!(topP > 0 && topP <= 1)) refuse("topP", "be above 0 and at most 1", topP);
  if (temperature === 0 && topP !== 1) refuse("topP", "be 1 at temperature 0, where nothing is drawn", topP);
  if (temperature > 0 && !random) refuse("random", "be given above temperature 0", random);
  if (stopBefore?.includes("")) refuse("stopBefore", "hold texts", "an empty one");
}

/**
 * One token by its logit.
 *
 * @param logits [V]
 * @throws Error when a logit is not a number
 */
export function chooseToken(
  logits: Float32Array,
  { temperature = 0, topP = 1, random }: SamplingOptions,
): number {
  let best = 0;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id] ?? Number.NaN;
    if (Number.isNaN(logit))
      throw new Error("chooseToken: every logit must be a number, got NaN. The model's weights are broken.");
    if (logit > (logits[best] ?? Number.NaN)) best = id;
  }
  if (temperature === 0 || !random) return best;
  const largest = logits[best] ?? 0;
  const shares = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const all = shares.reduce((sum, share) => sum + share, 0);
  const candidates = Array.from(shares.keys());
  let total = all;
  if (topP < 1) {
    candidates.sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0) || a - b);
    let count = 0;
    for (total = 0; count < candidates.length && total < topP * all; count++)
      total += shares[candidates[count] ?? 0] ?? 0;
    candidates.length = count;
  }
  let left = random() * total;
  for (const id of candidates) {
    left -= shares[id] ?? 0;
    if (left < 0) return id;
  }
  return best; // rounding alone leads here
}
