/** @file One checkpoint of a training run in a folder of its own: written next to its place, then renamed, every file under its hash. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ArchitectureConfig, OptimizerConfig } from "../../config/config.js";
import { tf } from "../../engine/backend.js";
import { readWeights, writeWeights } from "../../model/checkpoint.js";
import type { Weights } from "../../model/weights.js";
import { hasSecondMoment } from "../../training/muon.js";
import type { TrainingRun } from "../../training/train.js";
import type { Moments } from "../../training/resident-training.js";
import { writeToDisk } from "../../disk/atomic-file.js";
import { heldOutSchema, type HeldOutLoss } from "./records.js";

const stateSchema = z.object({
  schemaVersion: z.literal(1),
  stage: z.string(),
  step: z.number().int().nonnegative(),
  wordsSeen: z.number(),
  seconds: z.number(),
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
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Whose checkpoints they are: the hash of the stage, and what it trains by which optimizer. */
export interface CheckpointOwner {
  readonly stage: string;
  readonly architecture: ArchitectureConfig;
  readonly optimizer: OptimizerConfig;
}

/** What a checkpoint holds. The caller disposes the tensors. */
export interface CheckpointState {
  readonly step: number;
  readonly wordsSeen: number;
  /** Time the stage has taken so far, over all its processes. */
  readonly seconds: number;
  readonly weights: Weights;
  readonly moments: Moments;
  readonly heldOut: readonly HeldOutLoss[];
}

/**
 * Writes next to the final name, to the disk, then renames.
 *
 * @throws Error naming what to do when it cannot be written; earlier checkpoints stay as they are
 */
export function writeCheckpoint(
  folder: string,
  run: TrainingRun,
  state: Pick<State, "stage" | "wordsSeen" | "seconds"> & { readonly heldOut: readonly HeldOutLoss[] },
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
    removeQuietly(beside);
    throw new Error(
      `writeCheckpoint: step ${run.step} must be written to ${folder}, got ${String(cause)}. Free space or repair the folder, then run it again: it resumes from the last checkpoint there.`,
      { cause },
    );
  } finally {
    tf.dispose([{ ...weights }, { ...moments.first }, { ...moments.second }]);
  }
}

/** What cannot be removed either must not hide why it could not be written. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The cause is thrown by the caller.
  }
}

/** A checkpoint, or what is wrong with it. @throws Error when it is whole and belongs to another stage */
export function readCheckpoint(
  path: string,
  { stage, architecture, optimizer }: CheckpointOwner,
): CheckpointState | string {
  const stateFile = join(path, "state.json");
  const state = existsSync(stateFile) ? parseState(readFileSync(stateFile, "utf8")) : null;
  if (state === null) return `${path} without a readable state.json`;
  if (state.stage !== stage)
    throw new Error(
      `readCheckpoint: ${path} must belong to stage ${stage}, got one of ${state.stage}: other data, tokenizer or settings. Delete ${path}.`,
    );
  const files: { readonly name: string; readonly file: string; readonly content: Buffer }[] = [];
  for (const name of Object.values(FILES)) {
    const file = join(path, name);
    const content = existsSync(file) ? readFileSync(file) : null;
    if (content === null || sha256(content) !== state.files[name])
      return `${file} ${content ? "damaged" : "missing"}`;
    files.push({ name, file, content });
  }
  const [weights, first, second] = files.map(({ name, file, content }) =>
    readWeights(content, architecture, {
      name: file,
      ...(name === FILES.second && { holds: (weight, rank) => hasSecondMoment(optimizer, weight, rank) }),
    }),
  ) as [Weights, Weights, Weights];
  const { step, wordsSeen, seconds, heldOut, updates } = state;
  return { step, wordsSeen, seconds, heldOut, weights, moments: { updates, first, second } };
}

function parseState(text: string): State | null {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
