/** @file The losses of a finished phase on every held-out source, each a stage of its own: other settings measure again and train nothing. */
import { INSTRUCTION_SETS } from "../../config/config.js";
import { computeStage } from "../stages/computed-stage.js";
import type { Stage } from "../stages/stage.js";
import type { Material } from "../study/material.js";
import { readStageJson } from "../stages/read-json.js";
import {
  filesOfHeldOut,
  heldOutLoss,
  LOSSES,
  type HeldOutLossInputs,
  type HeldOutSet,
} from "./held-out-loss.js";
import { sourceLossesSchema, type SourceLoss } from "./records.js";
import { openedText, textRows } from "./stage-batches.js";

/** Losses of one phase's last weights, and the stages that measured them. */
export interface MeasuredLosses {
  /** Genre by genre of held-out pre-training text. */
  readonly text: readonly SourceLoss[];
  /** On both instruction sets, from dialogues and articles that are never trained on. */
  readonly sets: readonly SourceLoss[];
  readonly stages: readonly Stage[];
}

/** Measures a finished phase, or takes from the cache what was measured with the same settings. */
export async function measurePhase(material: Material, phase: Stage): Promise<MeasuredLosses> {
  const { tokens, rowLengthTokens, batchSize } = textRows(material);
  const text = await measure(material, phase, { tokens, rowLengthTokens, batchSize });
  const sets = [];
  for (const set of INSTRUCTION_SETS) sets.push(await measure(material, phase, heldOutSet(material, set)));
  return {
    text: text.losses,
    sets: sets.flatMap(({ losses }) => losses),
    stages: [text, ...sets].map(({ stage }) => stage),
  };
}

function heldOutSet({ study }: Material, set: HeldOutSet["set"]): HeldOutSet {
  const { source, config } = study;
  const { switchboardPairs, chatTemplate, lossOn } = config.instructions;
  const all = {
    source,
    rows: config.budget.heldOutRows,
    files: filesOfHeldOut({ source, set }),
    // The released sets keep no rows apart: what they are measured on is paired and worded by our own rules.
    template: chatTemplate === "released" ? "plainRoles" : chatTemplate,
    lossOn,
  } as const;
  const pairing = switchboardPairs === "released" ? "minThreeWords" : switchboardPairs;
  return set === "switch" ? { ...all, set, pairing } : { ...all, set };
}

async function measure(
  material: Material,
  phase: Stage,
  on: HeldOutLossInputs["on"],
): Promise<{ readonly stage: Stage; readonly losses: readonly SourceLoss[] }> {
  const { study, tokenizerStage } = material;
  const inputs: HeldOutLossInputs = {
    model: phase.hash,
    tokenizer: tokenizerStage.hash,
    precision: study.config.pretraining.precision,
    on,
  };
  const stage = await computeStage(study.cacheFolder, {
    kind: "held-out-loss",
    inputs,
    computation: heldOutLoss,
    parents: [phase],
    given: openedText(material),
  });
  return { stage, losses: readStageJson(stage, LOSSES, sourceLossesSchema) };
}
