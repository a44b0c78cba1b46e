/**
 * @file Pre-training and instruction tuning as cached stages: each phase of a condition is one stage that begins with
 * the weights of the one before, so that conditions share what they have in common.
 */
import { existsSync, rmSync } from "node:fs";
import type { Condition, Curriculum, ModelName } from "../../config/config.js";
import { curriculumOf } from "../../config/curricula.js";
import { defaultPlaces } from "../../data/files.js";
import { explainDiskFault, requireWritable } from "../../disk/disk-fault.js";
import { findStage, lockStage, type Stage } from "../stages/stage.js";
import { keepsMoments } from "../study/distinct-stages.js";
import { openMaterial, type Material } from "../study/material.js";
import { runFolder } from "../study/results.js";
import { checkModel, type Study } from "../study/study.js";
import { loadText } from "../study/pretraining-text.js";
import { buildPhase, progressFolder, type ConditionStep } from "./build-phase.js";
import { announceExposure, exposureMetrics } from "./exposure.js";
import { measurePhase } from "./measured-losses.js";
import { readCurve, readOutcome } from "./outcome.js";
import { pretrainingPhase, tuningPhase, type PhaseStage } from "./phases.js";
import { publishTraining, type FinishedPhase } from "./results.js";
import { countSteps, stageBatches } from "./stage-batches.js";

/** A trained model: its last stage, and what every phase left behind. */
export interface TrainedModel {
  readonly stage: Stage;
  readonly phases: readonly FinishedPhase[];
}

/**
 * Trains a condition from its first phase to its last, or replays it from the cache.
 *
 * @param options.model the decoder
 * @param options.condition a name of the study's curricula
 * @yields one record per step, phase after phase
 * @throws RangeError for an unknown model or condition; Error when the loss is no longer finite. A phase that did not end is
 *   not cached; the next call resumes from its last checkpoint
 */
export async function* trainCondition(
  study: Study,
  { model, condition }: { readonly model: ModelName; readonly condition: Condition },
): AsyncGenerator<ConditionStep, TrainedModel, void> {
  checkModel(model);
  const curriculum = curriculumOf(study.config, condition);
  requireWritable(runFolder(study, { model, condition }), "trainCondition");
  const exposure = await announceExposure(study, { condition, text: await loadText(study) });
  const material = await openMaterial(study, model);
  const done: FinishedPhase[] = [];
  try {
    const spans = await scheduleSpans(material, curriculum);
    const keepsFor = (place: number): boolean => keepsMoments(study.config, curriculum, place);
    let prepared = pretrainingPhase(material, { keepMoments: keepsFor(0) });
    let last = yield* trainPhase(material, prepared);
    const files = [...prepared.files];
    done.push(last);
    for (const [place, stage] of curriculum.entries()) {
      prepared = await tuningPhase(
        material,
        stage,
        { place, span: spans[place] ?? null, keepMoments: keepsFor(place + 1) },
        last.stage,
      );
      last = yield* trainPhase(material, prepared);
      // Articles are pre-training text and the source of questions: one file, named once.
      files.push(...prepared.files.filter(({ path }) => !files.some((file) => file.path === path)));
      done.push(last);
    }
    publishTraining(study, { model, condition }, files, done, exposureMetrics(exposure));
    return { stage: last.stage, phases: done };
  } finally {
    material.tokens.stream.close();
  }
}

/** Where each stage is in a schedule over all of tuning; none where each has its own (docs/decisions.md#d8). */
export async function scheduleSpans(
  material: Material,
  curriculum: Curriculum,
): Promise<({ stepsBefore: number; totalSteps: number } | null)[]> {
  if (material.study.config.curriculum.scheduleSpan === "perPhase") return curriculum.map(() => null);
  const totalSteps = await countSteps(material, curriculum);
  const spans = [];
  let stepsBefore = 0;
  for (const [place, stage] of curriculum.entries()) {
    spans.push({ stepsBefore, totalSteps });
    stepsBefore += (await stageBatches(material, stage, place)).batches.steps;
  }
  return spans;
}

/** Models this process has trained or replayed: every task of an evaluation asks for the same ones. */
const known = new Map<string, TrainedModel>();

/** A condition's model without its records; trains what the cache does not hold. */
export async function trainedModel(
  study: Study,
  names: { readonly model: ModelName; readonly condition: Condition },
): Promise<TrainedModel> {
  const key = JSON.stringify([study, names, defaultPlaces()]);
  const before = known.get(key);
  if (before?.phases.every(({ stage }) => existsSync(stage.folder))) return before;
  const steps = trainCondition(study, names);
  for (;;) {
    const next = await steps.next();
    if (!next.done) continue;
    known.set(key, next.value);
    return next.value;
  }
}

/** One phase: replayed where it is cached, else trained or gone on with; then measured on what no stage trains on. */
async function* trainPhase(
  material: Material,
  prepared: PhaseStage,
): AsyncGenerator<ConditionStep, FinishedPhase, void> {
  const stage = yield* stageOf(material.study, prepared);
  return {
    phase: prepared.phase,
    stage,
    outcome: readOutcome(stage),
    losses: await measurePhase(material, stage),
  };
}

/** The stage of a phase, with all its steps. */
async function* stageOf(study: Study, prepared: PhaseStage): AsyncGenerator<ConditionStep, Stage, void> {
  const { cacheFolder } = study;
  const { phase, kind, inputs } = prepared;
  let stage = findStage(cacheFolder, kind, inputs);
  if (!stage) {
    const lock = await lockStage(cacheFolder, kind, inputs);
    try {
      stage = findStage(cacheFolder, kind, inputs); // another process may have built it meanwhile
      if (!stage) return yield* buildPhase(study, prepared, lock);
    } catch (error) {
      throw explainDiskFault(error, progressFolder(cacheFolder, kind, inputs));
    } finally {
      lock.release();
    }
  }
  // A kill between the stage's last rename and this line leaves them behind.
  rmSync(progressFolder(cacheFolder, kind, inputs), { recursive: true, force: true });
  for (const record of readCurve(stage)) yield { phase, ...record };
  return stage;
}
