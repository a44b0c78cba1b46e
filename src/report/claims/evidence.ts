/**
 * @file What comparisons are decided on: scores of models on tasks, each with replicates that say how uncertain it is. The
 * replicates of one task belong together, so that differences of models keep what the models share.
 */
import type { ClaimTask, RunName } from "./claim.js";

/** A score and what it could have been on other items. */
export interface UncertainScore {
  /** Proportion. */
  readonly score: number;
  /** [replicates] */
  readonly replicates: Float64Array;
}

/** One task: its number of items and the models' scores. */
export interface TaskEvidence {
  readonly n: number;
  readonly scores: ReadonlyMap<RunName, UncertainScore>;
  /** Models that have scores which cannot be compared, with the reason. */
  readonly refused?: ReadonlyMap<RunName, string>;
}

/** Why there is nothing to decide on. */
export interface Missing {
  readonly missing: string;
}

/** Scores from one place, published or our own. */
export interface Evidence {
  /** The test of a comparison on some tasks in words, as tables print it. */
  test(tasks: readonly ClaimTask[]): string;
  /** How many replicates every score has. */
  readonly replicates: number;
  /** How many training runs of each model the scores are of; null where that is unknown. */
  readonly trainingRuns: number | null;
  /** The evidence there is on some models together: on the training runs they share. All of it where it is left out. */
  readonly among?: (runs: readonly RunName[], tasks: readonly ClaimTask[]) => Evidence;
  task(task: ClaimTask): TaskEvidence | Missing;
}

/** A quantity computed from scores, with its replicates. */
export interface Uncertain {
  readonly value: number;
  readonly replicates: Float64Array;
  /** Items it rests on, over all its tasks. */
  readonly n: number;
}

/** Whether something is absent, with the reason. */
export function isMissing<Found extends object>(found: Found | Missing): found is Missing {
  return "missing" in found;
}

/**
 * Mean over tasks of a weighted sum of models' scores; `more − less` where weights sum to 0.
 *
 * @param weights by model; models of weight 0 are left out
 */
export function weightedScore(
  evidence: Evidence,
  tasks: readonly ClaimTask[],
  weights: ReadonlyMap<RunName, number>,
): Uncertain | Missing {
  const replicates = new Float64Array(evidence.replicates);
  let [value, n] = [0, 0];
  for (const task of tasks) {
    const found = evidence.task(task);
    if (isMissing(found)) return found;
    n += found.n;
    for (const [name, weight] of weights) {
      const score = found.scores.get(name);
      if (!score) return absent(name, task, found);
      value += (weight * score.score) / tasks.length;
      score.replicates.forEach((drawn, at) => {
        replicates[at] = (replicates[at] ?? 0) + (weight * drawn) / tasks.length;
      });
    }
  }
  return { value, replicates, n };
}

/** Why a model has no score on a task. */
export function absent(name: RunName, task: ClaimTask, { refused }: TaskEvidence): Missing {
  return { missing: refused?.get(name) ?? `no results of ${name} on ${task}` };
}

/** Weights of the mean of some models minus the mean of others. */
export function contrast(more: readonly RunName[], less: readonly RunName[]): ReadonlyMap<RunName, number> {
  return new Map([
    ...more.map((name) => [name, 1 / more.length] as const),
    ...less.map((name) => [name, -1 / less.length] as const),
  ]);
}

/** What belongs to a key, such as the evidence of a task, made at its first use only. */
export function onceEach<Key, Found extends object>(make: (key: Key) => Found): (key: Key) => Found {
  const kept = new Map<Key, Found>();
  return (key) => {
    const found = kept.get(key) ?? make(key);
    kept.set(key, found);
    return found;
  };
}
