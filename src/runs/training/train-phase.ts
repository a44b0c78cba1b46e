/**
 * @file Training one phase to its end: its steps, the losses that choose its best epoch, the weights that are kept on the way, and the
 * Hugging Face folder it leaves. When its state is saved, and where, is decided in `build-phase.ts`.
 */
import { copyFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { tokenizerFiles } from "../../data/tokenizer/tokenizer-files.js";
import type { Tokenizer } from "../../data/tokenizer/tokenizer.js";
import { tf } from "../../engine/backend.js";
import { writeLlamaConfig, writeWeights } from "../../model/checkpoint.js";
import type { Weights } from "../../model/weights.js";
import { TrainingRun, type StepRecord, type TrainingPlan, type TrainingStart } from "../../training/train.js";
import { writeMoments } from "./moments-files.js";
import { BEST_WEIGHTS, bestStep, CURVE, OUTCOME } from "./outcome.js";
import type { HeldOutLoss, SourceLoss } from "./records.js";
import type { RowCounts } from "./text-batches.js";

/** A phase ready to be trained. */
export interface Preparation {
  readonly plan: TrainingPlan;
  readonly tokenizer: Tokenizer;
  /** Tensors the caller disposes. */
  readonly start: () => Pick<TrainingStart, "weights" | "moments">;
  readonly rows: RowCounts;
  /** Words seen after which the weights are kept. */
  readonly checkpointWords: readonly number[];
  readonly keepMoments: boolean;
  /** Losses on held-out text, by which the best epoch is chosen; null where none is. */
  readonly measure: ((weights: Weights) => SourceLoss[]) | null;
}

/** The state of a phase between two steps. */
export interface PhaseState {
  readonly run: TrainingRun;
  readonly records: readonly StepRecord[];
  readonly heldOut: readonly HeldOutLoss[];
}

/** Whoever keeps a phase in progress: told of every step, asked for the state to resume from. */
export interface Keeper {
  /** The state to resume from; null for a phase that begins. */
  readonly resumed:
    | (TrainingStart & { readonly records: readonly StepRecord[]; readonly heldOut: readonly HeldOutLoss[] })
    | null;
  readonly lastPath: string | null;
  readonly signal: AbortSignal | undefined;
  /** Keeps the weights as they are now under a name. */
  keepWeights(name: string, run: TrainingRun): void;
  /** After each step and all that follows from it, before its record is given on. */
  afterStep(record: StepRecord, state: PhaseState): void;
  /** Before the next step: whatever else waits has its turn. */
  beforeStep(): Promise<void>;
  /** After the last step, before the weights are gone. */
  finish(state: PhaseState): void;
  /** Whatever ended it, before the weights are gone. */
  leave(state: PhaseState): void;
}

/** Trains what is left of a phase. @yields all its records, those of earlier processes first */
export async function* trainPhase(
  { plan, start, measure, checkpointWords }: Preparation,
  keeper: Keeper,
): AsyncGenerator<StepRecord, void, void> {
  const { resumed } = keeper;
  const heldOut = [...(resumed?.heldOut ?? [])];
  const records = [...(resumed?.records ?? [])];
  const begun = resumed ?? start();
  const run = new TrainingRun({ ...begun, lastCheckpoint: () => keeper.lastPath }, plan);
  tf.dispose([{ ...begun.weights }, { ...begun.moments?.first }, { ...begun.moments?.second }]);
  const state: PhaseState = { run, records, heldOut };
  const { steps } = plan.batches;
  try {
    for (const record of records) yield record;
    for await (const record of run.steps(keeper.signal)) {
      const { step, epoch, wordsSeen } = record;
      const wordsBefore = records.at(-1)?.wordsSeen ?? plan.wordsBefore;
      records.push(record);
      if (measure && (step === steps || plan.batches.epochOf(step) !== epoch)) {
        const weights = run.readWeights();
        for (const loss of measure(weights)) heldOut.push({ step, epoch, ...loss });
        tf.dispose({ ...weights });
        // The last epoch's weights are the stage's own.
        if (step < steps && bestStep(heldOut) === step) keeper.keepWeights(BEST_WEIGHTS, run);
      }
      for (const words of checkpointWords)
        if (wordsBefore < words && words <= wordsSeen) keeper.keepWeights(checkpointName(words), run);
      keeper.afterStep(record, state);
      yield record;
      await keeper.beforeStep();
    }
    keeper.finish(state);
  } finally {
    // Also reached when the reader of the generator breaks off.
    keeper.leave(state);
    run.dispose();
  }
}

/** As BabyLM names them, `chck_10M`. */
const checkpointName = (words: number): string => `chck_${words / 1e6}M`;

/** Writes a finished phase: a Hugging Face folder with its curve and its outcome. @param kept paths of weights kept on the way */
export function writePhase(
  folder: string,
  { plan, tokenizer, rows, keepMoments }: Preparation,
  { run, records, heldOut }: PhaseState,
  kept: readonly string[],
): void {
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  const { startId, endId, padId } = tokenizer;
  const weights = run.readWeights();
  try {
    write("model.safetensors", writeWeights(weights));
  } finally {
    tf.dispose({ ...weights });
  }
  write("config.json", writeLlamaConfig(plan.architecture, { startId, endId: endId ?? 0, padId }));
  for (const [name, content] of Object.entries(tokenizerFiles(tokenizer, plan.architecture)))
    write(name, content);
  write(CURVE, records.map((record) => JSON.stringify(record) + "\n").join(""));
  write(OUTCOME, JSON.stringify({ heldOut, ...rows }) + "\n");
  for (const path of kept)
    // Where the last epoch was the best, those of an earlier one are none of the stage's.
    if (basename(path) !== `${BEST_WEIGHTS}.safetensors` || bestStep(heldOut) < run.step)
      copyFileSync(path, join(folder, basename(path)));
  if (!keepMoments) return;
  const moments = run.readMoments();
  writeMoments(folder, moments);
  tf.dispose([{ ...moments.first }, { ...moments.second }]);
}

/** A phase as its computation hands it over: what it trains, and the functions that train and write it. */
export interface TrainablePhase extends Preparation {
  readonly train: (keeper: Keeper) => AsyncGenerator<StepRecord, void, void>;
  readonly write: (folder: string, state: PhaseState, kept: readonly string[]) => void;
}

/** A phase with what trains it, so that whoever runs it takes both from its computation. */
export const trainable = (preparation: Preparation): TrainablePhase => ({
  ...preparation,
  train: (keeper) => trainPhase(preparation, keeper),
  write: (folder, state, kept) => writePhase(folder, preparation, state, kept),
});
