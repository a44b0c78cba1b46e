/**
 * @file What the training loop costs besides the engine's own step: reading batches, records, checkpoints, and resuming in a new
 * process. `class-it bench --loop` prints it.
 */
import type { ModelName } from "../../config/config.js";
import { architectureOf } from "../../config/objective.js";
import { tf } from "../../engine/backend.js";
import { initializeWeights } from "../../model/weights.js";
import { seeded } from "../../random.js";
import { median } from "../../statistics/summary.js";
import { startTraining } from "../../training/decoder-training.js";
import { batchTensors } from "../../training/training-step.js";
import { openMaterial } from "../../runs/study/material.js";
import type { Study } from "../../runs/study/study.js";
import { INTERVAL } from "../../runs/training/checkpoint.js";
import { pretrainingPhase } from "../../runs/training/phases.js";
import { trainCondition } from "../../runs/training/training.js";

/** Times of steps, the two kinds by turns in one process. */
export interface LoopSpeed {
  readonly steps: number;
  /** From one record to the next, as a reader of the generator sees it. */
  readonly loopMs: number;
  /** The compiled step and the update alone, on one batch. */
  readonly bareMs: number;
  /** Median of the pairs' differences over the bare step. */
  readonly overhead: number;
  /** Leaving the training: a checkpoint, and what it frees. */
  readonly checkpointSeconds: number;
  /** Share of the time that checkpoints take at the interval they are written in. */
  readonly checkpointShare: number;
}

/** Trains the first steps of pre-training, a bare step after each, and leaves it with a checkpoint. */
export async function measureLoop(
  study: Study,
  { model, steps }: { readonly model: ModelName; readonly steps: number },
): Promise<LoopSpeed> {
  const bare = await bareStep(study, model);
  const run = trainCondition(study, { model, condition: "base" });
  await run.next(); // recording, loading, the first batch
  bare.take();
  const pairs: { loop: number; bare: number }[] = [];
  for (let step = 0; step < steps; step++) {
    const started = performance.now();
    await run.next();
    const between = performance.now();
    bare.take();
    pairs.push({ loop: between - started, bare: performance.now() - between });
  }
  const leaving = performance.now();
  await run.throw(new Error("enough")).catch(() => undefined);
  const checkpointSeconds = (performance.now() - leaving) / 1000;
  bare.dispose();
  const bareMs = median(pairs.map((pair) => pair.bare));
  const interval = Math.max(INTERVAL.everyMs / 1000, INTERVAL.costs * checkpointSeconds);
  return {
    steps,
    loopMs: median(pairs.map((pair) => pair.loop)),
    bareMs,
    overhead: median(pairs.map((pair) => pair.loop - pair.bare)) / bareMs,
    checkpointSeconds,
    checkpointShare: checkpointSeconds / (checkpointSeconds + interval),
  };
}

/** The engine's part of a step, again and again on the first batch. */
async function bareStep(study: Study, model: ModelName): Promise<{ take(): void; dispose(): void }> {
  const material = await openMaterial(study, model);
  const architecture = architectureOf(study.config, model);
  const { pretraining } = study.config;
  const { plan } = await pretrainingPhase(material, { keepMoments: false }).prepare();
  const batch = batchTensors(plan.batches.at(0));
  material.tokens.stream.close();
  const start = initializeWeights(architecture, seeded(1));
  const { optimizer, precision } = pretraining;
  const training = startTraining({ weights: start }, { architecture, optimizer, precision });
  tf.dispose({ ...start });
  return {
    take: () => void training.update([{ batch, share: 1 }], 1e-4),
    dispose() {
      tf.dispose(batch);
      training.dispose();
    },
  };
}

/**
 * Goes on with a training run that was left.
 *
 * @param done steps it had taken
 * @returns seconds from the start of this process to the first new step
 */
export async function measureResume(
  study: Study,
  { model, done }: { readonly model: ModelName; readonly done: number },
): Promise<number> {
  for await (const { step } of trainCondition(study, { model, condition: "base" }))
    if (step > done) return performance.now() / 1000; // counted from the start of the process
  throw new Error(`measureResume: the training must have more than ${done} steps, got no more. Take fewer.`);
}
