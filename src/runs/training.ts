/**
 * @file Pre-training and instruction tuning as cached stages: each phase of a condition is one stage that begins with
 * the weights of the one before, so that conditions share what they have in common.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Condition, ModelName } from "../config.js";
import { packedBatches, type Batch } from "../data/batches.js";
import { tf } from "../engine/backend.js";
import { writeLlamaConfig, writeWeights } from "../model/checkpoint.js";
import type { Weights } from "../model/decoder.js";
import { phasesOf } from "../training/curriculum.js";
import { measureLoss, TrainingRun, type StepRecord } from "../training/train.js";
import { announceExposure, exposureMetrics } from "./exposure.js";
import { interruptSignal } from "./interrupt.js";
import { packText, pretrainingPhase, tuningPhase, type Material, type PreparedPhase } from "./phases.js";
import { reportProgress } from "./progress.js";
import { beginStage, findStage, type Stage } from "./stage.js";
import { checkNames, type Study } from "./study.js";
import { loadText, prepareTokenizer } from "./text.js";
import {
  publishTraining,
  readCurve,
  readOutcome,
  type FinishedPhase,
  type PhaseOutcome,
} from "./training-results.js";

/** A step of one phase of one condition. */
export interface ConditionStep extends StepRecord {
  /** `pre-training`, or the name of a tuning phase. */
  readonly phase: string;
}

/** A trained model: its last stage, and what every phase left behind. */
export interface TrainedModel {
  readonly stage: Stage;
  readonly phases: readonly FinishedPhase[];
}

/**
 * Trains a condition from its first phase to its last, or replays it from the cache.
 *
 * @yields one record a step, phase after phase
 * @throws RangeError for an unknown model or condition; Error when the loss is no longer finite: the phase is then not
 *   cached and the next call begins it again
 */
export async function* trainCondition(
  study: Study,
  { model, condition }: { readonly model: ModelName; readonly condition: Condition },
): AsyncGenerator<ConditionStep, TrainedModel, void> {
  checkNames(model, condition);
  const phases = phasesOf(condition);
  const text = await loadText(study);
  const exposure = await announceExposure(study, { condition, text });
  const { stage: tokenizerStage, tokenizer } = await prepareTokenizer(study, model, text);
  const done: FinishedPhase[] = [];
  const material = { study, model, text, tokenizer, tokenizerStage };
  let prepared = pretrainingPhase(material);
  let last = yield* trainPhase(material, prepared);
  const files = [...prepared.files];
  done.push(last);
  for (const [index, phase] of phases.entries()) {
    prepared = await tuningPhase(material, phase, index, last.stage);
    last = yield* trainPhase(material, prepared);
    // Articles are pre-training text and the source of questions: one file, named once.
    files.push(...prepared.files.filter(({ path }) => !files.some((file) => file.path === path)));
    done.push(last);
  }
  publishTraining(study, { model, condition }, files, done, exposureMetrics(exposure));
  return { stage: last.stage, phases: done };
}

/** A condition's model without its records; trains what the cache does not hold. */
export async function trainedModel(
  study: Study,
  names: { readonly model: ModelName; readonly condition: Condition },
): Promise<TrainedModel> {
  const steps = trainCondition(study, names);
  for (;;) {
    const next = await steps.next();
    if (next.done) return next.value;
  }
}

/** One phase: replayed where it is cached, else trained, measured and cached as a Hugging Face folder. */
async function* trainPhase(
  material: Material,
  prepared: PreparedPhase,
): AsyncGenerator<ConditionStep, FinishedPhase, void> {
  const { study, model, tokenizer } = material;
  const { phase, kind, inputs } = prepared;
  const cached = findStage(study.cacheFolder, kind, inputs);
  if (cached) {
    for (const record of readCurve(cached)) yield { phase, ...record };
    return { phase, stage: cached, outcome: readOutcome(cached) };
  }
  const { plan, rows } = await prepared.plan();
  const start = prepared.start();
  const run = new TrainingRun(start, plan);
  tf.dispose({ ...start });
  const draft = beginStage(study.cacheFolder, kind, inputs);
  let stage: Stage | null = null;
  try {
    const records: StepRecord[] = [];
    for await (const record of run.steps(interruptSignal())) {
      records.push(record);
      const { step, steps, lossNats, tokensPerSecond, secondsLeft } = record;
      reportProgress({ type: "step", run: plan.name, step, steps, lossNats, tokensPerSecond, secondsLeft });
      yield { phase, ...record };
    }
    const trained = run.readWeights();
    const outcome: PhaseOutcome = { ...(await measureHeldOut(material, trained)), ...rows };
    const write = (name: string, content: string | Uint8Array) =>
      writeFileSync(join(draft.folder, name), content);
    const { startId, endId, padId } = tokenizer;
    write("model.safetensors", writeWeights(trained));
    tf.dispose({ ...trained });
    write(
      "config.json",
      writeLlamaConfig(study.config.architectures[model], { startId, endId: endId ?? 0, padId }),
    );
    write("tokenizer.json", JSON.stringify(tokenizer.json, null, 1) + "\n");
    write("curve.json", JSON.stringify(records) + "\n");
    write("outcome.json", JSON.stringify(outcome) + "\n");
    stage = draft.complete();
    return { phase, stage, outcome };
  } finally {
    // Also reached when the reader of the generator breaks off: an unfinished phase leaves nothing.
    if (stage === null) draft.abandon();
    run.dispose();
  }
}

/** Loss on the whole held-out text, packed like the training rows. */
async function measureHeldOut(
  { study, model, text, tokenizer }: Material,
  weights: Weights,
): Promise<Pick<PhaseOutcome, "heldOutTextNats" | "heldOutTokens">> {
  const rows = await packText(study, model, text.heldOut, tokenizer);
  const batches = packedBatches({ rows, batchSize: study.config.pretraining.batchSize, epoch: 0, seed: 0 });
  return {
    heldOutTextNats: measureLoss(weights, batches, {
      architecture: study.config.architectures[model],
      precision: study.config.pretraining.precision,
    }),
    heldOutTokens: batches.reduce((total, batch) => total + countTrained(batch), 0),
  };
}

const countTrained = (batch: Batch): number => batch.targetMask.reduce((sum, trained) => sum + trained, 0);
