/**
 * @file The state of a stage in progress, in a folder next to the finished ones: weights, moments, step and records, so that a
 * killed run continues as if nothing had happened. A checkpoint is whole or not there.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { tf } from "../../engine/backend.js";
import { writeWeights } from "../../model/checkpoint.js";
import type { StepRecord, TrainingRun } from "../../training/train.js";
import { writeFileAtomically } from "../../disk/atomic-file.js";
import { explained } from "../../disk/disk-fault.js";
import type { CheckpointInterval } from "../study/study.js";
import {
  readCheckpoint,
  writeCheckpoint,
  type CheckpointOwner,
  type CheckpointState,
} from "./checkpoint-folder.js";
import { readCurveLines, type HeldOutLoss } from "./records.js";

/** A state to resume from. The caller disposes the tensors. */
export interface ResumedState extends CheckpointState {
  readonly records: readonly StepRecord[];
  readonly orderHash: string;
}

/** The checkpoints of one stage. */
export interface Checkpoints {
  /** The newest whole checkpoint; null when there is none. @throws Error when there are some and none is whole */
  latest(): ResumedState | null;
  /** Notes a step; it counts once a checkpoint of it or of a later one is there. */
  append(record: StepRecord): void;
  /** Whether it is time again: a checkpoint must not take more than 2 % of the run. */
  isDue(): boolean;
  /** Writes the weights as they are under a name; they stay until `remove`. */
  keepWeights(name: string, run: TrainingRun): void;
  /** Paths of the weights that were kept. */
  keptWeights(): string[];
  save(
    run: TrainingRun,
    state: { readonly wordsSeen: number; readonly seconds: number; readonly heldOut: readonly HeldOutLoss[] },
  ): void;
  /** Path of the newest one saved or loaded by this process. */
  readonly lastPath: string | null;
  /** Removes them all, once the stage is complete. */
  remove(): void;
}

/** Whole checkpoints that are kept: should the newest be damaged, the one before is there. */
const KEPT = 2;
/** What a training run keeps to unless its study says otherwise. */
export const INTERVAL: CheckpointInterval = { everyMs: 30_000, costs: 60 };

/**
 * @param options.stage    hash of the stage; a checkpoint of another is refused
 * @param options.interval tests choose a shorter one
 * @param options.notice   told when a damaged checkpoint is passed over
 */
export function openCheckpoints(
  folder: string,
  {
    interval = INTERVAL,
    notice = () => undefined,
    ...owner
  }: CheckpointOwner & {
    readonly interval?: CheckpointInterval;
    readonly notice?: (message: string) => void;
  },
): Checkpoints {
  const curve = join(folder, "curve.jsonl");
  let lastPath: string | null = null;
  let nextMs = performance.now() + interval.everyMs;
  return {
    get lastPath() {
      return lastPath;
    },
    latest() {
      const faults: string[] = [];
      for (const path of foldersOf(folder).reverse()) {
        const found = readCheckpoint(path, owner);
        if (typeof found === "string") {
          faults.push(found);
          continue;
        }
        for (const fault of faults) notice(`${fault}; resuming from ${path}`);
        lastPath = path;
        const records = readCurveLines(curve, found.step);
        // Lines of steps after the checkpoint are trained again and written again.
        writeFileAtomically(curve, records.map((record) => JSON.stringify(record) + "\n").join(""));
        const orderHash = records.at(-1)?.orderHash ?? "";
        return { ...found, records, orderHash };
      }
      if (faults.length > 0)
        throw new Error(
          `openCheckpoints: a stage under way must have a whole checkpoint, got ${faults.join("; ")}. Delete ${folder} to train it from the start.`,
        );
      rmSync(curve, { force: true });
      return null;
    },
    append(record) {
      explained(curve, () => {
        mkdirSync(folder, { recursive: true });
        appendFileSync(curve, JSON.stringify(record) + "\n");
      });
    },
    keepWeights(name, run) {
      const weights = run.readWeights();
      try {
        writeFileAtomically(join(folder, `${name}.safetensors`), writeWeights(weights));
      } finally {
        tf.dispose({ ...weights });
      }
    },
    keptWeights: () =>
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((name) => name.endsWith(".safetensors"))
        .sort()
        .map((name) => join(folder, name)),
    isDue: () => performance.now() >= nextMs,
    save(run, state) {
      const started = performance.now();
      lastPath = writeCheckpoint(folder, run, { stage: owner.stage, ...state });
      for (const old of foldersOf(folder).slice(0, -KEPT)) rmSync(old, { recursive: true, force: true });
      const ended = performance.now();
      nextMs = ended + Math.max(interval.everyMs, interval.costs * (ended - started));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Whole checkpoints by step. */
function foldersOf(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^step-\d+$/.test(name))
    .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
    .map((name) => join(folder, name));
}
