/** @file What a zero-shot task of a study is made of. The tasks are in `tasks/`, a file each; their list in `runs/scoring/tasks.ts`. */
import type { DataFile } from "../../../data/manifest.js";
import type { BenchmarkName } from "../../../evaluation/benchmarks.js";
import type { LogLikelihood, SplitWord } from "../../../evaluation/log-likelihood.js";
import type { TurnChoice } from "../../../evaluation/turn-choice.js";
import type { ItemTable, Metric, Result } from "../../study/results.js";

/** A model that answers requests, until it is disposed. */
export interface Scorer {
  readonly logLikelihood: LogLikelihood;
  readonly splitWord: SplitWord;
  /** Surprisal of each word under a model that knows nothing, nats. */
  readonly guessingNats: (words: readonly string[]) => Promise<readonly number[]>;
  dispose(): void;
}

/** Every setting that selects a task's items; with the files they come from it determines them. */
export type TaskChoice =
  | { readonly task: "reading"; readonly source: "real" | "microworld" }
  | {
      readonly task: BenchmarkName;
      readonly source: "real" | "microworld";
      /** Null takes all there are. */
      readonly itemsPerUid: number | null;
    }
  | {
      readonly task: "dialogue";
      readonly source: "real" | "microworld";
      /** Of each set; null takes all there are. */
      readonly itemsPerSet: number | null;
    }
  | {
      readonly task: "questions";
      readonly source: "real" | "microworld";
      readonly wikiSource: "released" | "standIn";
      /** Questions; null takes all there are. */
      readonly itemsPerSet: number | null;
    }
  | {
      readonly task: "aoa";
      readonly source: "real" | "microworld";
      /** Of a substitute's contexts at most so many; null takes as many as it has. */
      readonly contextsPerWord: number | null;
    };

/** The items of a task, ready to be scored. */
export interface ScorableTask {
  /** Data files the items come from. */
  readonly files: Result["files"];
  score(scorer: Scorer): Promise<ItemTable>;
}

/** A task with its items at hand. */
export interface TaskDefinition extends ScorableTask {
  readonly choice: TaskChoice;
  /** @param path of the file the items are read from, for errors */
  summarise(items: ItemTable, path: string): Metric[];
}

/** The items of a task that chooses turns, and the files they come from. */
export interface TurnItems {
  readonly files: Result["files"];
  readonly choices: readonly TurnChoice[];
}

/** A data file as a result names it. */
export const identify = ({ path, sha256 }: DataFile): { path: string; sha256: string } => ({ path, sha256 });
