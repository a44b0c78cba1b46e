/**
 * @file Training one stage to its end: from its start or its last checkpoint, measured after each epoch, kept as a Hugging
 * Face folder. Which stages a condition has is decided next door in `training.ts`.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { tf } from "../../engine/backend.js";
import { tokenizerFiles } from "../../data/tokenizer-files.js";
import { writeLlamaConfig, writeWeights } from "../../model/checkpoint.js";
import { TrainingRun, type StepRecord } from "../../training/train.js";
import { interruptSignal, takeTurn } from "../stages/interrupt.js";
import { notify, reportProgress } from "../stages/progress.js";
import type { Lock } from "../../disk/lock.js";
import { beginStage, hashStage, type Stage, type StageInputs } from "../stages/stage.js";
import type { Material } from "../study/material.js";
import { openCheckpoints } from "./checkpoint.js";
import { heldOutSources, measureSources } from "./held-out.js";
import { writeMoments } from "./moments-files.js";
import type { PreparedPhase } from "./phases.js";
import type { PhaseOutcome } from "./results.js";
import { nameRun } from "./runs-under-way.js";
import { BEST_WEIGHTS, bestStep } from "./start-checkpoint.js";

/** A step of one phase of one condition. */
export interface ConditionStep extends StepRecord {
  /** `pre-training`, or the name of a tuning phase. */
  readonly phase: string;
}

/** Where the checkpoints of a stage under way lie. */
export const progressFolder = (cacheFolder: string, kind: string, inputs: StageInputs): string =>
  join(cacheFolder, `${kind}-${hashStage(kind, inputs)}.progress`);

/** Trains what is left of a phase. Whatever ends it early, a checkpoint of its last step stays. */
export async function* buildPhase(
  material: Material,
  { phase, kind, inputs, plan, rows, start, keepMoments }: PreparedPhase,
  lock: Lock,
): AsyncGenerator<ConditionStep, Stage, void> {
  const { study, model } = material;
  const sources = await heldOutSources(study, model, material);
  const checkpoints = openCheckpoints(progressFolder(study.cacheFolder, kind, inputs), {
    stage: hashStage(kind, inputs),
    architecture: plan.architecture,
    notice: notify,
    ...(study.checkpoints && { interval: study.checkpoints }),
  });
  const resumed = checkpoints.latest();
  nameRun(progressFolder(study.cacheFolder, kind, inputs), {
    name: plan.name,
    seed: study.seed,
    scale: study.config.scale,
  });
  const heldOut = [...(resumed?.heldOut ?? [])];
  const records = [...(resumed?.records ?? [])];
  const begun = resumed ?? start();
  const run = new TrainingRun({ ...begun, lastCheckpoint: () => checkpoints.lastPath }, plan);
  tf.dispose([{ ...begun.weights }, { ...begun.moments?.first }, { ...begun.moments?.second }]);
  const measure = (epoch: number): void => {
    const trained = run.readWeights();
    heldOut.push(...measureSources(sources, trained, { study, model, step: run.step, epoch }));
    tf.dispose({ ...trained });
    // The last epoch's weights are the stage's own.
    if (run.step < plan.batches.steps && bestStep(heldOut) === run.step)
      checkpoints.keepWeights(BEST_WEIGHTS, run);
  };
  const started = performance.now();
  const secondsSoFar = (): number => (resumed?.seconds ?? 0) + (performance.now() - started) / 1000;
  const save = (): void => {
    const wordsSeen = records.at(-1)?.wordsSeen ?? plan.wordsBefore;
    checkpoints.save(run, { wordsSeen, seconds: secondsSoFar(), heldOut });
  };
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
      await takeTurn();
    }
    const stage = completePhase(material, {
      kind,
      inputs,
      keepMoments,
      run,
      records,
      outcome: { heldOut, ...rows },
      kept: checkpoints
        .keptWeights()
        .filter((path) => basename(path) !== BEST_FILE || bestStep(heldOut) < run.step),
      seconds: secondsSoFar(),
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

const BEST_FILE = `${BEST_WEIGHTS}.safetensors`;

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
    readonly seconds: number;
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
    const files = tokenizerFiles(tokenizer, study.config.architectures[model]);
    for (const [name, content] of Object.entries(files)) write(name, content);
    write("curve.jsonl", done.records.map((record) => JSON.stringify(record) + "\n").join(""));
    write("outcome.json", JSON.stringify(done.outcome) + "\n");
    for (const path of done.kept) copyFileSync(path, join(draft.folder, basename(path)));
    if (done.keepMoments) {
      const moments = done.run.readMoments();
      writeMoments(draft.folder, moments);
      tf.dispose([{ ...moments.first }, { ...moments.second }]);
    }
    return draft.complete(done.seconds);
  } catch (error) {
    draft.abandon();
    throw error;
  } finally {
    tf.dispose({ ...weights });
  }
}
