/** @file What a model came to in two studies: the row of every comparison of them. */
import type { Condition, ModelName } from "../../config/config.js";
import type { Rules } from "../../evaluation/rules.js";
import type { Interval } from "../../statistics/summary.js";

/** What a model came to in two studies. */
export interface StudyDifference {
  readonly model: ModelName;
  readonly condition: Condition;
  /** A task, or the text whose loss was measured. */
  readonly measure: string;
  /** Years whose rules give these numbers; empty for losses. */
  readonly rules: readonly Rules[];
  /** Points of a score in percent, or nats a token of a loss. */
  readonly unit: "points" | "nats/token";
  readonly first: number;
  readonly second: number;
  /** Second less first. */
  readonly difference: number;
  /** 95 %; null where one seed of a loss, or other items, allow none. */
  readonly interval: Interval | null;
  /** Items, words or tokens. */
  readonly n: number;
  readonly seeds: readonly number[];
  /** What the interval covers; why there is none. */
  readonly over: string;
}
