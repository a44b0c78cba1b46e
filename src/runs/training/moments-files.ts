/** @file The optimizer's moments in files, for a stage that continues with those of the one before (docs/decisions.md#d8). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { describeIssue } from "../../config/config-schema.js";
import type { ArchitectureConfig } from "../../config/config.js";
import { readWeights, writeWeights } from "../../model/checkpoint.js";
import type { Moments } from "../../training/resident-training.js";
import { readJson } from "../stages/read-json.js";

const NAMES = ["first-moments.safetensors", "second-moments.safetensors"] as const;
const COUNT = "moments.json";
const countSchema = z.object({ updates: z.int().nonnegative() });

/** Writes both moments and the number of updates into a folder. */
export function writeMoments(folder: string, { updates, first, second }: Moments): void {
  for (const [index, moments] of [first, second].entries())
    writeFileSync(join(folder, NAMES[index] ?? ""), writeWeights(moments));
  writeFileSync(join(folder, COUNT), JSON.stringify({ updates }) + "\n");
}

/** The moments a stage kept; tensors the caller disposes. @throws Error when it kept none */
export function readMoments(folder: string, architecture: ArchitectureConfig): Moments {
  const count = countSchema.safeParse(readJson(join(folder, COUNT)));
  if (!count.success)
    throw new Error(
      `readMoments: ${join(folder, COUNT)} must hold the number of updates, got ${describeIssue(count.error, "file")}. Delete ${folder} to train the stage again.`,
    );
  const [first, second] = NAMES.map((name) =>
    readWeights(readFileSync(join(folder, name)), architecture, join(folder, name)),
  );
  if (!first || !second)
    throw new Error(`readMoments: ${folder} must hold both moments. Delete it to train the stage again.`);
  return { updates: count.data.updates, first, second };
}
