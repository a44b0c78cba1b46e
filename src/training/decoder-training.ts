/** @file A decoder in training: `resident-training.ts` with the loss of its objective and the optimizer of its settings. */
import type { ArchitectureConfig, OptimizerConfig, Precision } from "../config/config.js";
import { ruleOf } from "./muon-rule.js";
import { IdlePool, ResidentTraining, type TrainingState } from "./resident-training.js";
import { targets, type BatchTensors, type Objective } from "./training-step.js";

/** How a decoder is trained. */
export interface DecoderTrainingOptions {
  readonly architecture: ArchitectureConfig;
  readonly optimizer: OptimizerConfig;
  readonly precision: Precision;
  /** The targets of the batches where it is left out. */
  readonly objective?: Objective;
}

const pool = new IdlePool<{ readonly training: ResidentTraining<BatchTensors> }>();

/** Takes over a starting point; the caller's tensors stay, and the caller disposes what comes back. */
export function startTraining(
  start: TrainingState,
  { architecture, optimizer, precision, objective = targets() }: DecoderTrainingOptions,
): ResidentTraining<BatchTensors> {
  const key = JSON.stringify([architecture, optimizer, precision, objective.name]);
  const { training } = pool.take(key, () => ({
    training: new ResidentTraining(start, {
      loss: (weights, batch) => objective.lossOf(weights, batch, architecture),
      rule: ruleOf(optimizer),
      clipNorm: optimizer.clipNorm,
      precision,
    }),
  }));
  training.begin(start);
  return training;
}
