/**
 * @file Pre-training and instruction tuning as cached stages: each phase of a condition is one stage that begins with
 * the weights of the one before, so that conditions share what they have in common.
 */
import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Condition, Curriculum, ModelName } from "../config.js";
import { curriculumOf } from "../curricula.js";
import { tf } from "../engine/backend.js";
import { writeLlamaConfig, writeWeights } from "../model/checkpoint.js";
import { TrainingRun, type StepRecord } from "../training/train.js";
import { announceExposure, exposureMetrics } from "./exposure.js";
import { heldOutSources, measureSources } from "./held-out.js";
import { interruptSignal } from "./interrupt.js";
import type { Material } from "./material.js";
import { pretrainingPhase, tuningPhase, type PreparedPhase } from "./phases.js";
import { reportProgress } from "./progress.js";
import { beginStage, findStage, hashStage, lockStage, type Stage, type StageInputs } from "./stage.js";
import type { StageLock } from "./stage-lock.js";
import { countSteps, stageBatches } from "./stage-batches.js";
import { writeMoments } from "./moments-files.js";
import { checkModel, type Study } from "./study.js";
import { loadText, prepareTokenizer, tokenizeText } from "./text.js";
import { openCheckpoints } from "./training-checkpoint.js";
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
 * @throws RangeError for an unknown model or condition; Error when the loss is no longer finite. A phase that did not end is
 *   not cached; the next call goes on from its last checkpoint
 */
export async function* trainCondition(
  study: Study,
  { model, condition }: { readonly model: ModelName; readonly condition: Condition },
): AsyncGenerator<ConditionStep, TrainedModel, void> {
  checkModel(model);
  const curriculum = curriculumOf(study.config, condition);
  const text = await loadText(study);
  const exposure = await announceExposure(study, { condition, text });
  const { stage: tokenizerStage, tokenizer } = await prepareTokenizer(study, model, text);
  const tokens = await tokenizeText(study, text, { tokenizer, tokenizerStage });
  const done: FinishedPhase[] = [];
  const material = { study, model, text, tokenizer, tokens };
  try {
    const spans = await scheduleSpans(material, curriculum);
    const carries = (place: number): boolean =>
      (curriculum[place]?.optimizer ?? study.config.curriculum.optimizerAtPhase) === "carry";
    const keepsFor = (place: number): boolean => place < curriculum.length && carries(place);
    let prepared = pretrainingPhase(material, { keepMoments: keepsFor(0) });
    let last = yield* trainPhase(material, prepared);
    const files = [...prepared.files];
    done.push(last);
    for (const [place, stage] of curriculum.entries()) {
      const wordsSeen = readCurve(last.stage).at(-1)?.wordsSeen ?? 0;
      prepared = await tuningPhase(
        material,
        stage,
        { place, span: spans[place] ?? null, keepMoments: keepsFor(place + 1) },
        { stage: last.stage, wordsSeen },
      );
      last = yield* trainPhase(material, prepared);
      // Articles are pre-training text and the source of questions: one file, named once.
      files.push(...prepared.files.filter(({ path }) => !files.some((file) => file.path === path)));
      done.push(last);
    }
    publishTraining(study, { model, condition }, files, done, exposureMetrics(exposure));
    return { stage: last.stage, phases: done };
  } finally {
    tokens.stream.close();
  }
}

