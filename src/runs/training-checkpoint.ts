/**
 * @file The state of a stage under way, in a folder beside the finished ones: weights, moments, step and records, so that a
 * killed run goes on as if nothing had happened. A checkpoint is whole or not there.
 */
import { createHash, randomUUID } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ArchitectureConfig } from "../config.js";
import { tf } from "../engine/backend.js";
import { readWeights, writeWeights } from "../model/checkpoint.js";
import type { Weights } from "../model/decoder.js";
import type { StepRecord, TrainingRun } from "../training/train.js";
import type { Moments } from "../training/weights-in-training.js";
import { writeFileAtomically } from "./atomic-file.js";
import { heldOutSchema, readCurveLines, type HeldOutLoss } from "./training-records.js";

/** A state to go on from. The caller disposes the tensors. */
export interface ResumedState {
  readonly step: number;
  readonly wordsSeen: number;
  readonly weights: Weights;
  readonly moments: Moments;
  readonly records: readonly StepRecord[];
  readonly orderHash: string;
  readonly heldOut: readonly HeldOutLoss[];
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
    state: { readonly wordsSeen: number; readonly heldOut: readonly HeldOutLoss[] },
  ): void;
  /** Path of the newest one saved or loaded by this process. */
  readonly lastPath: string | null;
  /** Removes them all, once the stage is complete. */
  remove(): void;
}

const stateSchema = z.object({
  schemaVersion: z.literal(1),
  stage: z.string(),
  step: z.number().int().nonnegative(),
  wordsSeen: z.number(),
  updates: z.number().int().nonnegative(),
  heldOut: z.array(heldOutSchema),
  files: z.record(z.string(), z.string()),
});
type State = z.infer<typeof stateSchema>;

const FILES = {
  weights: "weights.safetensors",
  first: "first-moments.safetensors",
  second: "second-moments.safetensors",
} as const;
/** Whole checkpoints that are kept: should the newest be damaged, the one before is there. */
const KEPT = 2;
/** How often: at least this long after the last one, and so many times as long as that one took. */
export interface CheckpointInterval {
  readonly everyMs: number;
  readonly costs: number;
}
const INTERVAL: CheckpointInterval = { everyMs: 30_000, costs: 60 };

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * @param options.stage    hash of the stage; a checkpoint of another is refused
 * @param options.interval tests choose a shorter one
 * @param options.notice   told when a damaged checkpoint is passed over
 */
export function openCheckpoints(
  folder: string,
  {
    stage,
    architecture,
    interval = INTERVAL,
    notice = () => undefined,
  }: {
    readonly stage: string;
    readonly architecture: ArchitectureConfig;
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
        const found = readCheckpoint(path, { stage, architecture });
        if (typeof found === "string") {
          faults.push(found);
          continue;
        }
        for (const fault of faults) notice(`${fault}; going on from ${path}`);
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
      mkdirSync(folder, { recursive: true });
      appendFileSync(curve, JSON.stringify(record) + "\n");
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
      lastPath = writeCheckpoint(folder, run, { stage, ...state });
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

/**
 * Writes beside the final name, to the disk, then renames.
 *
 * @throws Error naming what to do when it cannot be written; earlier checkpoints stay as they are
 */
function writeCheckpoint(
  folder: string,
  run: TrainingRun,
  state: Pick<State, "stage" | "wordsSeen"> & { readonly heldOut: readonly HeldOutLoss[] },
): string {
  const path = join(folder, `step-${run.step}`);
  const beside = `${path}.${randomUUID()}.part`;
  const moments = run.readMoments();
  const weights = run.readWeights();
  try {
    mkdirSync(beside, { recursive: true });
    const files: Record<string, string> = {};
    for (const [name, tensors] of [
      [FILES.weights, weights],
      [FILES.first, moments.first],
      [FILES.second, moments.second],
    ] as const) {
      const bytes = writeWeights(tensors);
      files[name] = sha256(bytes);
      writeToDisk(join(beside, name), bytes);
    }
    const record: State = {
      schemaVersion: 1,
      ...state,
      heldOut: [...state.heldOut],
      step: run.step,
      updates: moments.updates,
      files,
    };
    writeToDisk(join(beside, "state.json"), JSON.stringify(record));
    rmSync(path, { recursive: true, force: true }); // of the same step, trained again after a kill
    renameSync(beside, path);
    return path;
  } catch (cause) {
    rmSync(beside, { recursive: true, force: true });
    throw new Error(
      `writeCheckpoint: step ${run.step} must be written to ${folder}, got ${String(cause)}. Free space or mend the folder, then run it again: it goes on from the last checkpoint there.`,
      { cause },
    );
  } finally {
    tf.dispose([{ ...weights }, { ...moments.first }, { ...moments.second }]);
  }
}

function writeToDisk(path: string, data: string | Uint8Array): void {
  const file = openSync(path, "wx");
  try {
    writeFileSync(file, data);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A checkpoint, or what is wrong with it. @throws Error when it is whole and belongs to another stage */
function readCheckpoint(
  path: string,
  { stage, architecture }: { readonly stage: string; readonly architecture: ArchitectureConfig },
): Omit<ResumedState, "records" | "orderHash"> | string {
  const stateFile = join(path, "state.json");
  const state = existsSync(stateFile) ? parseState(readFileSync(stateFile, "utf8")) : null;
  if (state === null) return `${path} without a readable state.json`;
  if (state.stage !== stage)
    throw new Error(
      `openCheckpoints: ${path} must belong to stage ${stage}, got one of ${state.stage}: other data, tokenizer or settings. Delete ${path}.`,
    );
  const bytes: Buffer[] = [];
  for (const name of Object.values(FILES)) {
    const file = join(path, name);
    const content = existsSync(file) ? readFileSync(file) : null;
    if (content === null || sha256(content) !== state.files[name])
      return `${file} ${content ? "damaged" : "missing"}`;
    bytes.push(content);
  }
  const [weights, first, second] = bytes.map((content) => readWeights(content, architecture)) as [
    Weights,
    Weights,
    Weights,
  ];
  const { step, wordsSeen, heldOut, updates } = state;
  return { step, wordsSeen, heldOut, weights, moments: { updates, first, second } };
}

function parseState(text: string): State | null {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
