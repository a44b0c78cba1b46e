/**
 * @file Which weights of pre-training a tuning begins with (docs/decisions.md#d23). A stage keeps those of its best epoch
 * if a later one was worse on held-out text.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ArchitectureConfig, StudyConfig } from "../../config/config.js";
import { loadModel, readWeights } from "../../model/checkpoint.js";
import type { Weights } from "../../model/weights.js";
import { BEST_WEIGHTS, bestStep, readCurve, readOutcome } from "./outcome.js";

/** What a stage begins with. */
export interface StageStart {
  /** Words seen until these weights. */
  readonly wordsSeen: number;
  /** Tensors the caller disposes. */
  readonly weights: () => Weights;
}

/**
 * The weights of a finished stage that the next one begins with.
 *
 * @param start.checkpoint the last epoch's, or the best one's
 */
export function startOf(
  stage: { readonly folder: string },
  start: { readonly checkpoint: StudyConfig["startCheckpoint"]; readonly architecture: ArchitectureConfig },
): StageStart {
  const curve = readCurve(stage);
  const path = join(stage.folder, `${BEST_WEIGHTS}.safetensors`);
  // Without the file the last epoch was the best.
  if (start.checkpoint === "lastEpoch" || !existsSync(path))
    return { wordsSeen: curve.at(-1)?.wordsSeen ?? 0, weights: () => loadModel(stage.folder).weights };
  const step = bestStep(readOutcome(stage).heldOut);
  return {
    wordsSeen: curve[step - 1]?.wordsSeen ?? 0,
    weights: () => readWeights(readFileSync(path), start.architecture, { name: path }),
  };
}
