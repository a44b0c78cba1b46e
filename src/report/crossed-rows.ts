/** @file Size against tokenizer: four decoders, and what each of the two contributes to a score. */
import { z } from "zod";
import { MODELS } from "../config.js";
import type { Result } from "../runs/results.js";
import { mean } from "../statistics/summary.js";
import type { TidyRow } from "./frame.js";

const VARIANTS = ["bytePlain", "byteWithPrefixSpace"] as const;
type Variant = (typeof VARIANTS)[number];
const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  bytePlain: "no prefix space",
  byteWithPrefixSpace: "prefix space and <s>",
};
const READINGS = { official: "official", corrected: "corrected", wholeWord: "whole word" } as const;
type Reading = keyof typeof READINGS;
const TASKS = { eyeTracking: "Eye tracking", selfPaced: "Self-paced reading" } as const;

const tokenizersSchema = z.record(z.enum(MODELS), z.looseObject({ variant: z.enum(VARIANTS) }));

/** The tokenizer a result's model had. */
function variantOf({ config, model }: Result): Variant {
  return tokenizersSchema.parse(config["tokenizers"])[model].variant;
}

function percentOf(result: Result, part: string, reading: Reading, metric = "partialRSquared"): number {
  const found = result.metrics.find(
    (each) => each.metric === metric && each.part === part && each.reading === reading,
  );
  if (found) return 100 * found.value;
  throw new Error(
    `crossedRows: ${result.model} ${result.condition} must have ${metric} of ${part} (${reading}), got none. Run its notebook again.`,
  );
}

/**
 * The reading scores of both sizes with both tokenizers, in percent of the variance left, with 95 % intervals over sentences.
 *
 * @param results reading results of a study and of the one with crossed tokenizers, one condition
 * @throws Error when a result lacks a score, or its settings do not tell the tokenizer
 */
export function crossedRows(results: readonly Result[]): TidyRow[] {
  return Object.entries(TASKS).flatMap(([part, task]) =>
    results.map((result) => ({
      task,
      size: result.model,
      tokenizer: VARIANT_NAMES[variantOf(result)],
      ...Object.fromEntries(
        Object.keys(READINGS).map((name) => {
          const reading = readingOf(name);
          const [low, high] = ["partialRSquaredLow", "partialRSquaredHigh"].map((metric) =>
            percentOf(result, part, reading, metric).toFixed(2),
          );
          return [READINGS[reading], `${percentOf(result, part, reading).toFixed(2)} (${low} to ${high})`];
        }),
      ),
    })),
  );
}

const readingOf = (name: string): Reading =>
  name === "official" || name === "corrected" ? name : "wholeWord";

/**
 * What the score changes by, in points, when one of the two is exchanged and the other kept: the mean of both ways.
 *
 * @param results as `crossedRows` takes them
 * @throws RangeError when the four decoders are not all there, each once
 */
export function crossedEffects(results: readonly Result[]): TidyRow[] {
  const [large, small] = MODELS;
  const cell = (size: string, variant: Variant): Result => {
    const [found, ...more] = results.filter((each) => each.model === size && variantOf(each) === variant);
    if (found && more.length === 0) return found;
    throw new RangeError(
      `crossedEffects: there must be one result of ${size} with ${variant}, got ${found ? more.length + 1 : 0}. Score both studies on reading.`,
    );
  };
  const effect = (part: string, reading: Reading, pairs: readonly (readonly [Result, Result])[]): number =>
    mean(pairs.map(([to, from]) => percentOf(to, part, reading) - percentOf(from, part, reading)));
  const [plain, prefix] = VARIANTS;
  const tokenizer = MODELS.map((size) => [cell(size, prefix), cell(size, plain)] as const);
  const size = VARIANTS.map((variant) => [cell(small, variant), cell(large, variant)] as const);
  return Object.entries(TASKS).flatMap(([part, task]) =>
    [
      { exchanged: "tokenizer: a prefix space in place of none", pairs: tokenizer },
      { exchanged: "size: the smaller in place of the larger", pairs: size },
    ].map(({ exchanged, pairs }) => ({
      task,
      exchanged,
      "official (points)": effect(part, "official", pairs),
      "corrected (points)": effect(part, "corrected", pairs),
      "whole word (points)": effect(part, "wholeWord", pairs),
    })),
  );
}
