/** @file A part of the leaderboard file: what is asked for, what was found, and whether it has the right size. */
import type { Rules } from "../../evaluation/rules.js";
import type { LeaderboardPart, Track } from "./leaderboard-sizes.js";

/** Where scores are, and whose they must be. */
export interface SubmissionRequest {
  /** `--out` of `class-it evaluate` and `class-it finetune`. */
  readonly scores: string;
  /** Name of the model's folder. */
  readonly model: string;
  /** Hash of the model's folder: scores of another are refused. */
  readonly sha256: string;
  readonly rules: Rules;
  readonly track: Track;
  /** Adds the scores of checkpoints. */
  readonly fast: boolean;
}

/** What became of a part of the file. */
export interface PartState {
  readonly part: string;
  readonly state: "collated" | "missing" | "rejected";
  /** Why it is null; what to do. */
  readonly reason?: string;
}

/** A part's text, or why there is none. */
export type Found = { readonly text: string } | Omit<PartState, "part">;
/** Nothing is there, and how to come by it. */
export const missing = (reason: string): Found => ({ state: "missing", reason });
/** Something is there that must not be in the file, and what to do. */
export const rejected = (reason: string): Found => ({ state: "rejected", reason });

/**
 * Which uid has another number of predictions than it must, in words; null where all are right.
 *
 * Source: collate_preds.py, _check_size and _check_size_global_piqa; also a uid that is not there is a fault here.
 */
export function faultOfSizes(
  counts: ReadonlyMap<string, number>,
  sizes: LeaderboardPart["sizes"],
): string | null {
  const { singles } = sizes;
  if (singles !== undefined && Object.keys(sizes).length === 1) {
    const twice = [...counts].find(([, count]) => count !== 1);
    if (twice) return `must have one prediction for ${twice[0]}, got ${twice[1]}`;
    return counts.size === singles ? null : `must have ${singles} items, got ${counts.size}`;
  }
  const found = new Map([...counts].map(([uid, count]) => [uid.toLowerCase(), count]));
  const expected = Object.entries(sizes);
  const wrong = expected.find(([uid, size]) => found.get(uid) !== size);
  if (wrong) return `must have ${wrong[1]} predictions of ${wrong[0]}, got ${found.get(wrong[0]) ?? "none"}`;
  const stray = [...found.keys()].find((uid) => !Object.hasOwn(sizes, uid));
  return stray === undefined ? null : `must have the parts ${Object.keys(sizes).join(", ")}, got ${stray}`;
}
