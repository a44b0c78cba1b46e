/** @file Results and stages written by hand, for tests of what is made from them. */
import type { Metric, Result } from "../../src/runs/study/results.js";
import type { Stage } from "../../src/runs/stages/stage.js";
import { deriveStudy } from "../../src/config/scales.js";

const provenance: Result["provenance"] = {
  commit: null,
  clean: null,
  node: "20.20.0",
  tensorflow: "2.20.0",
  tfjs: "4.22.0",
  device: "CPU",
  platform: "linux x64",
  processor: "by hand",
  cores: 2,
  memoryGiB: 4,
};

/** A stage nobody built. */
export const HAND_MADE_STAGE: Stage = {
  kind: "evaluation",
  hash: "0123456789abcdef",
  folder: "nowhere",
  seconds: 1.5,
  provenance,
};

/** One metric; 100 items and no ties unless said otherwise. */
export const metric = (more: Pick<Metric, "part" | "value"> & Partial<Metric>): Metric => ({
  metric: "accuracy",
  scoringRule: "official",
  n: 100,
  ties: 0,
  ...more,
});

/** A result of the smoke scale with these metrics. */
export function resultWith(
  metrics: Metric[],
  more: Partial<Pick<Result, "task" | "model" | "condition" | "seed" | "source">> = {},
): Result {
  return {
    schemaVersion: 1,
    task: "blimp",
    scale: "smoke",
    source: "real",
    model: "llama140M",
    condition: "base",
    seed: 1,
    metrics,
    config: { ...deriveStudy("smoke") },
    files: [],
    stages: [{ kind: "evaluation", hash: HAND_MADE_STAGE.hash, seconds: 1.5 }],
    provenance,
    ...more,
  };
}
