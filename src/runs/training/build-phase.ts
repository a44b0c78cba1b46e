/**
 * @file Building the stage of a phase: its state is saved on the way, so that a killed run resumes, and its folder becomes the
 * stage's when it is complete. What is trained is in `train-phase.ts`.
 */
import { join } from "node:path";
import type { Lock } from "../../disk/lock.js";
import type { StepRecord } from "../../training/train.js";
import { interruptSignal, takeTurn } from "../stages/interrupt.js";
import { notify, reportProgress } from "../stages/progress.js";
import { beginStage, hashStage, type Stage, type StageInputs } from "../stages/stage.js";
import type { Study } from "../study/study.js";
import { openCheckpoints } from "./checkpoint.js";
import type { PhaseStage } from "./phases.js";
import { nameRun } from "./runs-under-way.js";
import type { Keeper, PhaseState } from "./train-phase.js";

/** A step of one phase of one condition. */
export interface ConditionStep extends StepRecord {
  /** `pre-training`, or the name of a tuning phase. */
  readonly phase: string;
}

/** Where the checkpoints of a stage in progress are. */
export const progressFolder = (cacheFolder: string, kind: string, inputs: StageInputs): string =>
  join(cacheFolder, `${kind}-${hashStage(kind, inputs)}.progress`);

/** Trains what is left of a phase. Whatever ends it early, a checkpoint of its last step stays. */
export async function* buildPhase(
  study: Study,
  { phase, kind, inputs, about, prepare }: PhaseStage,
  lock: Lock,
): AsyncGenerator<ConditionStep, Stage, void> {
  const prepared = await prepare();
  const { plan } = prepared;
  const folder = progressFolder(study.cacheFolder, kind, inputs);
  const checkpoints = openCheckpoints(folder, {
    stage: hashStage(kind, inputs),
    architecture: plan.architecture,
    optimizer: plan.config.optimizer,
    notice: notify,
    ...(study.checkpoints && { interval: study.checkpoints }),
  });
  const resumed = checkpoints.latest();
  nameRun(folder, { name: plan.name, seed: study.seed, scale: study.config.scale });
  const started = performance.now();
  const secondsSoFar = (): number => (resumed?.seconds ?? 0) + (performance.now() - started) / 1000;
  let saved = resumed?.step ?? 0;
  const save = ({ run, records, heldOut }: PhaseState): void => {
    const wordsSeen = records.at(-1)?.wordsSeen ?? plan.wordsBefore;
    checkpoints.save(run, { wordsSeen, seconds: secondsSoFar(), heldOut });
    saved = run.step;
  };
  const built: Stage[] = [];
  const keeper: Keeper = {
    resumed,
    signal: interruptSignal(),
    get lastPath() {
      return checkpoints.lastPath;
    },
    keepWeights: (name, run) => checkpoints.keepWeights(name, run),
    afterStep(record, state) {
      const { step, steps, lossNats, tokensPerSecond, secondsLeft } = record;
      checkpoints.append(record);
      reportProgress({ type: "step", run: plan.name, step, steps, lossNats, tokensPerSecond, secondsLeft });
      if (step === steps || !checkpoints.isDue()) return;
      save(state);
      lock.touch();
    },
    beforeStep: takeTurn,
    finish(state) {
      const draft = beginStage(study.cacheFolder, kind, inputs, about);
      try {
        prepared.write(draft.folder, state, checkpoints.keptWeights());
        built.push(draft.complete(secondsSoFar()));
      } catch (error) {
        draft.abandon();
        throw error;
      }
      checkpoints.remove();
      saved = state.run.step;
    },
    leave(state) {
      if (state.run.step > saved) save(state);
    },
  };
  for await (const record of prepared.train(keeper)) yield { phase, ...record };
  const [stage] = built;
  if (stage) return stage;
  throw new Error(`buildPhase: ${plan.name} must be complete after its last step, and is not. Run it again.`);
}
