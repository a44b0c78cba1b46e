/** @file Which instruction examples a condition trains on, and in which order: the paper's curricula. */
import { CONDITIONS, type Condition } from "../config.js";
import { shuffled, type Random } from "../random.js";

/** The two instruction sets of the paper. */
export type InstructionSet = "switch" | "wiki";

/** One tuning phase: the sets it mixes. Phases follow one another; inside a phase examples are shuffled. */
export interface Phase {
  readonly name: string;
  readonly sets: readonly InstructionSet[];
}

const SWITCH: Phase = { name: "switch", sets: ["switch"] };
const WIKI: Phase = { name: "wiki", sets: ["wiki"] };
const MERGED: Phase = { name: "merged", sets: ["switch", "wiki"] };

/**
 * Tuning phases of each condition, in the order they are trained; none for the pre-trained model itself.
 *
 * Source: CLASS-IT poster, model names (paper.md 3.3).
 */
export const CURRICULA: Readonly<Record<Condition, readonly Phase[]>> = {
  base: [],
  switch: [SWITCH],
  wiki: [WIKI],
  merged: [MERGED],
  switchThenWiki: [SWITCH, WIKI],
  wikiThenSwitch: [WIKI, SWITCH],
};

/**
 * Phases of a condition given by name.
 *
 * @throws RangeError that lists the conditions when the name is none of them
 */
export function phasesOf(condition: Condition): readonly Phase[] {
  // A notebook may hand over any string.
  if (!CONDITIONS.includes(condition))
    throw new RangeError(
      `phasesOf: condition must be one of ${CONDITIONS.join(", ")}, got "${String(condition)}". Correct the name.`,
    );
  return CURRICULA[condition];
}

/** The phases of a condition in words, such as "switch, then wiki". */
export function describePhases(condition: Condition): string {
  const phases = phasesOf(condition).map((phase) => phase.sets.join(" + "));
  return phases.length === 0 ? "none: pre-training alone" : phases.join(", then ");
}

/**
 * One epoch's examples in training order: phase after phase, shuffled inside each.
 *
 * @param examples with `set` telling where each comes from
 * @throws RangeError when a phase finds no example of one of its sets
 */
export function orderExamples<E extends { readonly set: InstructionSet }>(
  examples: readonly E[],
  condition: Condition,
  random: Random,
): E[] {
  return phasesOf(condition).flatMap((phase) => shuffled(examplesOfPhase(examples, phase), random));
}

/** The examples one phase trains on, in their given order. */
export function examplesOfPhase<E extends { readonly set: InstructionSet }>(
  examples: readonly E[],
  phase: Phase,
): E[] {
  for (const set of phase.sets)
    if (!examples.some((example) => example.set === set))
      throw new RangeError(
        `examplesOfPhase: phase ${phase.name} must have examples of ${set}, got none. Check the data budget.`,
      );
  return examples.filter((example) => phase.sets.includes(example.set));
}
