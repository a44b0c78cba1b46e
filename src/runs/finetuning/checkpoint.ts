/** @file One checkpoint of a fine-tuning run, after its last whole epoch: weights, moments and the records so far. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import { tf } from "../../engine/backend.js";
import type { EpochRecord } from "../../evaluation/superglue-summary.js";
import type { Classifier } from "../../evaluation/superglue-training.js";
import { writeWeights } from "../../model/checkpoint.js";
import type { Weights } from "../../model/weights.js";
import { readSafetensors } from "../../model/safetensors.js";
import type { Moments } from "../../training/resident-training.js";
import { writeToDisk } from "../../disk/atomic-file.js";
import { readJson } from "../stages/read-json.js";

const figuresSchema = z.object({
  accuracy: z.number(),
  f1: z.number().nullable(),
  mcc: z.number().nullable(),
});
export const epochsSchema = z.array(
  z.object({
    epoch: z.number().int(),
    lossNats: z.number(),
    bodyNorm: z.number(),
    heldOut: figuresSchema.nullable(),
    devLogits: z.array(z.array(z.number())),
  }),
);
const stateSchema = z.object({ updates: z.number(), seconds: z.number(), epochs: epochsSchema });

/** Where a run resumes. The caller disposes the tensors. */
export interface FinetuningState {
  readonly weights: Weights;
  readonly moments: Moments;
  readonly epochs: readonly EpochRecord[];
  readonly seconds: number;
}

const NAMES = ["weights", "first-moments", "second-moments"] as const;

/** Whole epochs of a run; whatever else is in its folder was being written when its process ended. */
const epochsIn = (folder: string): string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => /^epoch-\d+$/.test(name))
    .sort((a, b) => Number(b.slice("epoch-".length)) - Number(a.slice("epoch-".length)));

/** Writes the checkpoint of the last epoch, whole or not at all, and only then removes the one before. */
export function writeEpoch(
  folder: string,
  classifier: Pick<Classifier, "readWeights" | "readMoments">,
  { epochs, seconds }: Pick<FinetuningState, "epochs" | "seconds">,
): void {
  const name = `epoch-${epochs.length}`;
  const beside = join(folder, `${name}.${randomUUID()}.part`);
  const [weights, moments] = [classifier.readWeights(), classifier.readMoments()];
  try {
    mkdirSync(beside, { recursive: true });
    for (const [index, tensors] of [weights, moments.first, moments.second].entries())
      writeToDisk(join(beside, `${NAMES[index]}.safetensors`), writeWeights(tensors));
    writeToDisk(join(beside, "state.json"), JSON.stringify({ updates: moments.updates, seconds, epochs }));
    renameSync(beside, join(folder, name));
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  } finally {
    tf.dispose([{ ...weights }, { ...moments.first }, { ...moments.second }]);
  }
  for (const other of readdirSync(folder).filter((each) => each !== name))
    rmSync(join(folder, other), { recursive: true, force: true });
}

/** The newest checkpoint, or null where there is none. @throws Error naming what to delete when it is damaged */
export function readEpoch(folder: string): FinetuningState | null {
  const [newest] = epochsIn(folder);
  if (newest === undefined) return null;
  const at = (name: string): string => join(folder, newest, name);
  try {
    const state = stateSchema.safeParse(readJson(at("state.json")));
    if (!state.success) throw new Error(`state.json, ${describeIssue(state.error, "file")}`);
    const { updates, seconds, epochs } = state.data;
    const [weights = {}, first = {}, second = {}] = NAMES.map((name) => at(`${name}.safetensors`))
      .map((file) => readSafetensors(readFileSync(file), file))
      .map(({ arrays }) =>
        Object.fromEntries(
          Object.entries(arrays).map(([key, { shape, values }]) => [
            key,
            tf.tensor(values, [...shape], "float32"),
          ]),
        ),
      );
    return { weights, moments: { updates, first, second }, epochs, seconds };
  } catch (cause) {
    throw new Error(
      `readEpoch: ${join(folder, newest)} must be a whole checkpoint, got ${String(cause)}. Delete ${folder} to fine-tune from the start.`,
      { cause },
    );
  }
}
