/** @file What a claim is made of: its statement, where the paper makes it, and the comparison that decides it. */
import type { Condition, ModelName } from "../../config/config.js";
import type { FinetuningTask, ZeroShotTask } from "../published/published.js";
import type { CommunicativeClaimTask } from "./communicative-tasks.js";

/** A task by the paper's name, or a communicative one of the kit under one of its scores. */
export type ClaimTask = FinetuningTask | ZeroShotTask | CommunicativeClaimTask;

/** A model with its condition, `llama140M base`, or a baseline by the poster's name, `bl_simpo`. */
export type RunName = string;

/** Name of one of the kit's models in a comparison. */
export function runName(model: ModelName, condition: Condition): RunName {
  return `${model} ${condition}`;
}

/** Two groups of models; a group's score is the mean of its members'. */
export interface Sides {
  readonly more: readonly RunName[];
  readonly less: readonly RunName[];
}

/** What has to be computed, and what of it the claim says. */
export type Comparison =
  /** The mean over tasks of `more` minus `less`; `negligible` claims that it is within ± margin (a proportion). */
  | (Sides & {
      readonly kind: "difference";
      readonly tasks: readonly ClaimTask[];
      readonly expect: "positive" | { readonly negligibleWithin: number };
    })
  /** Each of `more` above each of `less`, on the mean of the tasks or on each task: all of them must hold. */
  | (Sides & {
      readonly kind: "everyDifference";
      readonly tasks: readonly ClaimTask[];
      readonly over: "meanOfTasks" | "eachTask";
    })
  /** At least one of `more` below `less` on at least one task. */
  | (Sides & { readonly kind: "someLoss"; readonly tasks: readonly ClaimTask[] })
  /** The difference is not the same on all tasks. */
  | (Sides & { readonly kind: "dependsOnTask"; readonly tasks: readonly ClaimTask[] })
  /** Each run within ± margin of chance (proportions). */
  | {
      readonly kind: "everyAtChance";
      readonly task: ClaimTask;
      readonly runs: readonly RunName[];
      readonly chance: number;
      readonly within: number;
    }
  /** Median z-score over tasks among `among`: `more` above the mean, or the best, of `less`. */
  | (Sides & {
      readonly kind: "medianZ";
      readonly tasks: readonly ClaimTask[];
      readonly among: readonly RunName[];
      readonly against: "mean" | "best";
    });

/** A claim of the paper, or a question of the kit. */
export interface Claim {
  readonly id: string;
  /** The effect in a few words, for figures. */
  readonly label: string;
  readonly statement: string;
  /** Page, section or figure in which the paper or poster makes it; "the kit" for a question of ours. */
  readonly source: string;
  readonly comparison: Comparison;
  /** What a verdict on these numbers cannot settle; null where nothing is known. */
  readonly caveat: string | null;
}
