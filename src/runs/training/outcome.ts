/** @file What a finished phase leaves in its folder besides weights: its curve, its losses on held-out text, and its rows. */
import { join } from "node:path";
import { z } from "zod";
import type { StepRecord } from "../../training/train.js";
import { readStageJson } from "../stages/read-json.js";
import { heldOutSchema, readCurveFile, type HeldOutLoss } from "./records.js";

/** Names of the files. */
export const CURVE = "curve.jsonl";
export const OUTCOME = "outcome.json";
/** Name of the weights of the best epoch, where a later one was worse. */
export const BEST_WEIGHTS = "bestHeldOut";

/** What a phase leaves behind besides its weights and its curve. */
const outcomeSchema = z.object({
  /** On held-out text after each epoch of pre-training, genre by genre; tuning chooses nothing by them and has none. */
  heldOut: z.array(heldOutSchema),
  /** Examples whose prompt was cut from the left; 0 in pre-training. */
  cutRows: z.number(),
  /** Examples left out because their reply alone is too long; 0 in pre-training. */
  leftOutRows: z.number(),
});
export type PhaseOutcome = z.infer<typeof outcomeSchema>;

/** Where a finished phase is. */
type Finished = { readonly folder: string };

/** The records a finished phase left. */
export const readCurve = ({ folder }: Finished): readonly StepRecord[] => readCurveFile(join(folder, CURVE));

/** The outcome a finished phase left. */
export const readOutcome = (stage: Finished): PhaseOutcome => readStageJson(stage, OUTCOME, outcomeSchema);

/** A loss, and how many tokens it is the mean of. */
interface Measured {
  readonly lossNats: number;
  readonly tokens: number;
}

/** Mean loss over all tokens of several measurements, and their number. */
export function meanLoss(losses: readonly Measured[]): [lossNats: number, tokens: number] {
  const tokens = losses.reduce((sum, loss) => sum + loss.tokens, 0);
  return [losses.reduce((sum, loss) => sum + loss.lossNats * loss.tokens, 0) / tokens, tokens];
}

/** The step after which the loss on held-out text was lowest; the earlier of equal ones. */
export function bestStep(heldOut: readonly HeldOutLoss[]): number {
  const steps = [...new Set(heldOut.map(({ step }) => step))];
  const lossAt = (at: number): number => meanLoss(heldOut.filter(({ step }) => step === at))[0];
  return steps.reduce((best, step) => (lossAt(step) < lossAt(best) ? step : best), steps[0] ?? 0);
}
