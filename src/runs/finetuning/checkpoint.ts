/** @file One checkpoint of a fine-tuning run, after its last whole epoch: weights, moments and the records so far. */
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { describeIssue } from "../../config-schema.js";
import { tf } from "../../engine/backend.js";
import type { EpochRecord } from "../../evaluation/superglue-summary.js";
import type { Classifier } from "../../evaluation/superglue-training.js";
import { writeWeights } from "../../model/checkpoint.js";
import type { Weights } from "../../model/decoder.js";
import { readSafetensors } from "../../model/safetensors.js";
import type { Moments } from "../../training/weights-in-training.js";
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

/** Where a run goes on. The caller disposes the tensors. */
export interface FinetuningState {
  readonly weights: Weights;
  readonly moments: Moments;
  readonly epochs: readonly EpochRecord[];
  readonly seconds: number;
}

const NAMES = ["weights", "first-moments", "second-moments"] as const;

/** Replaces the checkpoint of the epoch before, whole or not at all. */
export function writeEpoch(
  folder: string,
  classifier: Classifier,
  { epochs, seconds }: Pick<FinetuningState, "epochs" | "seconds">,
): void {
  const beside = `${folder}.${randomUUID()}.part`;
  const [weights, moments] = [classifier.readWeights(), classifier.readMoments()];
  mkdirSync(beside, { recursive: true });
  for (const [index, tensors] of [weights, moments.first, moments.second].entries())
    writeFileSync(join(beside, `${NAMES[index]}.safetensors`), writeWeights(tensors));
  tf.dispose([{ ...weights }, { ...moments.first }, { ...moments.second }]);
  writeFileSync(join(beside, "state.json"), JSON.stringify({ updates: moments.updates, seconds, epochs }));
  rmSync(folder, { recursive: true, force: true });
  renameSync(beside, folder);
}

/** The checkpoint, or null where there is none. @throws Error naming the file that is damaged */
export function readEpoch(folder: string): FinetuningState | null {
  const stateFile = join(folder, "state.json");
  if (!existsSync(stateFile)) return null;
  const state = stateSchema.safeParse(readJson(stateFile));
  if (!state.success)
    throw new Error(
      `readEpoch: ${stateFile} must be the state of a fine-tuning run, got ${describeIssue(state.error, "file")}. Delete ${folder} to train it from the start.`,
    );
  const { updates, seconds, epochs } = state.data;
  const [weights = {}, first = {}, second = {}] = NAMES.map((name) => {
    const { arrays } = readSafetensors(readFileSync(join(folder, `${name}.safetensors`)));
    return Object.fromEntries(
      Object.entries(arrays).map(([key, { shape, values }]) => [
        key,
        tf.tensor(values, [...shape], "float32"),
      ]),
    );
  });
  return { weights, moments: { updates, first, second }, epochs, seconds };
}
