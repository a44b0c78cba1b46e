/** @file What the evaluation of a folder is asked for, and what it answers for each task. */
import type { Backend } from "../../../evaluation/backends.js";
import type { TiePolicy } from "../../../evaluation/choices.js";
import type { Rules } from "../../../evaluation/rules.js";
import type { Provenance } from "../../stages/provenance.js";
import type { Task } from "../tasks.js";
import type { Scorer } from "../tasks/task-definition.js";

/** What is evaluated, on what, and how. */
export interface FolderEvaluation {
  readonly modelFolder: string;
  /** The model of that folder. */
  readonly scorer: Scorer;
  /** How it reads; `causal` where it is left out. */
  readonly backend?: Backend;
  readonly task: Task;
  readonly dataFolder: string;
  readonly outFolder: string;
  /** The fast sets where there are both. */
  readonly fast: boolean;
  /** Of the corrected scoring rule (docs/decisions.md#d18). */
  readonly tiePolicy: TiePolicy;
  /** Whose rules decide which items there are and how the official scoring rule counts. */
  readonly rules: Rules;
  /** Ends the work after the items in progress. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Contents of `summary.json`. */
export interface FolderSummary {
  readonly task: Task;
  /** Percent of items, or percent of the variance that is left in reading; a correlation for WUGs. */
  readonly unit: "percent" | "correlation";
  readonly rules: Rules;
  /** Absent for `causal`. */
  readonly backend?: Backend;
  readonly official: Readonly<Record<string, unknown>>;
  /** Null where a score is NaN, which only the official rules of 2026 allow. */
  readonly corrected: Readonly<Record<string, unknown>> | null;
  /** Accuracy of guessing, and of a chooser that takes the candidate with the fewest tokens; null where there is none. */
  readonly baselines?: { readonly chance: number | null; readonly fewestTokens: number | null };
  readonly n: number;
  readonly ties: number | null;
  readonly quirks: Readonly<Record<string, number>>;
  readonly model: { readonly folder: string; readonly sha256: string };
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
  readonly provenance: Provenance;
}

/** What a task's items come to. */
export type TaskFigures = Pick<
  FolderSummary,
  "unit" | "official" | "corrected" | "baselines" | "n" | "ties" | "quirks"
>;
