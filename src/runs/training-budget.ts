/**
 * @file What training a condition costs: tokens, optimizer steps and floating-point operations of every stage, counted on the
 * batches it would be trained on, and the hours they take at a given rate.
 */
import type { ArchitectureConfig, Condition, Scale } from "../config.js";
import { curriculumOf } from "../curricula.js";
import { trainingOperations } from "../model/operation-count.js";
import type { StepBatches } from "../training/step-batches.js";
import type { Material } from "./material.js";
import { pretrainingPhase } from "./phases.js";
import { stageBatches } from "./stage-batches.js";

/** The cost of one stage. */
export interface StageCost {
  readonly stage: string;
  /** Words seen, each as often as it is seen. */
  readonly words: number;
  /** Of all rows, padding included. */
  readonly tokens: number;
  readonly steps: number;
  /** Floating-point operations of matrix products, forward and backward. */
  readonly operations: number;
}

/**
 * Costs of pre-training and of every tuning stage of a condition.
 *
 * @param material.text what stands in for the paper's corpora
 */
export async function countCosts(material: Material, condition: Condition): Promise<StageCost[]> {
  const architecture = material.study.config.architectures[material.model];
  const pretraining = pretrainingPhase(material, { keepMoments: false }).plan.batches;
  const costs = [costOf("pre-training", pretraining, architecture)];
  for (const [place, stage] of curriculumOf(material.study.config, condition).entries()) {
    const { batches } = await stageBatches(material, stage, place);
    costs.push(costOf(stage.name, batches, architecture));
  }
  return costs;
}

/** Counted on the first epoch: every epoch has the same rows in another order. */
function costOf(stage: string, batches: StepBatches, architecture: ArchitectureConfig): StageCost {
  const firstEpoch = batches.epochOf(0);
  let [counted, words, tokens, operations] = [0, 0, 0, 0];
  while (counted < batches.steps && batches.epochOf(counted) === firstEpoch) {
    const batch = batches.at(counted++);
    words += batch.words;
    tokens += batch.batchSize * batch.lengthTokens;
    operations += trainingOperations(architecture, batch);
  }
  const epochs = batches.steps / counted;
  return {
    stage,
    words: words * epochs,
    tokens: tokens * epochs,
    steps: batches.steps,
    operations: operations * epochs,
  };
}

/** Words of the paper's pre-training text. Source: paper.md 3.1, secondary. */
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

/** Hours at so many operations a second. */
export const hoursAt = ({ operations }: StageCost, operationsPerSecond: number): number =>
  operations / operationsPerSecond / 3600;

/** A graphics card to compare with. */
export interface Accelerator {
  readonly name: string;
  /** Dense bfloat16 matrix products, operations a second. */
  readonly peakOperationsPerSecond: number;
  /** Share of the peak a training of such decoders reaches. */
  readonly utilisation: number;
}

/**
 * Source: NVIDIA H100 data sheet (SXM, dense bfloat16: 989 TFLOP/s).
 *
 * The share is an assumption: public trainings of 124M-parameter decoders in hand-written CUDA or compiled PyTorch report a third
 * to a half of the peak on such cards; products of width 512 and 704 are smaller than theirs, so the lower end is taken.
 */
export const H100: Accelerator = { name: "H100", peakOperationsPerSecond: 989e12, utilisation: 0.3 };
