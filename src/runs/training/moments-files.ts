/** @file The optimizer's moments in files, for a stage that continues with those of the one before (docs/decisions.md#d8). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import type { ArchitectureConfig, OptimizerConfig } from "../../config/config.js";
import { readWeights, writeWeights } from "../../model/checkpoint.js";
import type { Moments } from "../../training/resident-training.js";
import { hasSecondMoment } from "../../training/muon.js";
import { readJson } from "../stages/read-json.js";

const NAMES = { first: "first-moments.safetensors", second: "second-moments.safetensors" } as const;
const COUNT = "moments.json";
const countSchema = z.object({ updates: z.int().nonnegative() });

/** Writes both moments and the number of updates into a folder. */
export function writeMoments(folder: string, { updates, first, second }: Moments): void {
  writeFileSync(join(folder, NAMES.first), writeWeights(first));
  writeFileSync(join(folder, NAMES.second), writeWeights(second));
  writeFileSync(join(folder, COUNT), JSON.stringify({ updates }) + "\n");
}

/**
 * The moments a stage kept; tensors the caller disposes.
 *
 * @param optimizer the one they are of
 * @throws Error when it kept none, or those of another kind of optimizer
 */
export function readMoments(
  folder: string,
  {
    architecture,
    optimizer,
  }: { readonly architecture: ArchitectureConfig; readonly optimizer: OptimizerConfig },
): Moments {
  const count = countSchema.safeParse(readJson(join(folder, COUNT)));
  if (!count.success)
    throw new Error(
      `readMoments: ${join(folder, COUNT)} must hold the number of updates, got ${describeIssue(count.error, "file")}. Delete ${folder} to train the stage again.`,
    );
  const read = (name: string, holds?: (name: string, rank: number) => boolean) => {
    const path = join(folder, name);
    return readWeights(readFileSync(path), architecture, { name: path, ...(holds && { holds }) });
  };
  return {
    updates: count.data.updates,
    first: read(NAMES.first),
    second: read(NAMES.second, (name, rank) => hasSecondMoment(optimizer, name, rank)),
  };
}
