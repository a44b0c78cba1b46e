/**
 * @file What a stage of training costs: words, tokens, optimizer steps and floating-point operations, counted on the batches it
 * would be trained on. How long that takes is next door, in `budget.ts` and `accelerator.ts`.
 */
import type { ArchitectureConfig, Scale, TuningStage } from "../../config/config.js";
import { architectureOf } from "../../config/objective.js";
import { trainingOperations } from "../../model/operation-count.js";
import { updateOperations } from "../../training/muon.js";
import type { StepBatches } from "../../training/step-batches.js";
import type { Material } from "../study/material.js";
import { pretrainingPhase } from "../training/phases.js";
import { stageBatches } from "../training/stage-batches.js";

/** The cost of one stage. */
export interface StageCost {
  readonly stage: string;
  /** Words seen, each as often as it is seen. */
  readonly words: number;
  /** Of all rows, padding included. */
  readonly tokens: number;
  readonly steps: number;
  /** Floating-point operations of matrix products: forward, backward, and in the optimizer's update. */
  readonly operations: number;
}

/**
 * The cost of one stage. At paper scale, what has all text in every epoch is scaled from the text at hand to the paper's words;
 * tuning on examples is counted on the sets at hand.
 *
 * @param material.text what stands in for the paper's corpora
 * @param stage         null for pre-training
 * @param place         of a tuning stage in its curriculum
 */
export async function costOfStage(
  material: Material,
  stage: TuningStage | null,
  place: number,
): Promise<StageCost> {
  const { study, model, text } = material;
  const architecture = architectureOf(study.config, model);
  const factor = textFactor({ scale: study.config.scale, textWords: text.words });
  if (stage === null) {
    const { batches } = (await pretrainingPhase(material, { keepMoments: false }).prepare()).plan;
    const update = updateOperations(architecture, study.config.pretraining.optimizer);
    return scaleCost(costOf("pre-training", batches, { architecture, update }), factor);
  }
  const { batches } = await stageBatches(material, stage, place);
  const update = updateOperations(architecture, study.config.instructionTuning.optimizer);
  const cost = costOf(stage.name, batches, { architecture, update });
  return growsWithText(stage) ? scaleCost(cost, factor) : cost;
}

/** Whether more text makes a stage longer; one of so many steps or words stays as it is. */
const growsWithText = ({ examples, length }: TuningStage): boolean =>
  examples === "text" && (typeof length === "string" || "epochs" in length);

/** The first epoch stands for every whole one, which has the same rows in another order; padding differs a little. */
function costOf(
  stage: string,
  batches: StepBatches,
  { architecture, update }: { readonly architecture: ArchitectureConfig; readonly update: number },
): StageCost {
  const { steps } = batches;
  let perEpoch = 1;
  while (perEpoch < steps && batches.epochOf(perEpoch) === batches.epochOf(0)) perEpoch++;
  const operationsOf = new Map<string, number>(); // by shape, of which there are few
  const count = (from: number, to: number): Omit<StageCost, "stage" | "steps"> => {
    let [words, tokens, operations] = [0, 0, 0];
    for (let step = from; step < to; step++) {
      const batch = batches.at(step);
      words += batch.words;
      tokens += batch.batchSize * batch.lengthTokens;
      const shape = `${batch.batchSize} × ${batch.lengthTokens}`;
      const known = operationsOf.get(shape) ?? trainingOperations(architecture, batch);
      operationsOf.set(shape, known);
      operations += known;
    }
    return { words, tokens, operations };
  };
  const epochs = Math.floor(steps / perEpoch);
  const [epoch, rest] = [count(0, perEpoch), count(epochs * perEpoch, steps)];
  return {
    stage,
    words: epoch.words * epochs + rest.words,
    tokens: epoch.tokens * epochs + rest.tokens,
    steps,
    operations: epoch.operations * epochs + rest.operations + steps * update,
  };
}

/** Words of the paper's pre-training text. Source: docs/paper.md#training, secondary. */
export const PAPER_TEXT_WORDS = 91_000_000;

/** How many times the text at hand the scale asks for: at paper scale the official corpora, else what there is. */
export const textFactor = ({
  scale,
  textWords,
}: {
  readonly scale: Scale;
  readonly textWords: number;
}): number => (scale === "paper" ? PAPER_TEXT_WORDS / textWords : 1);

/** A stage's cost for `factor` times as much text. */
export const scaleCost = (cost: StageCost, factor: number): StageCost => ({
  stage: cost.stage,
  words: cost.words * factor,
  tokens: cost.tokens * factor,
  steps: Math.round(cost.steps * factor),
  operations: cost.operations * factor,
});