/** Where each stage lies in a schedule over all of tuning; none where each has its own (D8). */
async function scheduleSpans(
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

/** One phase: replayed where it is cached, else trained or gone on with, measured and cached as a Hugging Face folder. */
async function* trainPhase(
  material: Material,
  prepared: PreparedPhase,
): AsyncGenerator<ConditionStep, FinishedPhase, void> {
  const { cacheFolder } = material.study;
  const { phase, kind, inputs } = prepared;
  const finished = (stage: Stage): FinishedPhase => ({ phase, stage, outcome: readOutcome(stage) });
  let stage = findStage(cacheFolder, kind, inputs);
  if (!stage) {
    const lock = await lockStage(cacheFolder, kind, inputs);
    try {
      stage = findStage(cacheFolder, kind, inputs); // another process may have built it meanwhile
      if (!stage) return finished(yield* buildPhase(material, prepared, lock));
    } finally {
      lock.release();
    }
  }
  // A kill between the stage's last rename and this line leaves them behind.
  rmSync(progressFolder(cacheFolder, kind, inputs), { recursive: true, force: true });
  for (const record of readCurve(stage)) yield { phase, ...record };
  return finished(stage);
}

const progressFolder = (cacheFolder: string, kind: string, inputs: StageInputs): string =>
  join(cacheFolder, `${kind}-${hashStage(kind, inputs)}.progress`);

/** Trains what is left of a phase. Whatever ends it early, a checkpoint of its last step stays. */
async function* buildPhase(
  material: Material,
  { phase, kind, inputs, plan, rows, start, keepMoments }: PreparedPhase,
  lock: StageLock,
): AsyncGenerator<ConditionStep, Stage, void> {
  const { study, model } = material;
  const sources = await heldOutSources(study, model, material);
  const checkpoints = openCheckpoints(progressFolder(study.cacheFolder, kind, inputs), {
    stage: hashStage(kind, inputs),
    architecture: plan.architecture,
    notice: (message) => reportProgress({ type: "note", text: message }),
    ...(study.checkpoints && { interval: study.checkpoints }),
  });
  const resumed = checkpoints.latest();
  const heldOut = [...(resumed?.heldOut ?? [])];
  const records = [...(resumed?.records ?? [])];
  const begun = resumed ?? start();
  const run = new TrainingRun({ ...begun, lastCheckpoint: () => checkpoints.lastPath }, plan);
  tf.dispose([{ ...begun.weights }, { ...begun.moments?.first }, { ...begun.moments?.second }]);
  const measure = (epoch: number): void => {
    const trained = run.readWeights();
    heldOut.push(...measureSources(sources, trained, { study, model, step: run.step, epoch }));
    tf.dispose({ ...trained });
  };
  const save = (): void =>
    checkpoints.save(run, { wordsSeen: records.at(-1)?.wordsSeen ?? plan.wordsBefore, heldOut });
  let saved = run.step;
  try {
    for (const record of records) yield { phase, ...record };
    for await (const record of run.steps(interruptSignal())) {
      const wordsBefore = records.at(-1)?.wordsSeen ?? plan.wordsBefore;
      records.push(record);
      checkpoints.append(record);
      const { step, steps, lossNats, tokensPerSecond, secondsLeft } = record;
      reportProgress({ type: "step", run: plan.name, step, steps, lossNats, tokensPerSecond, secondsLeft });
      if (step === steps || plan.batches.epochOf(step) !== record.epoch) measure(record.epoch);
      for (const words of study.config.checkpointWords)
        if (wordsBefore < words && words <= record.wordsSeen)
          checkpoints.keepWeights(checkpointName(words), run);
      if (step < steps && checkpoints.isDue()) {
        save();
        saved = step;
        lock.touch();
      }
      yield { phase, ...record };
    }
    const stage = completePhase(material, {
      kind,
      inputs,
      keepMoments,
      run,
      records,
      outcome: { heldOut, ...rows },
      kept: checkpoints.keptWeights(),
    });
    checkpoints.remove();
    saved = run.step;
    return stage;
  } finally {
    // Also reached when the reader of the generator breaks off.
    if (run.step > saved) save();
    run.dispose();
  }
}

/** As BabyLM names them, `chck_10M`. */
const checkpointName = (words: number): string => `chck_${words / 1e6}M`;

/** The finished stage: a Hugging Face folder with its curve and its outcome. */
function completePhase(
  { study, model, tokenizer }: Material,
  done: {
    readonly kind: PreparedPhase["kind"];
    readonly inputs: StageInputs;
    readonly keepMoments: boolean;
    readonly run: TrainingRun;
    readonly records: readonly StepRecord[];
    readonly outcome: PhaseOutcome;
    /** Weights kept on the way. */
    readonly kept: readonly string[];
  },
): Stage {
  const draft = beginStage(study.cacheFolder, done.kind, done.inputs);
  const weights = done.run.readWeights();
  try {
    const write = (name: string, content: string | Uint8Array) =>
      writeFileSync(join(draft.folder, name), content);
    const { startId, endId, padId } = tokenizer;
    write("model.safetensors", writeWeights(weights));
    write(
      "config.json",
      writeLlamaConfig(study.config.architectures[model], { startId, endId: endId ?? 0, padId }),
    );
    write("tokenizer.json", JSON.stringify(tokenizer.json, null, 1) + "\n");
    write("curve.jsonl", done.records.map((record) => JSON.stringify(record) + "\n").join(""));
    write("outcome.json", JSON.stringify(done.outcome) + "\n");
    for (const path of done.kept) copyFileSync(path, join(draft.folder, basename(path)));
    if (done.keepMoments) {
      const moments = done.run.readMoments();
      writeMoments(draft.folder, moments);
      tf.dispose([{ ...moments.first }, { ...moments.second }]);
    }
    return draft.complete();
  } catch (error) {
    draft.abandon();
    throw error;
  } finally {
    tf.dispose({ ...weights });
  }
}
