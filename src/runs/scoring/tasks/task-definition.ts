/** @file What a zero-shot task of a study is made of. The tasks lie beside, a file each; their list in `runs/scoring/tasks.ts`. */
import type { DataFile } from "../../../data/manifest.js";
import type { LogLikelihood, SplitWord } from "../../../evaluation/log-likelihood.js";
import type { ItemTable, Metric, Result } from "../../study/results.js";

/** A model that answers requests, until it is disposed. */
export interface Scorer {
  readonly logLikelihood: LogLikelihood;
  readonly splitWord: SplitWord;
  /** Surprisal of each word under a model that knows nothing, nats. */
  readonly guessingNats: (words: readonly string[]) => Promise<readonly number[]>;
  dispose(): void;
}

/** A task with its items at hand. */
export interface TaskDefinition {
  /** Data files the items come from. */
  readonly files: Result["files"];
  /** Every setting that selects items; with the files it determines them. */
  readonly settings: Readonly<Record<string, unknown>>;
  score(scorer: Scorer): Promise<ItemTable>;
  summarise(items: ItemTable): Metric[];
}

/** A data file as a result names it. */
export const identify = ({ path, sha256 }: DataFile): { path: string; sha256: string } => ({ path, sha256 });
