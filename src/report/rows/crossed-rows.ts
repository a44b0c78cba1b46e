/** @file Size against tokenizer: four decoders, and what each of the two contributes to a score. */
import { z } from "zod";
import { MODELS } from "../../config/config.js";
import type { Result } from "../../runs/study/results.js";
import { studentQuantile } from "../../statistics/student-quantile.js";
import { mean, sampleStandardDeviation } from "../../statistics/summary.js";
import { inOneConfiguration } from "./comparable.js";
import type { TidyRow } from "../render/frame.js";
import { groupRows, metricOf } from "./result-metrics.js";
import { toPercent } from "../render/percent.js";
import { decimal } from "../render/decimal.js";

const VARIANTS = ["bytePlain", "byteWithPrefixSpace"] as const;
type Variant = (typeof VARIANTS)[number];
const VARIANT_NAMES: Readonly<Record<Variant, string>> = {
  bytePlain: "no prefix space",
  byteWithPrefixSpace: "prefix space and <s>",
};
const SCORING_RULES = { official: "official", corrected: "corrected", wholeWord: "whole word" } as const;
type ScoringRule = keyof typeof SCORING_RULES;
const TASKS = { eyeTracking: "Eye tracking", selfPaced: "Self-paced reading" } as const;

const tokenizersSchema = z.record(z.enum(MODELS), z.looseObject({ variant: z.enum(VARIANTS) }));

/** The tokenizer a result's model had. */
function variantOf({ config, model }: Result): Variant {
  return tokenizersSchema.parse(config["tokenizers"])[model].variant;
}

const percentOf = (
  result: Result,
  part: string,
  scoringRule: ScoringRule,
  metric = "partialRSquared",
): number => toPercent(metricOf(result, { metric, part, scoringRule }).value);

/**
 * The reading scores of both sizes with both tokenizers, in percent of the variance left, with 95 % intervals over sentences; scores
 * and ends of intervals are means over seeds where there are several.
 *
 * @param results reading results of a study and of the one with crossed tokenizers, one condition
 * @throws Error when a result lacks a score, or its settings do not tell the tokenizer
 */
export function crossedRows(results: readonly Result[]): TidyRow[] {
  checkCrossed(results);
  const cells = groupRows(results, (result) => `${result.model} ${variantOf(result)}`);
  return Object.entries(TASKS).flatMap(([part, task]) =>
    cells.map((ofSeeds) => ({
      task,
      size: ofSeeds[0].model,
      tokenizer: VARIANT_NAMES[variantOf(ofSeeds[0])],
      seeds: ofSeeds.length,
      ...byScoringRule((scoringRule) => {
        const [value, low, high] = ["partialRSquared", "partialRSquaredLow", "partialRSquaredHigh"].map(
          (metric) => decimal(mean(ofSeeds.map((result) => percentOf(result, part, scoringRule, metric))), 2),
        );
        return `${value} (${low} to ${high})`;
      }),
    })),
  );
}

/** Both studies may differ in their tokenizers alone. */
function checkCrossed(results: readonly Result[]): void {
  const { tokenizers } = results[0]?.config ?? {};
  inOneConfiguration(results.map((result) => ({ ...result, config: { ...result.config, tokenizers } })));
}

/** A cell of each scoring rule, under its name. */
const byScoringRule = (cellOf: (scoringRule: ScoringRule) => string): Record<string, string> => ({
  [SCORING_RULES.official]: cellOf("official"),
  [SCORING_RULES.corrected]: cellOf("corrected"),
  [SCORING_RULES.wholeWord]: cellOf("wholeWord"),
});

/**
 * What the score changes by, in points, when one of the two is exchanged and the other kept: the mean of both ways, and over seeds
 * with Student's 95 % interval where there are several.
 *
 * @param results as `crossedRows` takes them
 * @throws RangeError when the four decoders are not all there, each once a seed
 */
export function crossedEffects(results: readonly Result[]): TidyRow[] {
  const [large, small] = MODELS;
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  const cell = (size: string, variant: Variant, seed: number): Result => {
    const [found, ...more] = results.filter(
      (each) => each.model === size && variantOf(each) === variant && each.seed === seed,
    );
    if (found && more.length === 0) return found;
    throw new RangeError(
      `crossedEffects: there must be one result of ${size} with ${variant} and seed ${seed}, got ${found ? more.length + 1 : 0}. Score both studies on reading.`,
    );
  };
  const [plain, prefix] = VARIANTS;
  const pairsOf = {
    "tokenizer: a prefix space in place of none": (seed: number) =>
      MODELS.map((size) => [cell(size, prefix, seed), cell(size, plain, seed)] as const),
    "size: the smaller in place of the larger": (seed: number) =>
      VARIANTS.map((variant) => [cell(small, variant, seed), cell(large, variant, seed)] as const),
  };
  return Object.entries(TASKS).flatMap(([part, task]) =>
    Object.entries(pairsOf).map(([exchanged, pairs]) => ({
      task,
      exchanged,
      seeds: seeds.length,
      ...byScoringRule((scoringRule) =>
        pointsOf(
          seeds.map((seed) =>
            mean(
              pairs(seed).map(
                ([to, from]) => percentOf(to, part, scoringRule) - percentOf(from, part, scoringRule),
              ),
            ),
          ),
        ),
      ),
    })),
  );
}

/** An effect's mean over seeds, with Student's interval where there are at least two. */
function pointsOf(effects: readonly number[]): string {
  const value = mean(effects);
  const k = effects.length;
  if (k < 2) return decimal(value, 2);
  const half = (studentQuantile(0.975, k - 1) * sampleStandardDeviation(effects)) / Math.sqrt(k);
  return `${decimal(value, 2)} (${decimal(value - half, 2)} to ${decimal(value + half, 2)})`;
}
