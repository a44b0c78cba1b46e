/**
 * @file The years whose scoring rules the kit knows. What a year asks of an item is in `items-under-rules.ts`; how a year counts ties
 * and NaN is in `choices.ts`; which years have a benchmark is in `benchmarks.ts`.
 */

/**
 * Years of the BabyLM evaluation.
 *
 * 2026 differs from 2025 in five ways: entity tracking drops items with an option "nothing"; EWoK compares one target after two
 * contexts; a tie earns the expectation of a random draw; NaN loses; WUGs are gone.
 *
 * Source: babylm/evaluation-pipeline-2025 at bf55c11; babylm-org/babylm-eval at 3d57ddc (8 July 2026), strict track.
 */
export const RULES = [2025, 2026] as const;
/** A year of the BabyLM evaluation. */
export type Rules = (typeof RULES)[number];
