/** @file The computation of the stage `pretraining`: a decoder from its first weights on, trained on the text's tokens. */
import type { ArchitectureConfig, ModelName, TrainingConfig } from "../../config/config.js";
import { initializeWeights } from "../../model/weights.js";
import { deriveSeed, seeded } from "../../random.js";
import { repeatEpochs } from "../../training/step-batches.js";
import { computation } from "../stages/computation.js";
import { requireEnd } from "../study/token-folder.js";
import { measureSources, textSources } from "./held-out.js";
import { trainable, type TrainablePhase } from "./train-phase.js";
import { textBatches, withMasks, type OpenedText, type TextRows } from "./text-batches.js";

/** What decides a pre-training. */
export interface PretrainingInputs {
  readonly model: ModelName;
  readonly architecture: ArchitectureConfig;
  readonly tokenizer: string;
  readonly text: Omit<TextRows, "batchSize">;
  readonly training: TrainingConfig;
  /** Whether the next stage continues with the optimizer's moments. */
  readonly keepMoments: boolean;
  readonly checkpointWords: readonly number[];
  readonly seed: number;
}

/** Prepares a pre-training; nothing is trained before its steps are asked for. */
export const pretraining = computation(
  import.meta.url,
  async (inputs: PretrainingInputs, opened: OpenedText): Promise<TrainablePhase> => {
    const { model, architecture, text, training, keepMoments, checkpointWords, seed } = inputs;
    const { batchSize, precision, maxEpochs } = training;
    const tokenizer = opened.tokenizerOf(inputs.tokenizer);
    const order = { seed: deriveSeed(seed, `${model} pre-training order`), tokenizer, opened };
    const { rowLengthTokens } = text;
    const { heldOut } = opened.tokensOf(text.tokens);
    const sources = textSources(heldOut, { rowLengthTokens, batchSize }, requireEnd(tokenizer));
    return trainable({
      tokenizer,
      keepMoments,
      checkpointWords,
      rows: { cutRows: 0, leftOutRows: 0 },
      start: () => ({
        weights: initializeWeights(architecture, seeded(deriveSeed(seed, `${model} weights`))),
      }),
      plan: {
        name: `${model} pre-training`,
        architecture,
        config: training,
        batches: withMasks(
          repeatEpochs(textBatches({ ...text, batchSize }, order), { epochs: maxEpochs }),
          text.objective,
          order,
        ),
        wordsBefore: 0,
      },
      measure: (weights) => measureSources(sources, weights, { architecture, precision }),
    });
  },
);
